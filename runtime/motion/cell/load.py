"""The cell put together from what stages made."""

from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.placement import Placement
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.motion.cell.cell import Cell, build_cell


def load_cell(made: Artifacts, physics: PhysicsSettings) -> Cell:
    """Read robot, twin, demonstration and retargeted motion; raises FileNotFoundError, FormatError."""
    return build_cell(
        profile=made.load(RobotProfile),
        robot_folder=made.path("robot"),
        twin=made.load(Twin),
        twin_folder=made.path("twin"),
        T_table_robot=made.load(Placement).T_table_robot,
        physics=physics,
        motion=made.load(ObjectMotion),
        keyframes=made.load(Keyframes),
        retargeted=made.load(JointMotion),
    )
