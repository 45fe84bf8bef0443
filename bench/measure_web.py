"""The web room on live traffic: our gateway beside nginx with ModSecurity, with rules of equal meaning, and both without rules.
And its engine alone: how cost grows with rules, how long a web ACL takes to compile, what hostile requests cost."""

import base64
import json
import random
import re
import shutil
import socket
import subprocess
from urllib.parse import quote, unquote_to_bytes

import measure_control as control
from measure_inspect import corpora, expressions
from turns import Report, cpu_seconds, median, show, spread

EXPRESSIONS = 300
# Expressions of one rule, joined by Or.
OF_A_RULE = 10
SIZES = [10, 100, 1_000, 10_000]
# Connections while the server is kept busy.
CLIENTS = 16
# While latency is looked at: so many connections, each with a request every few milliseconds.
CALM_CLIENTS, CALM_EVERY_MS = 4, 2.0
ATTACKS = 24
RESOURCE = "arn:aws:elasticloadbalancing:{region}:000000000000:loadbalancer/app/bartizan-gateway/0000000000000001"

HEADERS = [
    ("Host", "shop.example.com"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ("Accept-Language", "en-GB,en;q=0.7,de;q=0.3"),
    ("Accept-Encoding", "gzip, deflate, br"),
    ("Referer", "http://shop.example.com/shelf/17"),
    ("Cookie", "basket=9d2c41aa7be04f; lang=en; seen=20261104"),
    ("Sec-Fetch-Mode", "navigate"),
]

NGINX = """\
daemon off;
master_process off;
user root;
pid {folder}/{name}.pid;
error_log {folder}/{name}.err crit;
{module}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nodelay on;
    keepalive_requests 1000000000;
    client_body_buffer_size 128k;
    client_body_temp_path {folder}/{name}.body;
    proxy_temp_path {folder}/{name}.proxy;
    fastcgi_temp_path {folder}/{name}.fastcgi;
    uwsgi_temp_path {folder}/{name}.uwsgi;
    scgi_temp_path {folder}/{name}.scgi;
    {upstream}
    server {{
        listen 127.0.0.1:{port} backlog=512;
        {server}
    }}
}}
"""
MODSECURITY = """\
SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess Off
SecRequestBodyLimit 1048576
SecAuditEngine Off
SecPcreMatchLimit 100000
SecPcreMatchLimitRecursion 100000
SecAction "id:1,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On"
"""


def requests_of(root):
    """By kind. Attacks are lines that libinjection's own authors collected; the reports below assert that both find each."""
    chance = random.Random(11)
    gets = [{"method": "GET", "uri": f"/shelf/{n}/item?id={n * 37}&colour=blue&sort=price&page={n % 9}", "headers": HEADERS} for n in range(16)]
    goods = []
    while len(json.dumps(goods)) < 1_960:
        goods.append({"article": chance.randint(10_000, 99_999), "count": chance.randint(1, 9), "wish": chance.choice(["as a gift", "at the door", "call first"])})
    body = json.dumps({"order": "B-2117", "goods": goods})
    posts = [{"method": "POST", "uri": "/order", "headers": [*HEADERS, ("Content-Type", "application/json")], "body": body}]
    data = corpora(root) / "modsecurity-v3.0.9/others/libinjection/data"
    attacks = []
    for pattern in ("sqli-*.txt", "xss-*.txt"):
        lines = []
        for path in sorted(data.glob(pattern)):
            lines += [line for line in path.read_bytes().split(b"\n") if 8 < len(line) < 200 and not line.startswith(b"#")]
        for line in chance.sample(lines, ATTACKS * 4):
            text = unquote_to_bytes(line.strip().replace(b"+", b" "))
            attacks.append({"method": "GET", "uri": f"/find?q={quote(text, safe='')}", "headers": HEADERS})
    return {"GET": gets, "POST": posts, "attack": attacks}


def hostile(texts):
    """Requests that are made to be slow: near misses, openings that never close, one letter."""
    chance = random.Random(13)
    size = 60 * 1024
    near = "".join(chance.choice(texts)[:-1] + "~" for _ in range(size // 12))[:size]
    bodies = {
        "near misses": near,
        "quotes": "' or '" * (size // 6),
        "comments": "/*" * (size // 2),
        "brackets": "<" * size,
        "tags": "<a b=c " * (size // 7),
        "one letter": "a" * size,
        "percents": "%25" * (size // 3),
        "numbers": "1+" * (size // 2),
    }
    headers = [*HEADERS, ("Content-Type", "text/plain")]
    return {f"hostile: {name}": [{"method": "POST", "uri": f"/x?q={quote(text[:4000])}", "headers": headers, "body": text}] for name, text in bodies.items()}


# Rules of equal meaning.

def visibility(name):
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}


def rule(name, priority, statement):
    return {"Name": name, "Priority": priority, "Action": {"Block": {}}, "Statement": statement, "VisibilityConfig": visibility(name)}


def transformed(kind):
    return [{"Priority": 0, "Type": kind}]


QUERY = {"QueryString": {}}, "URL_DECODE", "QUERY_STRING", "t:none,t:urlDecode"
ARGUMENTS = {"AllQueryArguments": {}}, "URL_DECODE", "ARGS_GET", "t:none"
BODY = {"Body": {"OversizeHandling": "CONTINUE"}}, "NONE", "REQUEST_BODY", "t:none"
COOKIES = {"Cookies": {"MatchPattern": {"All": {}}, "MatchScope": "VALUE", "OversizeHandling": "CONTINUE"}}, "NONE", "REQUEST_COOKIES", "t:none"


def our_rules(chosen):
    rules = []
    for field, kind, _, _ in (ARGUMENTS, BODY, COOKIES):
        for name in ("SqliMatchStatement", "XssMatchStatement"):
            rules.append(rule(f"r{len(rules)}", len(rules), {name: {"FieldToMatch": field, "TextTransformations": transformed(kind)}}))
    for field, kind, _, _ in (QUERY, BODY, COOKIES):
        for start in range(0, len(chosen), OF_A_RULE):
            each = [{"RegexMatchStatement": {"RegexString": text, "FieldToMatch": field, "TextTransformations": transformed(kind)}} for text in chosen[start : start + OF_A_RULE]]
            rules.append(rule(f"r{len(rules)}", len(rules), {"OrStatement": {"Statements": each}} if len(each) > 1 else each[0]))
    return rules


def their_rules(chosen):
    lines, number = [MODSECURITY], 100
    for _, _, variable, transformations in (ARGUMENTS, BODY, COOKIES):
        for operator in ("@detectSQLi", "@detectXSS"):
            number += 1
            lines.append(f'SecRule {variable} "{operator}" "id:{number},phase:2,{transformations},deny,status:403,nolog"')
    for _, _, variable, transformations in (QUERY, BODY, COOKIES):
        for text in chosen:
            number += 1
            escaped = text.replace('"', '\\"')
            lines.append(f'SecRule {variable} "@rx {escaped}" "id:{number},phase:2,{transformations},deny,status:403,nolog"')
    return "\n".join(lines)


def their_texts(texts):
    rules = [f'SecRule QUERY_STRING "@contains {text}" "id:{number},phase:2,t:none,t:urlDecode,deny,status:403,nolog"' for number, text in enumerate(texts, 100)]
    return MODSECURITY + "\n".join(rules)


def our_texts(texts):
    field, kind, _, _ = QUERY
    return [
        rule(f"t{number}", number, {"ByteMatchStatement": {
            "SearchString": base64.b64encode(text.encode()).decode(), "FieldToMatch": field,
            "TextTransformations": transformed(kind), "PositionalConstraint": "CONTAINS"}})
        for number, text in enumerate(texts)
    ]


def document(rules):
    id = "0a1b2c3d-0000-4000-8000-0123456789ab"
    arn = f"arn:aws:wafv2:{control.REGION}:000000000000:regional/webacl/bench/{id}"
    return {"web_acl": {"Name": "bench", "Id": id, "ARN": arn, "DefaultAction": {"Allow": {}}, "VisibilityConfig": visibility("bench"), "Rules": rules}}


class Servers:
    def __init__(self, turns):
        self.turns = turns
        self.www = turns.folder / "www"
        self.www.mkdir(parents=True, exist_ok=True)
        (self.www / "page").write_text("x" * 1024)
        # The application, on the processor of the load.
        self.application = self.nginx("application", f"root {self.www}; error_page 405 =200 /page; location / {{ try_files /page =404; }}", processor=1)

    def nginx(self, name, server, upstream="", rules=None, processor=0):
        port, folder = control.free_port(), self.turns.folder
        module = ""
        if rules is not None:
            (folder / f"{name}.rules").write_text(rules)
            module = "load_module /usr/lib/nginx/modules/ngx_http_modsecurity_module.so;"
            server = f"modsecurity on; modsecurity_rules_file {folder}/{name}.rules; " + server
        settings = folder / f"{name}.conf"
        settings.write_text(NGINX.format(name=name, folder=folder, module=module, upstream=upstream, port=port, server=server))
        process = self.turns.serve(["nginx", "-c", settings, "-p", folder], processor)
        control.wait(process, lambda: socket.create_connection(("127.0.0.1", port)).close())
        return Server(self.turns, process, port)

    def proxy(self, name, rules=None):
        upstream = f"upstream app {{ server 127.0.0.1:{self.application.port}; keepalive 64; keepalive_requests 1000000000; }}"
        server = "location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_set_header Host $host; }"
        return self.nginx(name, server, upstream, rules)

    def ours(self):
        port = control.free_port()
        ours = control.start_ours(self.turns, "--protect", f"http://127.0.0.1:{self.application.port}", "--protect-listen", f"127.0.0.1:{port}")
        return ours, Server(self.turns, ours.process, port)


class Server:
    def __init__(self, turns, process, port):
        self.turns, self.process, self.port = turns, process, port

    def load(self, requests, seconds, clients=CLIENTS, every_ms=None, status=None):
        spec = {"address": f"127.0.0.1:{self.port}", "clients": clients, "warm_seconds": 0.5, "seconds": seconds, "requests": requests, "every_ms": every_ms}
        path = self.turns.folder / "requests.json"
        path.write_text(json.dumps(spec))
        used = cpu_seconds(self.process.pid)
        result = self.turns.line(self.turns.bench("requests", path), processor=1)
        result["us"] = (cpu_seconds(self.process.pid) - used) / result["requests"] * 1e6
        if status and set(result["statuses"]) != {str(status)}:
            raise RuntimeError(f"answers were {result['statuses']}, not all {status}")
        return result

    def status(self, request):
        """How one request is answered."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            head = "".join(f"{name}: {value}\r\n" for name, value in request["headers"])
            body = request.get("body", "").encode()
            length = f"Content-Length: {len(body)}\r\n" if body else ""
            connection.sendall(f"{request['method']} {request['uri']} HTTP/1.1\r\n{head}{length}Connection: close\r\n\r\n".encode() + body)
            return int(connection.makefile("rb").readline().split()[1])


def protect(ours, rules):
    """Makes the rules the gateway's, and waits until they are."""
    wafv2 = ours.client("wafv2")
    arn = wafv2.create_web_acl(
        Name="bench", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visibility("bench"), Rules=rules
    )["Summary"]["ARN"]
    wafv2.associate_web_acl(WebACLArn=arn, ResourceArn=RESOURCE.format(region=control.REGION))


def candidates(rules):
    """The expressions of the Core Rule Set; and for as many as are missing, calls of functions that it lists."""
    yield from dict.fromkeys(text.decode() for text in expressions(rules))
    for line in (rules / "php-function-names-933151.data").read_text().splitlines():
        if line and not line.startswith("#"):
            yield rf"(?i)\b{re.escape(line.strip())}(?:\s|/\*.*?\*/)*\("


def usable(ours, texts, requests):
    """The first expressions that the vendor's API takes and that no harmless request matches."""
    wafv2, chosen = ours.client("wafv2"), []
    harmless = [""] + [cookie.split("=")[1] for cookie in dict(HEADERS)["Cookie"].split("; ")]
    harmless += [text for kind in ("GET", "POST") for one in requests[kind] for text in (one["uri"].partition("?")[2], one.get("body", ""))]
    for text in texts:
        if len(text) > 500 or not text.isascii() or "\n" in text or "%{" in text:
            continue
        try:
            if any(re.search(text, one) for one in harmless):
                continue
            wafv2.check_capacity(Scope="REGIONAL", Rules=[our_rules([text])[-1]])
        except (re.error, wafv2.exceptions.ClientError):
            continue
        chosen.append(text)
        if len(chosen) == EXPRESSIONS:
            return chosen
    raise RuntimeError(f"only {len(chosen)} expressions can be used by both")


def run(turns):
    shutil.rmtree(turns.folder, ignore_errors=True)
    turns.folder.mkdir(parents=True)
    try:
        return measure(turns)
    finally:
        turns.stop()


def measure(turns):
    requests = requests_of(turns.root)
    servers = Servers(turns)
    ours, gateway = servers.ours()
    chosen = usable(ours, candidates(corpora(turns.root) / "coreruleset-3.3.4/rules"), requests)
    modsecurity, plain = servers.proxy("modsecurity", their_rules(chosen)), servers.proxy("plain")
    report = Report(["CPU microseconds of the server a request", "median", "range", "requests a second", "p50 us", "p99 us"])
    seconds = turns.seconds(3.0)

    def row(what, results):
        each = [result["us"] for result in results]
        report.row(what, median(each), spread(each), *(median([result[name] for result in results]) for name in ("per_second", "p50_us", "p99_us")))
        return median(each)

    # Without rules first: the gateway has them from then on.
    ours.client("wafv2").disassociate_web_acl(ResourceArn=RESOURCE.format(region=control.REGION))
    control.wait(gateway.process, lambda: gateway.status(requests["attack"][0]) == 200 or 1 / 0)
    bare = {}
    for kind in ("GET", "POST"):
        jobs = {"nginx": plain, "bartizan": gateway}
        found = turns.interleave({name: lambda server=server: server.load(requests[kind], seconds, status=200) for name, server in jobs.items()})
        row(f"{kind}, nginx proxying, no rules", found["nginx"])
        bare[kind] = row(f"{kind}, our gateway, no rules", found["bartizan"])
    calm = {"application": servers.application, "nginx proxying": plain, "gateway": gateway}
    latency = {f"{name}, no rules": results for name, results in turns.interleave({name: lambda server=server: server.load(requests["GET"], seconds, CALM_CLIENTS, CALM_EVERY_MS, 200) for name, server in calm.items()}).items()}

    protect(ours, our_rules(chosen))
    control.wait(gateway.process, lambda: gateway.status(requests["attack"][0]) == 403 or 1 / 0)
    both = [one for one in requests["attack"] if gateway.status(one) == 403 and modsecurity.status(one) == 403]
    only = {name: sum(server.status(one) == 403 for one in requests["attack"]) for name, server in (("ours", gateway), ("theirs", modsecurity))}
    times = {}
    for kind, sent, status in (("GET", requests["GET"], 200), ("POST", requests["POST"], 200), ("attack", both[: 2 * ATTACKS], 403)):
        jobs = {"modsecurity": modsecurity, "bartizan": gateway}
        found = turns.interleave({name: lambda server=server: server.load(sent, seconds, status=status) for name, server in jobs.items()})
        theirs = row(f"{kind}, nginx with ModSecurity", found["modsecurity"])
        times[kind] = row(f"{kind}, our gateway", found["bartizan"]), theirs
    latency |= turns.interleave({name: lambda server=server: server.load(requests["GET"], seconds, CALM_CLIENTS, CALM_EVERY_MS, 200) for name, server in calm.items()})
    for name, results in latency.items():
        row(f"GET, calm, {name}", results)
    p99 = {name: median([result["p99_us"] for result in results]) for name, results in latency.items()}
    turns.stop()

    grown = texts_of(turns, report, requests, chosen)
    for kind, most in (("GET", 45), ("POST", 80)):
        report.goal(f"{kind} with rules, in all", times[kind][0], most, "microseconds", at_least=False)
    report.goal("GET, beside ModSecurity", times["GET"][1] / times["GET"][0], 23)
    report.goal("POST of 2 KiB, beside ModSecurity", times["POST"][1] / times["POST"][0], 40)
    report.goal("p99 of latency that the gateway adds, with rules", p99["gateway"] - p99["application"], 200, "microseconds", at_least=False)
    grown()
    report.note(
        f"Rules of equal meaning: SQL injection and scripts over arguments, body and cookies, and the same {len(chosen)} regular expressions "
        f"(those of the Core Rule Set that the vendor's API takes, and calls of functions that it lists) over query, body and cookies. Servers have one processor, load and application the other. Every GET and POST passed, every attack of {len(both)} was "
        f"refused by both; of {len(requests['attack'])} lines ours refuses {only['ours']}, theirs {only['theirs']}."
    )
    report.note(f"Busy: {CLIENTS} connections. Calm: {CALM_CLIENTS} connections with a request each {show(CALM_EVERY_MS)} ms. The body has {len(requests['POST'][0]['body']):,} bytes.")
    return report


def texts_of(turns, report, requests, chosen):
    """How cost grows with rules, and the engine alone."""
    chance = random.Random(17)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-_."
    texts = ["".join(chance.choices(letters, k=chance.randint(8, 24))) for _ in range(SIZES[-1])]
    servers = Servers(turns)
    seconds = turns.seconds(3.0)
    peers = {0: servers.proxy("texts0", MODSECURITY)} | {size: servers.proxy(f"texts{size}", their_texts(texts[:size])) for size in SIZES}
    found = turns.interleave({size: lambda server=server: server.load(requests["GET"], seconds, status=200) for size, server in peers.items()})
    theirs = {size: median([result["us"] for result in results]) for size, results in found.items()}
    turns.stop()
    acls = {"none": document([]), "rules": document(our_rules(chosen))} | {f"{size:,} texts": document(our_texts(texts[:size])) for size in SIZES}
    path = turns.folder / "web.json"
    path.write_text(json.dumps({"acls": acls, "requests": requests | hostile(texts), "replay": [["GET", "POST", "attack"], "rules", f"{SIZES[-1]:,} texts"]}))
    results = [result["us"] for result in turns.interleave({"us": lambda: {"us": turns.line(turns.bench("web", path))}}, rounds=min(turns.rounds, 3))["us"]]

    def figure(acl, kind, member="us"):
        return median([result[acl][kind][member] for result in results])

    if results[0]["rules"]["GET"]["blocked"] or not results[0]["rules"]["attack"]["blocked"]:
        raise RuntimeError("the engine does not judge as the gateway does")
    for size in SIZES:
        report.row(f"GET, ModSecurity, {size:,} texts over none", theirs[size] - theirs[0], "", None, None, None)
        report.row(f"GET, our engine alone, {size:,} texts over none", figure(f"{size:,} texts", "GET") - figure("none", "GET"), "", None, None, None)
    for kind in ("GET", "POST", "attack"):
        report.row(f"{kind}, our engine alone, rules", figure("rules", kind), "", None, None, None)
    slow = {(acl, kind): figure(acl, kind, "slowest_us") for acl in ("rules", f"{SIZES[-1]:,} texts") for kind in results[0]["rules"] if kind.startswith("hostile")}
    for (acl, kind), value in sorted(slow.items(), key=lambda one: -one[1])[:4]:
        report.row(f"{kind}, 60 KiB, our engine alone, {acl}", value, "", None, None, None)
    compile_ms = {acl: median([result[acl]["compile_ms"] for result in results]) for acl in acls}
    replayed = [result["replay"]["per_second"] for result in results]

    def goals():
        over = figure(f"{SIZES[-1]:,} texts", "GET") - figure("none", "GET")
        report.goal(f"{SIZES[-1]:,} rules over none", over, 20, "microseconds", at_least=False)
        report.goal("the slowest hostile request", max(slow.values()) / 1000, 2, "milliseconds", at_least=False)
        report.goal(f"{SIZES[-1]:,} rules compile in", compile_ms[f"{SIZES[-1]:,} texts"] / 1000, 1, "seconds", at_least=False)
        report.goal("preview: recorded requests judged twice, a second and core", median(replayed), 50_000, "requests")
        report.note(f"Compiling: {', '.join(f'{acl} {show(value)} ms' for acl, value in compile_ms.items())}. Recorded requests of the replay: {results[0]['replay']['requests']:,}, of which {results[0]['replay']['differ']:,} differ.")

    return goals
