"""Every record of a skill, each read from the bytes that were verified."""

from dataclasses import dataclass, fields
from typing import Any, Self

from skillc.runtime.bundle.contents import Contents
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.fidelity import Fidelity
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.objective import Objective
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin


@dataclass(frozen=True, kw_only=True)
class SkillRecords:
    """What the files of a skill say."""

    objective: Objective
    contract: Contract
    machine: Machine
    environment: Environment
    profile: RobotProfile
    twin: Twin
    reference: Reference
    retargeted: JointMotion
    object_motion: ObjectMotion
    keyframes: Keyframes
    fidelity: Fidelity

    @classmethod
    def read(cls, contents: Contents) -> Self:
        """Read them all; raises BundleFault (SK760, SK761)."""
        found: dict[str, Any] = {field.name: contents.record(field.type) for field in fields(cls)}  # type: ignore[arg-type]
        return cls(**found)
