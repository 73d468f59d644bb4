"""A compiled environment read from a build folder, with everything it refers to."""

from dataclasses import dataclass
from pathlib import Path

from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What episodes are made of."""

    environment: Environment
    contract: Contract
    reference: Reference
    twin: Twin
    twin_folder: Path
    profile: RobotProfile
    robot_folder: Path

    @property
    def ticks_per_action(self) -> int:
        """Control ticks for which one action is held."""
        return round(self.contract.control_rate_hz / self.contract.policy_rate_hz)

    @classmethod
    def load(cls, build: Path) -> "Definition":
        """Read a build folder; raises FormatError naming the file that is missing or wrong."""
        environment = Environment.load(build / "environment" / "environment.json")
        return cls(
            environment=environment,
            contract=Contract.load(build / environment.contract),
            reference=Reference.load(build / environment.reference),
            twin=Twin.load(build / environment.twin),
            twin_folder=(build / environment.twin).parent,
            profile=RobotProfile.load(build / environment.robot),
            robot_folder=(build / environment.robot).parent,
        )
