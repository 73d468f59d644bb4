"""A compiled skill as the runtime reads it from a build folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from skillc.runtime.evaluate.scoring import Scoring
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.fidelity import Fidelity
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.records import FormatError
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin

_FILES = (
    "resolved.yaml", "twin/twin.json", "robot/profile.json", "motion/reference.npz", "motion/retargeted.npz",
    "machine/machine.json", "contract.json", "environment/environment.json", "keyframes.json", "motion/object.npz",
    "motion/fidelity.json",
)  # fmt: skip
"""What a build must have; a build with `--until` may lack some."""


@dataclass(frozen=True, kw_only=True)
class Skill:
    """Everything evaluation and execution need."""

    folder: Path
    name: str
    summary: str
    method: str
    task_type: str
    success: Mapping[str, Any]
    """`task.success` of the resolved spec."""
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

    @classmethod
    def load(cls, folder: Path) -> "Skill":
        """Read a build folder.

        Raises:
            FormatError: the folder is no finished build, or a file is not what it should be; names the file.
        """
        missing = next((name for name in _FILES if not (folder / name).is_file()), None)
        if missing is not None:
            raise FormatError(f"{folder} is not a finished build: {missing} is missing; `skillc build SPEC` makes one")
        values = _resolved(folder / "resolved.yaml")
        try:
            told = {
                "name": values["skill"],
                "summary": values.get("summary", ""),
                "method": values["method"]["name"],
                "task_type": values["task"]["type"],
                "success": values["task"]["success"],
            }
        except (KeyError, TypeError) as reason:
            raise FormatError(f"{folder / 'resolved.yaml'}: is not a resolved spec: {reason}") from reason
        return cls(
            folder=folder,
            **told,
            scoring=Scoring.read(values["method"].get("protocol")),
            twin=Twin.load(folder / "twin" / "twin.json"),
            profile=RobotProfile.load(folder / "robot" / "profile.json"),
            reference=Reference.load(folder / "motion" / "reference.npz"),
            retargeted=JointMotion.load(folder / "motion" / "retargeted.npz"),
            machine=Machine.load(folder / "machine" / "machine.json"),
            contract=Contract.load(folder / "contract.json"),
            environment=Environment.load(folder / "environment" / "environment.json"),
            keyframes=Keyframes.load(folder / "keyframes.json"),
            object_motion=ObjectMotion.load(folder / "motion" / "object.npz"),
            fidelity=Fidelity.load(folder / Fidelity.FILE),
        )


def _resolved(path: Path) -> Mapping[str, Any]:
    """Return the values of the resolved spec in `path`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (yaml.YAMLError, UnicodeDecodeError) as reason:
        raise FormatError(f"{path}: not readable as YAML: {reason}") from reason
    values = found.get("values", found) if isinstance(found, dict) else None
    if not isinstance(values, dict):
        raise FormatError(f"{path}: is not a resolved spec")
    return values


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
