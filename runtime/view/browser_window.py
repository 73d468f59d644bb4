"""A page of viser on one port, behind a door that lets in only whom it should."""

import contextlib
import io
import secrets
import time
from typing import Any

from skillc.runtime.view.gatekeeper import LOOPBACK, Door, Gatekeeper


class BrowserWindow:
    """Serves until closed; what it shows is put into `server`."""

    def __init__(self, label: str, host: str, port: int) -> None:
        """Start serving.

        Raises:
            PortBusy: another program listens on the port.
        """
        import viser

        from skillc.runtime.view.inner_lock import HEADER, locked

        # It announces its own port, which is not the one to open.
        key = secrets.token_urlsafe(32)
        with contextlib.redirect_stdout(io.StringIO()), locked(key):
            self.server: Any = viser.ViserServer(host="127.0.0.1", port=0, label=label, verbose=False)
        token = "" if host in LOOPBACK else secrets.token_urlsafe(16)
        names = LOOPBACK if host in LOOPBACK else (*LOOPBACK, host)
        door = Door(hosts=names, port=port, token=token, inner_header=(HEADER, key))
        try:
            self._gate = Gatekeeper(host, self.server.get_port(), door)
        except OSError:
            self.server.stop()
            raise
        self.address = f"http://{host}:{port}/" + (f"?token={token}" if token else "")

    def wait(self) -> None:
        """Serve until interrupted."""
        while True:
            time.sleep(0.5)

    def close(self) -> None:
        """Stop serving."""
        self._gate.close()
        self.server.stop()
