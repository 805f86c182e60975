"""Print, as JSON, the public names of http.server and its classes on the Python that runs this.

Instance attributes only exist on instances, so one request is served and the live objects are asked.
"""

import http
import http.client
import http.server
import json
import sys
import threading
import types
import warnings

warnings.simplefilter("ignore")


def public(names):
    return {name for name in names if not name.startswith("_")}


def handler_names(handler_class):
    """The names of a handler in the middle of a request."""
    seen = set()

    class Probe(handler_class):
        def do_GET(self):
            seen.update(public(dir(self)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Probe) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        connection = http.client.HTTPConnection(*server.server_address)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()
        thread.join()
    if "do_GET" not in dir(handler_class):
        seen.discard("do_GET")
    return seen


def server_names(server_class, **options):
    with server_class(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler, **options) as server:
        return public(dir(server))


def enum_names(enum_class, value_class):
    """Members, aliases included, and what a member has beyond the plain value that it extends."""
    some_member = next(iter(enum_class))
    return set(enum_class.__members__) | (public(dir(some_member)) - public(dir(value_class)))


def module_names():
    """What http.server itself defines: no imported modules, no names of other modules."""
    found = set()
    for name in public(vars(http.server)):
        value = getattr(http.server, name)
        if isinstance(value, types.ModuleType):
            continue
        if getattr(value, "__module__", "http.server") != "http.server":
            continue
        found.add(name)
    return found


def main():
    module = http.server
    names = {"module": module_names()}
    for name in ("HTTPServer", "ThreadingHTTPServer"):
        names[name] = server_names(getattr(module, name))
    for name in ("BaseHTTPRequestHandler", "SimpleHTTPRequestHandler", "CGIHTTPRequestHandler"):
        if hasattr(module, name):
            names[name] = handler_names(getattr(module, name))
    for name in ("HTTPSServer", "ThreadingHTTPSServer"):
        if hasattr(module, name):
            # A server that is not activated does not read its certificate.
            names[name] = server_names(getattr(module, name), bind_and_activate=False, certfile="unread")
    for name, value_class in (("HTTPStatus", int), ("HTTPMethod", str)):
        if hasattr(http, name):
            names[name] = enum_names(getattr(http, name), value_class)
    names["HTTPMessage"] = public(dir(http.client.HTTPMessage))
    json.dump({key: sorted(found) for key, found in names.items()}, sys.stdout)


main()
