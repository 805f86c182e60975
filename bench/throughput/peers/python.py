"""Python's http.server with a handler of the same shape as basehttp's.

    python.py PROTOCOL

HTTP/1.0 is the module's default: a new connection for each request, on HTTPServer. HTTP/1.1 keeps the connection, on
ThreadingHTTPServer, since a kept connection would keep the others waiting. Either has a buffered wfile, which sends an
answer at once: that is quicker, and without it Nagle's algorithm holds back the body for 40 ms on a kept connection.
"""

import gc
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer

BODY = b"Hello, World!\n"


class Hello(BaseHTTPRequestHandler):
    protocol_version = sys.argv[1]
    wbufsize = -1

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_request(self, code="-", size="-"):
        pass


def obey_the_bench():
    """Speaks the protocol of control.ts."""
    for _ in sys.stdin:
        gc.collect()
        print("collected", flush=True)
    os._exit(0)


server_class = HTTPServer if Hello.protocol_version == "HTTP/1.0" else ThreadingHTTPServer
server = server_class(("127.0.0.1", 0), Hello)
threading.Thread(target=obey_the_bench, daemon=True).start()
print("listening", server.server_port, flush=True)
server.serve_forever()
