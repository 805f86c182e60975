"""Print, as JSON, in which order http.server calls the methods that a subclass can override.

Takes the request methods to try as arguments: one request each, on a connection of its own.
"""

import http.client
import http.server
import json
import sys
import threading

HANDLER_METHODS = [
    "setup", "handle", "handle_one_request", "parse_request", "do_GET", "send_response", "send_response_only",
    "send_header", "end_headers", "flush_headers", "send_error", "log_request", "log_error", "log_message",
    "version_string", "date_time_string", "log_date_time_string", "address_string", "finish",
]  # fmt: skip
SERVER_METHODS = [
    "server_bind", "server_activate", "get_request", "verify_request", "process_request", "finish_request",
    "shutdown_request", "close_request", "server_close",
]  # fmt: skip


def record(recorded_class, names, calls):
    for name in names:
        def recorded(self, *args, _name=name, _method=getattr(recorded_class, name)):
            calls.append(_name)
            return _method(self, *args)

        setattr(recorded_class, name, recorded)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()


class Server(http.server.HTTPServer):
    pass


def main():
    calls, orders = [], {}
    record(Handler, HANDLER_METHODS, calls)
    record(Server, SERVER_METHODS, calls)
    server = Server(("127.0.0.1", 0), Handler)
    orders["construction"] = calls[:]
    for method in sys.argv[1:]:
        calls.clear()
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        connection = http.client.HTTPConnection(*server.server_address)
        connection.request(method, "/", headers={"Connection": "close"})
        connection.getresponse().read()
        thread.join()
        orders[method] = calls[:]
    calls.clear()
    server.server_close()
    orders["closing"] = calls[:]
    json.dump(orders, sys.stdout)


main()
