"""The stages of a build, in the order of the story: from the recording to what a robot runs.

Installed packages add stages under the entry-point group `skillc.stages`; they are named `package:stage`.
"""

from importlib import import_module
from importlib.util import find_spec

from skillc.compiler.plan.stage import Stage
from skillc.runtime.formats import extension

NAMES = (
    "recording",
    "calibration",
    "landmarks",
    "scene",
    "twin",
    "tracks",
    "object_motion",
    "keyframes",
    "hands",
    "robot",
    "placement",
    "retarget",
    "grasps",
    "reference",
    "feasibility",
    "pictures",
    "contract",
    "environment",
    "training",
    "machine",
)


def stages() -> tuple[Stage, ...]:
    """Return every stage of the project, in the order of `NAMES`."""
    found: list[Stage] = []
    for name in NAMES:
        module = f"skillc.compiler.stages.{name}"
        if find_spec(module) is None:
            continue
        stage: Stage = import_module(module).STAGE
        if all(n in {s.name for s in found} for n in stage.needs):
            found.append(stage)
    for name in extension.names("skillc.stages"):
        added: Stage = extension.load("skillc.stages", name, Stage)
        if added.name != name:
            raise extension.ExtensionError(f"the stage {name} calls itself {added.name!r}")
        found.append(added)
    return tuple(found)
