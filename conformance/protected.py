"""An application behind the gateway of a server, and web ACLs for it."""

import hashlib
import http.client
import http.server
import json
import socket
import socketserver
import time

import boto3
from botocore.config import Config

from conftest import sdk
from server import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY

RESOURCE = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/bartizan-gateway/0000000000000001"
NONE = [{"Priority": 0, "Type": "NONE"}]
SWAP_SECONDS = 10


class Application(http.server.BaseHTTPRequestHandler):
    """Answers with what came."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        if self.headers.get("Upgrade", "").lower() == "websocket":
            return self.echo()
        if self.headers.get("Transfer-Encoding"):
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        told = {
            "method": self.command, "path": self.path, "headers": [list(one) for one in self.headers.items()],
            "length": len(body), "digest": hashlib.sha256(body).hexdigest(),
        }  # fmt: skip
        text = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("X-Application", "yes")
        self.end_headers()
        self.wfile.write(text)

    def echo(self):
        self.send_response(101)
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", "websocket")
        self.end_headers()
        self.wfile.flush()
        while data := self.connection.recv(1000):
            self.connection.sendall(data.upper())
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_HEAD = answer

    def log_message(self, *_):
        pass


class Threads(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Protected:
    """A server whose gateway stands before an application."""

    def __init__(self, start, application, *arguments):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.arguments = ["--protect", f"http://127.0.0.1:{application}", "--protect-listen", f"127.0.0.1:{self.port}"]
        self.server = start(*self.arguments, *arguments)
        self.waf = sdk(self.server.endpoint, "wafv2")
        self.preview = boto3.client(
            "wafv2", endpoint_url=f"{self.server.endpoint}/preview", region_name=REGION, aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY, config=Config(retries={"total_max_attempts": 1}),
        )  # fmt: skip

    def ask(self, uri="/", method="GET", body=None, headers=None):
        """Status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, uri, body, headers or {})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def raw(self, data, wait=5):
        """Sends bytes as they are; what comes back until the other side closes or is silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as stream:
            stream.sendall(data)
            got = b""
            try:
                while piece := stream.recv(65536):
                    got += piece
            except TimeoutError:
                pass
            return got

    def protect(self, rules, name="edge", **more):
        """Makes a web ACL, associates it, and waits until it judges."""
        made = self.waf.create_web_acl(
            Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=seen(name),
            Rules=[*rules, marker(f"mark-{name}")], **more,
        )  # fmt: skip
        self.waf.associate_web_acl(WebACLArn=made["Summary"]["ARN"], ResourceArn=RESOURCE)
        self.wait(f"mark-{name}")
        return made["Summary"]

    def wait(self, mark):
        deadline = time.monotonic() + SWAP_SECONDS
        while time.monotonic() < deadline:
            if self.ask(f"/{mark}")[0] == 418 or self.ask(f"/{mark}")[1].get("x-mark") == mark:
                return
            time.sleep(0.05)
        raise AssertionError(f"the gateway did not take {mark} up within {SWAP_SECONDS} s: {self.server.tail()}")

    def update(self, summary, rules, mark):
        held = self.waf.get_web_acl(Name=summary["Name"], Scope="REGIONAL", Id=summary["Id"])
        change = dict(
            Name=summary["Name"], Scope="REGIONAL", Id=summary["Id"], LockToken=held["LockToken"],
            DefaultAction={"Allow": {}}, VisibilityConfig=seen(summary["Name"]), Rules=[*rules, marker(mark)],
        )  # fmt: skip
        self.waf.update_web_acl(**change)
        self.wait(mark)


def seen(metric):
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": metric}


def rule(name, priority, statement, action, **more):
    return {"Name": name, "Priority": priority, "Statement": statement, "Action": action, "VisibilityConfig": seen(name)} | more


def path(text, position="CONTAINS"):
    return {
        "ByteMatchStatement": {
            "SearchString": text.encode(), "FieldToMatch": {"UriPath": {}}, "TextTransformations": NONE,
            "PositionalConstraint": position,
        }
    }  # fmt: skip


def marker(mark):
    """A rule by which a test sees that the gateway has this plan."""
    response = {"ResponseCode": 403, "ResponseHeaders": [{"Name": "X-Mark", "Value": mark}]}
    return rule(mark, 9_999, path(f"/{mark}", "EXACTLY"), {"Block": {"CustomResponse": response}})


BLOCK = {"Block": {}}
COUNT = {"Count": {}}
