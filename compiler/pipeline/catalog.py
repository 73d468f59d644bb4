"""The stages of a build, in the order of the story: from the recording to what a robot runs.

Installed packages add stages under the entry-point group `skillc.stages`; they are named `package:stage`.
"""

from importlib import import_module

from skillc.compiler.plan.stage import Stage
from skillc.runtime.formats import extension

GROUPS = {
    "demonstration": (
        "recording",
        "calibration",
        "landmarks",
        "scene",
        "tracks",
        "object_motion",
        "keyframes",
        "hands",
    ),
    "twin": ("twin", "robot", "placement"),
    "motion": ("retarget", "grasps", "reference", "feasibility"),
    "policy": ("environment", "training"),
    "deploy": ("pictures", "contract", "machine"),
}
"""Folder of `compiler/stages` -> the stages in it; `ordered` puts each after those it needs."""

NAMES = tuple(name for names in GROUPS.values() for name in names)


def stages() -> tuple[Stage, ...]:
    """Return every stage of the project in the order of `NAMES`, then those of installed packages.

    Raises:
        ExtensionError: a package's stage does not carry its full name.
    """
    own = [import_module(f"skillc.compiler.stages.{g}.{name}").STAGE for g, names in GROUPS.items() for name in names]
    added = []
    for name in extension.names("skillc.stages"):
        stage: Stage = extension.load("skillc.stages", name, Stage)
        if stage.name != name:
            raise extension.ExtensionError(f"the stage {name} calls itself {stage.name!r}")
        added.append(stage)
    return (*own, *added)
