"""Python's http.server with a handler of the same shape as basehttp's.

    python.py PROTOCOL

HTTP/1.0 is the module's default: a new connection for each request, on HTTPServer. HTTP/1.1 keeps the connection;
that needs ThreadingHTTPServer, or the first connection would keep the others waiting, and a buffered wfile, or Nagle's
algorithm would hold back the body of each answer for 40 ms.
"""

import gc
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer

BODY = b"Hello, World!\n"


class Hello(BaseHTTPRequestHandler):
    protocol_version = sys.argv[1]
    wbufsize = 0 if protocol_version == "HTTP/1.0" else -1

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
