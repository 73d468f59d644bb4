"""Look at a build in 3D and play it: video, human hand, objects, robot, and a run's log, in the browser."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.parameters import Build
from skillc.runtime.cli.text import printable

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import Image


def command(
    build: Build,
    host: Annotated[str, Option(help="Address to listen on; other machines need the printed token.")] = "127.0.0.1",
    port: Annotated[int, Option(help="Port to listen on.", min=1024, max=65535)] = 8765,
    log: Annotated[Path | None, Option(help="A run's folder: what was measured, beside the reference.")] = None,
    data: Annotated[Path | None, Option(help="Folder of the recording, if it does not lie beside the spec.")] = None,
    pick: Annotated[
        int | None,
        Option(help="Name things before any build: BUILD is a recording, this the frame to click in.", min=0),
    ] = None,
) -> int:
    """Serve the viewer until Ctrl-C; a click on a thing prints the line of the spec that names it."""
    from skillc.runtime.evaluate.skill import Skill
    from skillc.runtime.machine.log_reader import read_log
    from skillc.runtime.view.gatekeeper import PortBusy
    from skillc.runtime.view.picker import Picker
    from skillc.runtime.view.run_track import WrongLog
    from skillc.runtime.view.viewer import Viewer

    if host in ("0.0.0.0", "::"):
        raise InputError(
            f"--host {host} would serve every network", "give the one address other machines shall use; a token is made"
        )
    if pick is not None and (log is not None or data is not None):
        raise InputError("--pick shows a recording, --log and --data a build", "leave one of them out")
    try:
        if pick is not None:
            shown: Picker | Viewer = Picker(_picture(build, pick), build.name, host, port)
        else:
            shown = Viewer(Skill.load(build), host, port, data=data, run=None if log is None else read_log(log))
    except PortBusy as busy:
        raise InputError(f"port {port} is in use", "choose another with --port") from busy
    except WrongLog as reason:
        raise InputError(f"{log}: {reason}", "`skillc run BUILD` writes logs below BUILD/runs") from reason
    if isinstance(shown, Viewer) and shown.warning:
        print(f"warning: {printable(shown.warning)}", file=sys.stderr)
    print(shown.address, flush=True)
    shown.wait()
    return 0


def _picture(recording: Path, frame: int) -> "Image":
    from skillc.runtime.perception.recording.faults import InputFault
    from skillc.runtime.view.picker import picture_of

    try:
        return picture_of(recording, frame)
    except InputFault as fault:
        raise InputError(fault.message, fault.hint or "name a video, a picture, or an RGB-D folder") from fault
