"""A compiled environment read from a build folder, with everything it refers to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillc.runtime.bundle.contents import Contents
from skillc.runtime.bundle.load import load
from skillc.runtime.bundle.records import SkillRecords
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.records import FormatError
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.sim.variation import WorldVariation
from skillc.runtime.sim.world import World, compile_world


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What episodes are made of."""

    environment: Environment
    contract: Contract
    reference: Reference
    twin: Twin
    twin_folder: Folder
    profile: RobotProfile
    robot_folder: Folder

    @property
    def ticks_per_action(self) -> int:
        """Control ticks for which one action is held."""
        return round(self.contract.control_rate_hz / self.contract.policy_rate_hz)

    def world(
        self, variation: WorldVariation | None = None, instrument: Callable[[Any], None] = lambda spec: None
    ) -> World:
        """Compile the twin and the robot, changed by `variation` and with what `instrument` adds to the `MjSpec`."""
        return compile_world(
            twin=self.twin, twin_folder=self.twin_folder, profile=self.profile, robot_folder=self.robot_folder,
            T_table_robot=self.contract.T_table_robot, physics=self.environment.physics, variation=variation,
            instrument=instrument,
        )  # fmt: skip

    @classmethod
    def load(cls, build: Path) -> "Definition":
        """Read a build folder; raises FormatError naming what is missing or wrong."""
        contents, records = load(build, locked=False)
        return cls(
            environment=records.environment,
            contract=records.contract,
            reference=_played(contents, records),
            twin=records.twin,
            twin_folder=contents.files / "twin",
            profile=records.profile,
            robot_folder=contents.files / "robot",
        )


def _played(contents: Contents, records: SkillRecords) -> Reference:
    """Return the motion that episodes play; raises FormatError."""
    path = records.environment.reference
    if path == Reference.FILE:
        return records.reference
    place = contents.files / path
    if not place.exists():
        raise FormatError(f"{contents.place(path)} is missing, which the environment plays")
    return Reference.parse(place.read_bytes(), path)
