"""What stands at the other end of an alert: an HTTP server that remembers what it was sent."""

import http.server
import json
import threading
import time
import urllib.parse

WAIT_SECONDS = 30


class Received:
    """A request as it came."""

    def __init__(self, path, headers, body):
        self.path = path
        self.headers = headers
        self.body = body

    @property
    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode(), strict_parsing=True, keep_blank_values=True))

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.path} {self.body[:300]!r}>"


class Receiver:
    """Answers each request with the next of `answers`, and with the last of them from then on."""

    def __init__(self, *answers, port=0):
        self.answers = list(answers) or [200]
        self.received = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
                receiver.received.append(Received(self.path, self.headers, body))

            def log_message(self, *_):
                """Says nothing: a test that fails shows what was received."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def took(self, count, seconds=WAIT_SECONDS):
        """Waits for so many requests, and returns all that came."""
        deadline = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < deadline, f"{len(self.received)} of {count} came: {self.received}"
            time.sleep(0.02)
        return list(self.received)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
