"""A lock on the viewer's own server, which would answer whoever finds its port, whatever page sent them.

The server is made by a library that offers no check of its own; while it starts, the function that opens its port is
given one. Every request must then carry the key that only the door in front of it knows.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from websockets.asyncio import server as websockets_server
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

HEADER = "X-Skillc-Key"


@contextmanager
def locked(key: str) -> Iterator[None]:
    """Let servers that start inside the block answer only requests with `key` in `HEADER`."""
    library: Any = websockets_server
    serve = library.serve

    def locked_serve(*arguments: Any, process_request: Any = None, **options: Any) -> Any:
        def judged(connection: ServerConnection, request: Request) -> Response | None:
            given = request.headers.get_all(HEADER)
            if len(given) != 1 or not hmac.compare_digest(given[0].encode(), key.encode()):
                return connection.respond(HTTPStatus.FORBIDDEN, "come in through the address the viewer printed\n")
            answer: Response | None = process_request(connection, request) if process_request is not None else None
            return answer

        return serve(*arguments, process_request=judged, **options)

    library.serve = locked_serve
    try:
        yield
    finally:
        library.serve = serve
