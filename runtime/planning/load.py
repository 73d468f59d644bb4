"""The planner of a finished build."""

from pathlib import Path

from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.objective import Objective
from skillc.runtime.formats.records import FormatError, from_json
from skillc.runtime.formats.reference import Reference
from skillc.runtime.motion.cell.cell import PathParameters
from skillc.runtime.motion.cell.load import load_cell
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.planning.shown_contact import shown_by
from skillc.runtime.policies.training_config import training_config


def load_planner(build: Path) -> MotionPlanner:
    """Read what planning needs of a build folder; raises FormatError where it is none or lacks something."""
    made = Artifacts(folders=(build,))
    laid = build / "training" / "keyframe_pose.yaml"
    config = training_config(laid)
    if "adjustment" not in config:
        raise FormatError(f"{laid} does not say how its motion was laid; build it again")
    cell = load_cell(made, made.load(Environment).physics)
    return MotionPlanner(
        skill=made.load(Objective).skill,
        cell=cell,
        shown=shown_by(made.load(Reference), made.load(Grasps), cell.twin),
        paths=from_json(PathParameters, config["adjustment"]["paths"], "adjustment.paths"),
    )
