"""Look at a build in 3D: human hand, objects and robot with a slider over time, in the browser."""

import sys
from typing import Annotated

from typer import Option

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.parameters import Build
from skillc.runtime.cli.text import printable


def command(
    build: Build,
    host: Annotated[str, Option(help="Address to listen on; other machines need the printed token.")] = "127.0.0.1",
    port: Annotated[int, Option(help="Port to listen on.", min=1024, max=65535)] = 8765,
) -> int:
    """Serve the viewer until Ctrl-C."""
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.view.gatekeeper import PortBusy
    from skillc.runtime.view.viewer import Viewer

    if host in ("0.0.0.0", "::"):
        raise InputError(
            f"--host {host} would serve every network", "give the one address other machines shall use; a token is made"
        )
    skill = Skill.load(build)
    try:
        viewer = Viewer(skill, host, port)
    except PortBusy as busy:
        raise InputError(f"port {port} is in use", "choose another with --port") from busy
    if viewer.warning:
        print(f"warning: {printable(viewer.warning)}", file=sys.stderr)
    print(viewer.address, flush=True)
    viewer.wait()
    return 0
