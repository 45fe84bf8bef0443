"""A small signed HTTP client: what a vendor's SDK sends, without the SDK's own checks in the way."""

import http.client
import json
import threading
import urllib.parse

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import model

SSM_TARGET = "AmazonSSM"
WAF_TARGET = "AWSWAF_20190729"
JSON_TYPE = "application/x-amz-json-1.1"


def text(value):
    """A value as it stands in a path or query."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class Answer:
    """Status, headers and body as they came."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The error's code without a namespace; empty for a success."""
        if self.status < 400:
            return ""
        told = self.headers.get("x-amzn-errortype")
        return told or str(self.json.get("__type") or self.json.get("code") or self.json.get("Code")).rpartition("#")[2]

    @property
    def message(self):
        return str(self.json.get("message") or self.json.get("Message") or "")

    def __repr__(self):
        return f"<{self.status} {self.body[:2000]!r}>"


class Client:
    """Signs requests and sends them; one connection a thread."""

    def __init__(self, endpoint, key, secret, region, prefix=""):
        self.endpoint = endpoint
        self.address = urllib.parse.urlsplit(endpoint).netloc
        self.credentials = Credentials(key, secret)
        self.region = region
        self.prefix = prefix
        self.local = threading.local()

    def call(self, operation, body, **headers):
        """An SSM operation; `body` is what travels as JSON, or bytes that travel as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": JSON_TYPE, "X-Amz-Target": f"{SSM_TARGET}.{operation}"} | headers
        return self.send("POST", "/", data, headers, "ssm")

    def waf(self, operation, body, **headers):
        """A WAF operation, as `call`."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": JSON_TYPE, "X-Amz-Target": f"{WAF_TARGET}.{operation}"} | headers
        return self.send("POST", "/", data, headers, "wafv2")

    def rest(self, operation, request, **headers):
        """An IoT operation, its members where the vendor's model has them; values travel as they are."""
        theirs = model.operation(operation, "iot")
        path, query, body = theirs.http["requestUri"], [], dict(request)
        for name, shape in theirs.input_shape.members.items() if theirs.input_shape else ():
            where, called = model.place(shape)
            if where == "uri":
                path = path.replace(f"{{{called or name}}}", urllib.parse.quote(text(body.pop(name)), safe=""))
            elif where == "querystring" and (value := body.pop(name, None)) is not None:
                query += [(called or name, text(item)) for item in (value if isinstance(value, list) else [value])]
            elif where == "header" and (value := body.pop(name, None)) is not None:
                headers[called] = text(value)
        path += "?" + urllib.parse.urlencode(query, quote_via=urllib.parse.quote) if query else ""
        data = json.dumps(body).encode() if body or theirs.http["method"] in ("POST", "PATCH") else b""
        headers = ({"Content-Type": "application/json"} if data else {}) | headers
        return self.send(theirs.http["method"], path, data, headers, "iot")

    def native(self, method, path, body=None, query=None, **headers):
        """One of Bartizan's own operations."""
        if query:
            path += "?" + urllib.parse.urlencode(query)
        data = b"" if body is None else json.dumps(body).encode()
        return self.send(method, path, data, {"Content-Type": "application/json"} | headers, "bartizan")

    def signed(self, method, path, data, headers, service):
        """The headers of a signed request."""
        request = AWSRequest(method, f"http://{self.address}{self.prefix}{path}", dict(headers), data)
        SigV4Auth(self.credentials, service, self.region).add_auth(request)
        return dict(request.headers.items()) | {"Host": self.address}

    def send(self, method, path, data, headers, service):
        return self.exchange(method, path, data, self.signed(method, path, data, headers, service))

    def exchange(self, method, path, data, headers):
        """Sends exactly this, signed or not. A connection that the server closed in between is opened again."""
        for attempt in (1, 2):
            connection = getattr(self.local, "connection", None)
            fresh = connection is None
            if fresh:
                connection = self.local.connection = http.client.HTTPConnection(self.address, timeout=60)
            try:
                connection.request(method, self.prefix + path, data, headers)
                answer = connection.getresponse()
                return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
            except (http.client.HTTPException, OSError):
                connection.close()
                self.local.connection = None
                # on a fresh connection the request may have had its effect: that is the caller's to know
                if fresh or attempt == 2:
                    raise
        raise AssertionError("not reached")
