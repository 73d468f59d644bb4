"""A door in front of the viewer: only well-formed GET requests of allowed hosts, origins and token holders pass.

The viewer's own server checks nothing but a key, so it listens on a private loopback port and every connection from
outside comes through here, where the key is added. The first request of a connection is read and judged; after that
its bytes are passed on both ways.
"""

import asyncio
import hmac
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

MAX_HEAD_BYTES = 16 * 1024
MAX_BODY_BYTES = 1024 * 1024
"""FAULTS "CLI and viewer": a POST above 1 MB is refused."""
LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")


class PortBusy(OSError):
    """Another program listens on the port."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """Who may come in."""

    hosts: tuple[str, ...]
    """Allowed values of the Host header, without port; an Origin must be one of them too."""
    port: int
    token: str
    """Must come as `?token=` or as the cookie; empty asks for none (loopback only)."""
    inner_header: tuple[str, str]
    """Name and value of the header that opens the inner server."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """HTTP status and why."""

    status: int
    reason: str


def judge(head: bytes, door: Door) -> Refusal | None:
    """Return why the request with this head (up to the blank line) is refused, or None to let it pass."""
    try:
        lines = head.decode("ascii").split("\r\n")
        method, target, version = lines[0].split(" ")
        pairs = [line.split(":", 1) for line in lines[1:] if line]
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
    except ValueError:
        return Refusal(status=400, reason="not an HTTP request")
    if len(headers) != len(pairs) or not version.startswith("HTTP/1."):
        return Refusal(status=400, reason="repeated headers, or not HTTP/1")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        return Refusal(status=413, reason="body too large")
    if method not in ("GET", "HEAD"):
        return Refusal(status=405, reason=f"{method} is not used here")
    path = unquote(unquote(urlsplit(target).path))
    if not target.startswith("/") or ".." in path.split("/") or "\\" in path or "\0" in path:
        return Refusal(status=400, reason="path leaves the viewer")
    if _host(headers.get("host", "")) not in door.hosts:
        return Refusal(status=421, reason="wrong Host")
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).hostname not in door.hosts:
        return Refusal(status=403, reason="wrong Origin")
    if door.token and not _has_token(target, headers, door.token):
        return Refusal(status=401, reason="token missing or wrong; open the address the viewer printed")
    return None


def _host(header: str) -> str:
    return header.rpartition(":")[0] if header.rpartition(":")[2].isdigit() else header


def _has_token(target: str, headers: Mapping[str, str], token: str) -> bool:
    cookies = [c.strip().partition("=") for c in headers.get("cookie", "").split(";")]
    given = [value for name, _, value in cookies if name == "skillc_token"]
    given += parse_qs(urlsplit(target).query).get("token", [])
    return any(hmac.compare_digest(g.encode(), token.encode()) for g in given)


class Gatekeeper:
    """Listens on `host:port` in a thread and forwards judged connections to `inner_port` on loopback."""

    def __init__(self, host: str, inner_port: int, door: Door) -> None:
        """Bind at once; raises PortBusy when somebody else listens there."""
        self._inner_port, self._door = inner_port, door
        self._loop = asyncio.new_event_loop()
        try:
            self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, host, door.port))
        except OSError as error:
            self._loop.close()
            raise PortBusy(error.errno, f"port {door.port} is in use") from error
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and end what connections are open."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        self._thread.join(timeout=2)

    async def _end(self) -> None:
        self._server.close()
        open_ones = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)
        self._loop.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), timeout=10)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ConnectionError):
            writer.close()
            return
        refusal = judge(head[:-4], self._door) if len(head) <= MAX_HEAD_BYTES else Refusal(status=431, reason="head")
        if refusal is not None:
            body = f"{refusal.status} {refusal.reason}\n".encode()
            status = f"HTTP/1.1 {refusal.status} Refused\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(status.encode() + body)
            await writer.drain()
            writer.close()
            return
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._inner_port)
        inner_writer.write(_one_request(head, self._door))
        await asyncio.gather(_pipe(reader, inner_writer), _pipe(inner_reader, writer, self._cookie(head)))

    def _cookie(self, head: bytes) -> bytes:
        """After a request with a good token in its address the browser keeps it for the files that follow."""
        if not self._door.token or b"token=" not in head.split(b"\r\n", 1)[0]:
            return b""
        return f"Set-Cookie: skillc_token={self._door.token}; HttpOnly; SameSite=Strict\r\n".encode()


def _one_request(head: bytes, door: Door) -> bytes:
    """Ask the inner server to close after one answer, so that no unjudged request follows; upgrades stay open."""
    name, value = (part.encode("ascii") for part in door.inner_header)
    lines = [line for line in head[:-4].split(b"\r\n") if not line.lower().startswith(name.lower() + b":")]
    lines += [name + b": " + value] if name else []
    if b"upgrade: websocket" not in head.lower():
        lines = [line for line in lines if not line.lower().startswith(b"connection:")] + [b"Connection: close"]
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, extra_header: bytes = b"") -> None:
    try:
        while data := await reader.read(65536):
            if extra_header and b"\r\n" in data:
                first, rest = data.split(b"\r\n", 1)
                data, extra_header = first + b"\r\n" + extra_header + rest, b""
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
