"""A compiled skill as the runtime reads it from a build folder or a bundle."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillc.runtime.bundle.contents import Contents
from skillc.runtime.bundle.fault import BundleFault
from skillc.runtime.bundle.load import load
from skillc.runtime.evaluate.scoring import Scoring
from skillc.runtime.formats.codec import as_json
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.fidelity import Fidelity
from skillc.runtime.formats.files import Files
from skillc.runtime.formats.filling import Filling
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.objective import Objective
from skillc.runtime.formats.records import FormatError
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin


@dataclass(frozen=True, kw_only=True)
class Skill:
    """Everything evaluation and execution need."""

    contents: Contents
    """The bytes it was read from, models and meshes among them."""
    name: str
    summary: str
    method: str
    task_type: str
    success: Mapping[str, Any]
    """`task.success` of the resolved spec."""
    filling: Filling | None
    """What is in the vessel of a pour; searches and rehearsals simulate it empty."""
    squeeze_n: float
    """N, largest force of one finger on the manipulated object; more is unsafe."""
    scoring: Scoring
    twin: Twin
    profile: RobotProfile
    reference: Reference
    retargeted: JointMotion
    machine: Machine
    contract: Contract
    environment: Environment
    keyframes: Keyframes
    object_motion: ObjectMotion
    fidelity: Fidelity

    @property
    def files(self) -> Files:
        """The skill's files as they were read, in memory."""
        return self.contents.files

    @classmethod
    def load(cls, path: Path, *, locked: bool = False) -> "Skill":
        """Read a build folder or a bundle.

        Args:
            path: the folder, or the bundle.
            locked: refuse files that are not as the build made them; else `contents.edited` names them.

        Raises:
            FormatError: the folder is no finished build, or a file is not what it should be; names file and field.
        """
        contents, records = load(path, locked=locked)
        objective = records.objective
        try:
            scoring = Scoring.read(objective.protocol)
        except FormatError as reason:
            raise BundleFault("SK761", contents.place(Objective.FILE), str(reason)) from reason
        return cls(
            contents=contents,
            name=objective.skill,
            summary=objective.summary,
            method=objective.method,
            task_type=objective.task_type,
            success=as_json(objective.success),
            filling=objective.filling,
            squeeze_n=objective.squeeze_n,
            scoring=scoring,
            twin=records.twin,
            profile=records.profile,
            reference=records.reference,
            retargeted=records.retargeted,
            machine=records.machine,
            contract=records.contract,
            environment=records.environment,
            keyframes=records.keyframes,
            object_motion=records.object_motion,
            fidelity=records.fidelity,
        )


def load_skill(build: Path | str) -> Skill:
    """Read a build folder: everything that evaluation and execution need.

    >>> import skillc
    >>> skill = skillc.load("build/lift-a-box")
    >>> skill.name, skill.task_type, skill.contract.control_rate_hz
    ('lift-a-box', 'grasp', 60.0)
    >>> [state.name for state in skill.machine.states][:4]
    ['observe', 'approach', 'contact', 'track']

    Raises:
        FormatError: the folder is no finished build, or a file is not what it should be; names the file.
    """
    return Skill.load(Path(build))
