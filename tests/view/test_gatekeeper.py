"""Nobody reaches the viewer from a wrong place, with a wrong method, or without the token."""

import http.client
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from skillc.runtime.view.gatekeeper import Door, Gatekeeper, PortBusy, judge

pytestmark = pytest.mark.slow

KEY = ("X-Key", "k3y")
OPEN = Door(hosts=("localhost", "127.0.0.1"), port=8765, token="", inner_header=KEY)
LOCKED = Door(hosts=("localhost", "10.0.0.5"), port=8765, token="s3cret", inner_header=KEY)


def head(path: str = "/", method: str = "GET", **headers: str) -> bytes:
    fields = {"Host": "localhost:8765"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return "\r\n".join([f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items())]).encode()


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (head(Host="evil.example"), 421),
        (head(Origin="http://evil.example"), 403),
        (head("/../../etc/passwd"), 400),
        (head("/%2e%2e/%2e%2e/etc/passwd"), 400),
        (head("/%252e%252e/secret"), 400),
        (head(method="POST", Content_Length="10"), 405),
        (head(method="POST", Content_Length=str(2 * 1024 * 1024)), 413),
        (head(method="POST", Content_Length="-1"), 413),
        (head("http://other/"), 400),
        (b"\xff\xfe", 400),
    ],
)
def test_requests_from_wrong_places_are_refused(request_head: bytes, status: int) -> None:
    refusal = judge(request_head, OPEN)
    assert refusal is not None and refusal.status == status


def test_a_browser_on_this_machine_comes_in() -> None:
    assert judge(head(Origin="http://localhost:8765"), OPEN) is None


@pytest.mark.parametrize("request_head", [head(), head("/?token=wrong"), head(Cookie="skillc_token=wrong")])
def test_other_machines_need_the_token(request_head: bytes) -> None:
    refusal = judge(request_head, LOCKED)
    assert refusal is not None and refusal.status == 401


def test_the_token_comes_in_by_address_or_cookie() -> None:
    assert judge(head("/?token=s3cret"), LOCKED) is None
    assert judge(head("/assets/x.js", Cookie="a=b; skillc_token=s3cret"), LOCKED) is None


@pytest.fixture()
def gate() -> Iterator[int]:
    class Inner(BaseHTTPRequestHandler):
        # Keeps a connection for further requests unless it is asked not to, as the viewer's server does.
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = f"inner {self.path} {self.headers.get_all('X-Key')}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keep the test output clean."""

    inner = HTTPServer(("127.0.0.1", 0), Inner)
    threading.Thread(target=inner.serve_forever, daemon=True).start()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    keeper = Gatekeeper(
        "127.0.0.1", inner.server_port, Door(hosts=("127.0.0.1",), port=port, token="t", inner_header=KEY)
    )
    yield port
    keeper.close()
    inner.shutdown()


def test_good_requests_reach_the_viewer_and_get_the_cookie(gate: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gate, timeout=5)
    connection.request("GET", "/?token=t", headers={"X-Key": "a guess"})
    answer = connection.getresponse()
    assert answer.status == 200 and answer.read() == b"inner /?token=t ['k3y']"
    assert "skillc_token=t" in (answer.getheader("Set-Cookie") or "")


def test_a_second_request_on_a_judged_connection_is_not_forwarded(gate: int) -> None:
    with socket.create_connection(("127.0.0.1", gate), timeout=5) as raw:
        host = f"Host: 127.0.0.1:{gate}\r\n"
        first = f"GET /?token=t HTTP/1.1\r\n{host}\r\n"
        raw.sendall((first + f"GET /second HTTP/1.1\r\n{host}\r\n").encode())
        received = b""
        while chunk := raw.recv(4096):
            received += chunk
    assert received.count(b"HTTP/1.") == 1 and b"/second" not in received


def test_a_busy_port_is_said(gate: int) -> None:
    with pytest.raises(PortBusy):
        Gatekeeper("127.0.0.1", 1, Door(hosts=("127.0.0.1",), port=gate, token="", inner_header=KEY))
