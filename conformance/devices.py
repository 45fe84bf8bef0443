"""Devices over MQTT: paho in both versions, mosquitto's clients, and the vendor's own agent, unmodified, against the program."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import paho.mqtt.client as paho
import pytest

from conftest import sdk
from hosts import Node
from server import ACCESS_KEY, SECRET_KEY, environment

VERSIONS = [paho.MQTTv311, paho.MQTTv5]
PATIENCE_SECONDS = 15


def report(number, **metrics):
    """A report as a device writes it."""
    metrics = metrics or {"network_stats": {"bytes_in": 52, "bytes_out": 73, "packets_in": 1, "packets_out": 2}}
    return {"header": {"report_id": number, "version": "1.0"}, "metrics": metrics}


def topic(thing, form="json"):
    return f"$aws/things/{thing}/defender/metrics/{form}"


def until(true, what, patience=PATIENCE_SECONDS):
    """Waits for something that happens elsewhere."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {patience} s: {what}")


def port_of(server, scheme):
    """Where a server that was started with port 0 listens for devices."""
    return int(until(lambda: re.search(rf"{scheme}://\S*:(\d+)", server.log.read_text()), f"{scheme} in the log").group(1))


class Device:
    """paho, connected, and everything that it was told."""

    def __init__(self, port, client_id, version=paho.MQTTv311, tls=None, host="127.0.0.1", user=ACCESS_KEY, password=SECRET_KEY, clean=True):
        self.messages, self.published, self.ended, self.connected = [], {}, [], []
        more = {"clean_session": clean} if version == paho.MQTTv311 else {}
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=client_id, protocol=version, **more)
        if tls:
            self.client.tls_set(**tls)
        else:
            self.client.username_pw_set(user, password)
        self.client.on_connect = lambda client, data, flags, code, properties: self.connected.append(code)
        self.client.on_message = lambda client, data, message: self.messages.append(message)
        self.client.on_publish = lambda client, data, number, code, properties: self.published.update({number: code})
        self.client.on_disconnect = lambda client, data, flags, code, properties: self.ended.append(code)
        self.granted = threading.Event()
        self.codes = []
        self.client.on_subscribe = self.subscribed
        self.client.connect(host, port, keepalive=30)
        self.client.loop_start()
        until(lambda: self.connected, "CONNACK")

    def subscribed(self, client, data, number, codes, properties):
        self.codes = codes
        self.granted.set()

    def subscribe(self, *filters):
        self.granted.clear()
        self.client.subscribe([(one, 1) for one in filters])
        assert self.granted.wait(PATIENCE_SECONDS)
        return [code.is_failure for code in self.codes]

    def publish(self, where, what, qos=1):
        """Returns when it has been acknowledged, with the reason."""
        payload = what if isinstance(what, bytes) else json.dumps(what)
        number = self.client.publish(where, payload, qos).mid
        return until(lambda: self.published.get(number) if number in self.published else None, "PUBACK")

    def answer(self):
        """The next message."""
        until(lambda: self.messages, "a message")
        return self.messages.pop(0)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def device():
    """Makes devices that end with the test."""
    with contextlib.ExitStack() as all_of_them:

        def begin(*arguments, **more):
            made = Device(*arguments, **more)
            all_of_them.callback(made.close)
            return made

        yield begin


@pytest.fixture
def plain(start):
    """A server for devices without TLS, and its port."""
    server = start("--mqtt", "127.0.0.1:0")
    return server, port_of(server, "mqtt")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority of the operator's own, with a certificate for the thing `Mine`."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificates")
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", *ec, "-days", "2", "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.crt")
    openssl("req", *ec, "-subj", "/CN=Mine", "-keyout", "device.key", "-out", "device.csr")
    (folder / "device.ext").write_text("extendedKeyUsage=clientAuth\nbasicConstraints=CA:FALSE\n")
    signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "device.ext"]
    openssl("x509", "-req", "-in", "device.csr", *signing, "-out", "device.crt")
    return folder


def values(server, thing, metric):
    """What has been kept of a metric."""
    span = {"startTime": int(time.time()) - 3600, "endTime": int(time.time()) + 3600}
    return sdk(server.endpoint, "iot").list_metric_values(thingName=thing, metricName=metric, **span)["metricDatumList"]


def retain(server, *metrics):
    """Keeps metrics of every device, so that their values can be listed."""
    iot = sdk(server.endpoint, "iot")
    iot.create_security_profile(
        securityProfileName="keep", additionalMetricsToRetainV2=[{"metric": metric} for metric in metrics]
    )
    for group in ("registered", "unregistered"):
        target = f"arn:aws:iot:eu-central-1:123456789012:all/{group}-things"
        iot.attach_security_profile(securityProfileName="keep", securityProfileTargetArn=target)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_report_is_accepted_and_kept(plain, device, version):
    server, port = plain
    retain(server, "aws:all-bytes-in")
    one = device(port, "sensor-1", version)
    assert one.subscribe(f"{topic('sensor-1')}/accepted", f"{topic('sensor-1')}/rejected") == [False, False]
    one.publish(topic("sensor-1"), report(1530304554))
    answer = one.answer()
    assert answer.topic == f"{topic('sensor-1')}/accepted"
    said = json.loads(answer.payload)
    assert said["status"] == "ACCEPTED" and said["reportId"] == 1530304554 and said["thingName"] == "sensor-1"
    assert abs(said["timestamp"] / 1000 - time.time()) < 60
    assert [one["value"]["count"] for one in values(server, "sensor-1", "aws:all-bytes-in")] == [52]
    # a device reports once in 300 seconds
    one.publish(topic("sensor-1"), report(1530304555), qos=0)
    answer = one.answer()
    assert answer.topic == f"{topic('sensor-1')}/rejected"
    assert json.loads(answer.payload)["statusDetails"]["ErrorCode"] == "Throttled"


def test_what_is_no_report_is_rejected(plain, device):
    _, port = plain
    one = device(port, "sensor-1")
    one.subscribe(f"{topic('sensor-1')}/+", f"{topic('sensor-1', 'cbor')}/+")
    for form, body in (("json", b"{"), ("json", b"\xff\xfe"), ("json", b""), ("cbor", b"\xff"), ("json", b"[" * 100_000)):
        one.publish(topic("sensor-1", form), body)
        answer = one.answer()
        assert answer.topic == f"{topic('sensor-1', form)}/rejected", body[:9]
        if form == "json":
            details = json.loads(answer.payload)["statusDetails"]
            assert details["ErrorCode"] in ("InvalidPayload", "Malformed", "MissingHeader"), details


def test_cbor_is_answered_in_cbor(plain, device):
    cbor = pytest.importorskip("cbor")
    _, port = plain
    one = device(port, "sensor-1")
    one.subscribe(f"{topic('sensor-1', 'cbor')}/+")
    one.publish(topic("sensor-1", "cbor"), cbor.dumps(report(7)))
    answer = one.answer()
    assert answer.topic.endswith("/cbor/accepted") and cbor.loads(answer.payload)["reportId"] == 7


@pytest.mark.parametrize("version", VERSIONS)
def test_a_device_speaks_for_itself_only(plain, device, version):
    _, port = plain
    one = device(port, "sensor-1", version)
    assert one.subscribe(f"{topic('sensor-2')}/accepted", f"{topic('+')}/accepted") == [True, True]
    if version == paho.MQTTv5:
        assert one.publish(topic("sensor-2"), report(1)).value == 0x87
    else:
        one.client.publish(topic("sensor-2"), json.dumps(report(1)), 1)
        until(lambda: one.ended, "the end of the connection")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_gateway_speaks_for_devices_behind_it(plain, device, version):
    server, port = plain
    retain(server, "aws:all-bytes-in", "aws:num-messages-sent")
    gateway = device(port, "gateway/plant-1", version)
    assert gateway.subscribe(f"{topic('+')}/accepted", "$SYS/#", "$aws/rules/x") == [False, True, True]
    for number in (1, 2):
        gateway.publish(topic(f"sensor-{number}"), report(number))
        answer = gateway.answer()
        assert answer.topic == f"{topic(f'sensor-{number}')}/accepted", answer.payload
        assert [one["value"]["count"] for one in values(server, f"sensor-{number}", "aws:all-bytes-in")] == [52]
    # what is no report of a thing, and no topic of devices, is not a gateway's
    if version == paho.MQTTv5:
        assert gateway.publish("$aws/rules/x", report(3)).value == 0x87
    # the agent of a host does not become one by its name
    agent = Node(server, sdk(server.endpoint))
    refused = device(port, "gateway/plant-2", user=agent.key["AccessKeyId"], password=agent.key["SecretAccessKey"])
    assert refused.connected[0].is_failure


def test_who_has_no_key_is_not_let_in(plain, device):
    _, port = plain
    assert device(port, "sensor-1", password="wrong").connected[0].is_failure
    assert not device(port, "sensor-1").connected[0].is_failure


def test_the_agent_of_a_host_is_no_device(plain, device):
    """Its key is for its own reports of packages."""
    server, port = plain
    agent = Node(server, sdk(server.endpoint))
    refused = device(port, "sensor-1", user=agent.key["AccessKeyId"], password=agent.key["SecretAccessKey"])
    assert refused.connected[0].is_failure


@pytest.mark.parametrize("version", VERSIONS)
def test_devices_talk_to_each_other(plain, device, version):
    _, port = plain
    listener, talker = device(port, "listener", version), device(port, "talker", version)
    listener.subscribe("rooms/+/temperature")
    for number in range(100):
        talker.client.publish(f"rooms/{number}/temperature", str(number), 1)
    until(lambda: len(listener.messages) >= 100, "all messages")
    assert [int(message.payload) for message in listener.messages] == list(range(100))


def test_a_kept_session_gets_what_came_meanwhile(plain, device):
    _, port = plain
    one = device(port, "sleeper", clean=False)
    one.subscribe("orders")
    one.close()
    talker = device(port, "talker")
    until(lambda: one.ended, "the end of the connection")
    time.sleep(0.2)
    talker.publish("orders", b"wake up")
    again = device(port, "sleeper", clean=False)
    assert again.answer().payload == b"wake up"


@pytest.mark.parametrize("version", ["mqttv311", "mqttv5"])
def test_mosquittos_clients(plain, version):
    if not shutil.which("mosquitto_pub"):
        pytest.skip("mosquitto-clients is not installed")
    _, port = plain
    key = ["-h", "127.0.0.1", "-p", str(port), "-V", version, "-u", ACCESS_KEY, "-P", SECRET_KEY, "-q", "1"]
    listening = subprocess.Popen(
        ["mosquitto_sub", *key, "-i", "listener", "-t", f"{topic('listener')}/#", "-t", "news", "-C", "1", "-W", "10"],
        stdout=subprocess.PIPE,
    )
    with listening:
        while listening.poll() is None:
            subprocess.run(["mosquitto_pub", *key, "-i", "talker", "-t", "news", "-m", "heard"], check=True)
            time.sleep(0.1)
        assert listening.stdout.read() == b"heard\n"


def tls(certificates, server, **more):
    authority = server.data / "mqtt" / "ca.crt"
    return {"ca_certs": str(authority)} | {
        "certfile": str(certificates / "device.crt"),
        "keyfile": str(certificates / "device.key"),
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_is_a_devices_name(start, device, certificates, version):
    server = start("--mqtts", "127.0.0.1:0", "--mqtt-client-ca", str(certificates / "ca.crt"))
    port = port_of(server, "mqtts")
    one = device(port, "any-client-id", version, tls=tls(certificates, server), host="localhost")
    assert one.subscribe(f"{topic('Mine')}/+", f"{topic('any-client-id')}/+") == [False, True]
    one.publish(topic("Mine"), report(5))
    assert json.loads(one.answer().payload)["thingName"] == "Mine"
    without = tls(certificates, server)
    del without["certfile"], without["keyfile"]
    with pytest.raises((OSError, AssertionError)):
        device(port, "nobody", version, tls=without, host="localhost")
    assert (server.data / "mqtt" / "ca.key").stat().st_mode & 0o077 == 0


def can_listen_on(port):
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@pytest.mark.parametrize("form", ["json", "cbor"])
def test_the_vendors_agent(start, certificates, form):
    """It knows no port but 443, its session is a persistent one, and its user name is the SDK's."""
    pytest.importorskip("AWSIoTDeviceDefenderAgentSDK")
    if not can_listen_on(443):
        pytest.skip("port 443 cannot be listened on: that needs root, and nobody else there")
    ca = ["--mqtt-client-ca", str(certificates / "ca.crt")]
    server = start("--mqtts", "127.0.0.1:443", *ca, "--device-period-seconds", "5")
    sdk(server.endpoint, "iot").create_custom_metric(
        metricName="cpu_usage", metricType="number", clientRequestToken="t"
    )
    retain(server, "aws:num-listening-tcp-ports", "cpu_usage")
    command = [sys.executable, "-m", "AWSIoTDeviceDefenderAgentSDK.agent", "-e", "localhost", "-r", server.data / "mqtt/ca.crt"]
    command += ["-c", certificates / "device.crt", "-k", certificates / "device.key", "-id", "Mine", "-f", form, "-i", "6", "-cm"]
    log = server.data.parent / "agent.log"
    with log.open("wb") as out:
        agent = subprocess.Popen(
            [str(word) for word in command], stdout=out, stderr=out, env=environment(PYTHONUNBUFFERED="1")
        )
    try:
        until(lambda: len(values(server, "Mine", "aws:num-listening-tcp-ports")) >= 1, log.read_text())
        ports = values(server, "Mine", "aws:num-listening-tcp-ports")[0]["value"]["count"]
        assert ports >= 2, "its own listeners are among them"
        assert values(server, "Mine", "cpu_usage")[0]["value"]["number"] >= 0
        if form == "json":
            until(lambda: "ACCEPTED" in log.read_text(), "the answer in the agent's log")
    finally:
        agent.send_signal(signal.SIGTERM)
        agent.wait(10)


@pytest.fixture
def mosquitto(tmp_path):
    """Somebody else's broker, and its port."""
    program = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not program:
        pytest.skip("mosquitto is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    broker = subprocess.Popen([program, "-c", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(port), "mosquitto")
        yield port
    finally:
        broker.kill()
        broker.wait()


def answers(port):
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def test_reports_come_through_an_existing_broker(start, device, mosquitto):
    server = start("--bridge", f"mqtt://127.0.0.1:{mosquitto}")
    retain(server, "aws:all-bytes-in")
    one = device(mosquitto, "sensor-1")
    one.subscribe(f"{topic('sensor-1')}/+")

    def said():
        one.publish(topic("sensor-1"), report(9))
        return one.messages

    answer = until(said, "an answer through the broker")[0]
    assert json.loads(answer.payload)["status"] == "ACCEPTED"
    assert [one["value"]["count"] for one in values(server, "sensor-1", "aws:all-bytes-in")] == [52]


def test_exports_reach_who_is_subscribed_here_and_at_the_other_broker(start, device, mosquitto):
    server = start("--mqtt", "127.0.0.1:0", "--bridge", f"mqtt://127.0.0.1:{mosquitto}")
    iot = sdk(server.endpoint, "iot")
    iot.create_security_profile(
        securityProfileName="exporting",
        additionalMetricsToRetainV2=[
            {"metric": "aws:all-bytes-in", "exportMetric": True},
            {"metric": "aws:all-bytes-out"},
        ],
        metricsExportConfig={"mqttTopic": "fleet/metrics", "roleArn": "arn:aws:iam::123456789012:role/export"},
    )
    iot.attach_security_profile(
        securityProfileName="exporting", securityProfileTargetArn="arn:aws:iot:eu-central-1:123456789012:all/things"
    )
    port = port_of(server, "mqtt")
    here, there = device(port, "warehouse"), device(mosquitto, "warehouse")
    for listener in (here, there):
        assert listener.subscribe("fleet/metrics") == [False]
    reporting = device(port, "sensor-1")
    reporting.publish(topic("sensor-1"), report(9))
    (kept,) = until(lambda: values(server, "sensor-1", "aws:all-bytes-in"), "the value")
    at = round(kept["timestamp"].timestamp() * 1000)
    entry = {"name": "aws:all-bytes-in", "thing": "sensor-1", "value": {"count": 52}, "version": 1, "timestamp": at}
    for listener in (here, there):
        message = listener.answer()
        assert message.topic == "fleet/metrics"
        assert json.loads(message.payload) == {"version": "1.0", "metrics": [entry]}
        assert listener.messages == []


def test_the_endpoint_has_the_name_that_it_was_given(start):
    """Agents ask for it, connect to it, and find it in the certificate."""
    server = start("--mqtts", "127.0.0.1:0", "--mqtt-name", "devices.example.org,localhost")
    iot = sdk(server.endpoint, "iot")
    for kind in ({}, {"endpointType": "iot:Data"}, {"endpointType": "iot:Data-ATS"}):
        assert iot.describe_endpoint(**kind)["endpointAddress"] == "devices.example.org"
    with pytest.raises(iot.exceptions.InvalidRequestException):
        iot.describe_endpoint(endpointType="iot:Jobs")
    trust = ssl.create_default_context(cafile=str(server.data / "mqtt" / "ca.crt"))
    for name in ("devices.example.org", "localhost"):
        with socket.create_connection(("127.0.0.1", port_of(server, "mqtts")), PATIENCE_SECONDS) as plain:
            with trust.wrap_socket(plain, server_hostname=name) as encrypted:
                assert encrypted.version() in ("TLSv1.2", "TLSv1.3")
    with socket.create_connection(("127.0.0.1", port_of(server, "mqtts")), PATIENCE_SECONDS) as plain:
        with pytest.raises(ssl.SSLCertVerificationError):
            trust.wrap_socket(plain, server_hostname="other.example.org")
