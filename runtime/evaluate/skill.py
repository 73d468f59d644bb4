"""A compiled skill as the runtime reads it from a build folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.joint_motion import JointMotion
from skillc.runtime.formats.keyframes import Keyframes
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin


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
    twin: Twin
    profile: RobotProfile
    reference: Reference
    retargeted: JointMotion
    machine: Machine
    contract: Contract
    environment: Environment
    keyframes: Keyframes
    object_motion: ObjectMotion

    @classmethod
    def load(cls, folder: Path) -> "Skill":
        """Read a build folder.

        Raises:
            FileNotFoundError: not a build folder; names the missing file.
            FormatError: a file is not what it should be.
        """
        if not (folder / "resolved.yaml").is_file():
            raise FileNotFoundError(f"{folder} is not a finished build: resolved.yaml is missing; run `skillc build`")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        resolved = yaml.load((folder / "resolved.yaml").read_text(encoding="utf-8"), Loader=loader)
        values = resolved.get("values", resolved)
        return cls(
            folder=folder,
            name=values["skill"],
            summary=values.get("summary", ""),
            method=values["method"]["name"],
            task_type=values["task"]["type"],
            success=values["task"]["success"],
            twin=Twin.load(folder / "twin" / "twin.json"),
            profile=RobotProfile.load(folder / "robot" / "profile.json"),
            reference=Reference.load(folder / "motion" / "reference.npz"),
            retargeted=JointMotion.load(folder / "motion" / "retargeted.npz"),
            machine=Machine.load(folder / "machine" / "machine.json"),
            contract=Contract.load(folder / "contract.json"),
            environment=Environment.load(folder / "environment" / "environment.json"),
            keyframes=Keyframes.load(folder / "keyframes.json"),
            object_motion=ObjectMotion.load(folder / "motion" / "object.npz"),
        )
