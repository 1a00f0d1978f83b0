# SPDX-License-Identifier: AGPL-3.0-or-later
"""One call to a receiver: what leaves, which address is connected to, and every way in which it can go wrong."""

import datetime
import ipaddress
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from innovato.webhooks import wire
from innovato.webhooks.models import Fault
from tests.webhooks.receiver import Receiver

HEADERS = {"Content-Type": "application/json", "InnovaTo-Kind": "test"}
PUBLIC, INSIDE = "93.184.216.34", "10.0.0.7"


@pytest.fixture
def names(monkeypatch):
    """A name server that gives these answers one after the other, and what it was asked."""

    class Names(list):
        answers: list

    asked = Names()

    def lookup(host, port, *_args, **_kwargs):
        asked.append(host)
        found = asked.answers[min(len(asked), len(asked.answers)) - 1]
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


@pytest.fixture
def connections(monkeypatch):
    """Where sockets were told to connect; none of them does."""
    found = []

    class Line:
        def __init__(self, *_how):
            pass

        def settimeout(self, _seconds):
            pass

        def connect(self, place):
            found.append(place[0])
            raise ConnectionRefusedError

        def close(self):
            pass

    monkeypatch.setattr(wire.socket, "socket", Line)
    return found


def post(address, body=b'{"kind":"test"}'):
    return wire.post(address, body, HEADERS)


def test_a_call_arrives_as_it_was_sent(receiver):
    answer = post(receiver.address + "?a=b")
    assert (answer.code, answer.fault) == (204, "")
    call = receiver.last
    assert (call.path, call.body) == ("/innovato?a=b", b'{"kind":"test"}')
    assert call.headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert call.headers["InnovaTo-Kind"] == "test"
    assert 0 <= answer.milliseconds < 5000


def test_a_name_is_asked_once_and_its_answer_is_the_address_connected_to(names, connections):
    names.answers = [[PUBLIC], [INSIDE]]  # a name that changes its mind
    assert post("https://portale.example/").fault == Fault.CONNECTION
    assert (names, connections) == (["portale.example"], [PUBLIC])


@pytest.mark.parametrize("found", [[INSIDE], [PUBLIC, INSIDE], ["::ffff:10.0.0.7"], ["169.254.169.254"], ["::1"]])
def test_a_name_that_leads_inside_is_not_followed_not_even_in_part(names, connections, settings, found):
    settings.INNOVATO_WEBHOOK_NETWORKS = []
    names.answers = [found]
    assert post("https://portale.example/").fault == Fault.FORBIDDEN
    assert connections == []


def test_numbers_that_only_a_resolver_reads_as_an_address_lead_nowhere(settings, receiver):
    settings.INNOVATO_WEBHOOK_NETWORKS = []
    for host in ("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"):
        assert post(f"http://{host}:{receiver.port}/").fault in {Fault.FORBIDDEN, Fault.NAME}
    assert receiver.calls == []


def test_the_address_reached_is_looked_at_once_more(names, monkeypatch, receiver, settings):
    settings.INNOVATO_WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    names.answers = [["127.0.0.1"]]
    monkeypatch.setattr(socket.socket, "getpeername", lambda _self: (INSIDE, 1))
    assert post(f"http://portale.example:{receiver.port}/").fault == Fault.FORBIDDEN
    assert receiver.calls == []


def test_an_unknown_name_is_a_fault_and_no_error(monkeypatch):
    def nobody(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert post("https://niente.example/") == wire.Answer(None, pytest.approx(0, abs=500), "name")


def test_a_setting_taken_back_stops_what_it_allowed(settings, receiver):
    settings.INNOVATO_WEBHOOK_HTTP = False
    assert post(receiver.address).fault == Fault.FORBIDDEN
    assert receiver.calls == []


def test_a_redirect_is_not_followed(receiver):
    with Receiver() as other:
        receiver.codes, receiver.headers = [302, 307], {"Location": other.address}
        assert [post(receiver.address) for _ in range(2)] == [
            wire.Answer(302, pytest.approx(0, abs=5000), "redirect"),
            wire.Answer(307, pytest.approx(0, abs=5000), "redirect"),
        ]
        assert other.calls == []


@pytest.mark.parametrize("code", [400, 404, 410, 500, 503])
def test_an_answer_that_is_no_yes_is_a_fault(receiver, code):
    receiver.codes = [code]
    assert (post(receiver.address).code, receiver.codes) == (code, [])


def test_nobody_at_the_door_is_a_fault():
    with Receiver() as gone:
        address = gone.address
    assert post(address).fault == Fault.CONNECTION


def test_an_answer_that_drips_is_cut(receiver, monkeypatch):
    monkeypatch.setattr(wire, "ANSWER_SECONDS", 0.3)
    receiver.drip = 0.05
    answer = post(receiver.address)
    assert answer.fault == Fault.SLOW
    assert answer.milliseconds < 3000


def test_a_long_answer_is_read_as_far_as_the_limit(receiver, monkeypatch):
    monkeypatch.setattr(wire, "ANSWER_BYTES", 1000)
    receiver.codes, receiver.answer = [200], b"x" * 5_000_000
    assert (post(receiver.address).code, receiver.last.path) == (200, "/innovato")


def test_what_is_no_http_at_all_is_a_fault():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(5)
        answering(server)
        assert post(f"http://127.0.0.1:{server.getsockname()[1]}/").fault in {Fault.UNREADABLE, Fault.CONNECTION}


def answering(server):
    def answer():
        line, _place = server.accept()
        with line:
            line.recv(65536)
            line.sendall(b"\x16\x03\x01 niente\r\n\r\n")

    threading.Thread(target=answer, daemon=True).start()


# Certificates ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path):
    """A certificate that nobody vouches for, for 127.0.0.1, and how a server uses it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "prova")])
    today = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), today, today.replace(year=today.year + 1)
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
    file = tmp_path / "certificate.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(pem + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return file


def over_tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return Receiver(wrap=lambda line: context.wrap_socket(line, server_side=True))


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate):
    with over_tls(certificate) as receiver:
        assert post(f"https://127.0.0.1:{receiver.port}/").fault == Fault.CERTIFICATE
        assert receiver.calls == []


def test_a_certificate_is_checked_against_the_name_asked_for(certificate, monkeypatch, names):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    names.answers = [["127.0.0.1"]]
    with over_tls(certificate) as receiver:
        assert post(f"https://127.0.0.1:{receiver.port}/").code == 204
        assert post(f"https://altro.example:{receiver.port}/").fault == Fault.CERTIFICATE
        assert len(receiver.calls) == 1
