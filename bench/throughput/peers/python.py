"""Python's http.server with handlers of the same shape as basehttp's.

    python.py PROTOCOL APP [FOLDER]

HTTP/1.0 is the module's default: a new connection for each request, on HTTPServer. HTTP/1.1 keeps the connection, on
ThreadingHTTPServer, since a kept connection would keep the others waiting. Either has a buffered wfile, which sends an
answer at once: that is quicker, and without it Nagle's algorithm holds back the body for 40 ms on a kept connection.
"""

import functools
import gc
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler, ThreadingHTTPServer

BODY = b"Hello, World!\n"

protocol, app, folder = (sys.argv[1:] + ["."])[:3]


class Hello(BaseHTTPRequestHandler):
    protocol_version = protocol
    wbufsize = -1

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_request(self, code="-", size="-"):
        pass


class Files(SimpleHTTPRequestHandler):
    protocol_version = protocol
    wbufsize = -1

    def log_request(self, code="-", size="-"):
        pass


def obey_the_bench():
    """Speaks the protocol of control.ts."""
    for _ in sys.stdin:
        gc.collect()
        print("collected", flush=True)
    os._exit(0)


apps = {"hello": Hello, "files": functools.partial(Files, directory=folder)}
server_class = HTTPServer if protocol == "HTTP/1.0" else ThreadingHTTPServer
server = server_class(("127.0.0.1", 0), apps[app])
threading.Thread(target=obey_the_bench, daemon=True).start()
print("listening", server.server_port, flush=True)
server.serve_forever()
