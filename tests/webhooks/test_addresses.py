"""Where messages may go: public addresses and listed networks, judged at each connection."""

import asyncio
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from app.webhooks.addresses import Addresses, is_public
from app.webhooks.sending import Sender
from tests.waiting import wait_until
from tests.webhooks.receiving import receiving

PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
FORBIDDEN = [
    *("0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1"),
    *("192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "203.0.113.1"),
    *("224.0.1.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254"),
    *("64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "100::1", "2001::1", "2001:db8::1"),
    *("2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fe80::1", "fe80::1%lo", "fec0::1"),
    *("ff02::1", "ff0e::1"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", FORBIDDEN)
def test_inner_and_special_addresses_are_not(address):
    assert not is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_of_ipv4_is_judged_alike_however_it_is_written(address):
    for way in ("::ffff:{}", "64:ff9b::{}"):
        assert is_public(ip_address(way.format(address))) == is_public(address)


def named(*answers):
    """Finds for a host what it is said to have, in turn; the last from then on."""
    left = list(answers)

    async def resolve(host, port):
        assert host
        assert port
        found = left.pop(0) if len(left) > 1 else left[0]
        if found is None:
            raise OSError
        return found

    return resolve


def outcome_of(addresses, url, **options):
    async def send():
        sender = Sender(addresses, timeout=5.0, **options)
        try:
            return await sender.send(url, {"webhook-id": "msg_1"}, b"{}")
        finally:
            await sender.close()

    return asyncio.run(send())


@contextmanager
def listener(address="127.0.0.2"):
    """Somebody who must not be asked."""
    with socket.create_server((address, 0)) as inner:
        yield inner
        inner.setblocking(False)
        with pytest.raises(BlockingIOError):
            inner.accept()


@pytest.mark.parametrize(
    ("resolved", "expected"),
    [
        (["127.0.0.2"], "forbidden_address"),
        (["127.0.0.1", "127.0.0.2"], "forbidden_address"),
        (["127.0.0.2", "127.0.0.1"], "forbidden_address"),
        (["::ffff:127.0.0.2"], "forbidden_address"),
        (["not an address"], "forbidden_address"),
        ([], "unresolved"),
        (None, "unresolved"),
    ],
)
def test_of_a_host_every_address_must_be_allowed(resolved, expected):
    with listener() as inner:
        addresses = Addresses(["127.0.0.1"], named(resolved))
        url = f"http://receiver.example:{inner.getsockname()[1]}/"
        assert outcome_of(addresses, url).outcome == expected


def test_plain_http_goes_to_listed_networks_alone():
    addresses = Addresses(["127.0.0.1"], named(["8.8.8.8"]))
    assert outcome_of(addresses, "http://receiver.example/").outcome == "forbidden_address"


@pytest.mark.both_engines
def test_an_address_that_changes_to_an_inner_one_is_refused_at_the_next_connection(
    webhooks, receiver, server, delivering, report
):
    addresses = Addresses(
        ["127.0.0.1"], named(["127.0.0.1"], ["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1"])
    )
    server.app.state.webhook_addresses = addresses
    with listener_beside(receiver) as inner:
        webhook = webhooks.make(url=f"http://receiver.example:{receiver.port}/changes")
        first = report()
        receiver.plan(500, connection="close")
        with delivering(addresses=addresses):
            webhooks.wait_until_delivered(webhook)
        assert inner
    outcomes = [each["outcome"] for each in webhooks.attempts(webhook)]
    assert outcomes == ["refused", "forbidden_address", "delivered"]
    assert [message["data"]["id"] for message in receiver.taken] == [first["id"]]


@contextmanager
def listener_beside(receiver):
    """On the receiver's port at another address of this machine: nobody must come."""
    with socket.create_server(("127.0.0.2", receiver.port)) as inner:
        yield inner
        inner.setblocking(False)
        with pytest.raises(BlockingIOError):
            inner.accept()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_fails(webhooks, receiver, delivering, report, status):
    with listener("127.0.0.1") as inner:
        webhook = webhooks.make()
        report()
        receiver.plan(status, location=f"http://127.0.0.1:{inner.getsockname()[1]}/secrets")
        with delivering():
            webhooks.wait_until_delivered(webhook)
    told = [(each["outcome"], each["status"]) for each in webhooks.attempts(webhook)]
    assert told == [("redirected", status), ("delivered", 204)]


def test_nothing_of_what_is_answered_is_kept_or_shown(webhooks, receiver, delivering, report):
    webhook = webhooks.make()
    report()
    receiver.plan(500, x_inner="a secret of the inner network")
    with delivering():
        webhooks.wait_until_delivered(webhook)
    for part in ("", "/delivery", "/attempts"):
        assert "inner network" not in str(webhooks.read(webhook, part))


def test_an_answer_without_end_and_one_that_never_comes_take_bounded_time():
    with receiving() as receiver, socket.create_server(("127.0.0.1", 0)) as silent:
        for port, outcome in ((silent.getsockname()[1], "timed_out"), (endless(), "delivered")):
            url = f"http://127.0.0.1:{port}/"

            async def send(url=url):
                sender = Sender(Addresses(["127.0.0.1"]), timeout=0.5)
                try:
                    return await sender.send(url, {}, b"{}")
                finally:
                    await sender.close()

            answer = asyncio.run(send())
            assert answer.outcome == outcome
        assert receiver.arrived == []


def endless():
    """The port of somebody who answers, and does not come to an end."""
    server = socket.create_server(("127.0.0.1", 0))

    def talk():
        with server:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
                try:
                    while True:
                        connection.sendall(b"x" * 65536)
                except OSError:
                    return

    threading.Thread(target=talk).start()
    return server.getsockname()[1]


def certified(folder, name):
    """A certificate for a host, by nobody that anybody knows, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.mark.parametrize(
    ("host", "known", "expected"),
    [
        ("receiver.example", True, "refused"),
        ("other.example", True, "untrusted"),
        ("receiver.example", False, "untrusted"),
    ],
)
def test_tls_goes_by_the_name_of_the_host_though_an_address_is_connected_to(
    tmp_path, host, known, expected
):
    file = certified(tmp_path, "receiver.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    trust = ssl.create_default_context(cafile=file if known else None)
    with receiving() as receiver:
        receiver.server.socket = serving.wrap_socket(receiver.server.socket, server_side=True)
        addresses = Addresses(["127.0.0.1"], named(["127.0.0.1"]))
        url = f"https://{host}:{receiver.port}/"
        # Unsigned, so that the receiver refuses it once it has come to it.
        assert outcome_of(addresses, url, trust=trust).outcome == expected
        if expected == "refused":
            wait_until(lambda: len(receiver.arrived) == 1)
