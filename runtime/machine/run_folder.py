"""The log of a run on disk: `run.json` (events, trips) and `ticks.npz` (every tick)."""

from dataclasses import dataclass
from pathlib import Path

from skillc.runtime.formats.codec import json_bytes, parse_json
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.machine import Machine
from skillc.runtime.machine.execute import Run
from skillc.runtime.machine.interpreter import Event
from skillc.runtime.safety.trip import Trip

NAME, VERSION = "skillc.run", 1


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """`run.json`."""

    skill: str
    robot: str
    joint_names: tuple[str, ...]
    states: tuple[str, ...]
    """Names of the machine's states; `RunLog.state` indexes them."""
    control_rate_hz: float
    events: tuple[Event, ...]
    trips: tuple[Trip, ...]
    limited_ticks: int

    @classmethod
    def load(cls, path: Path) -> "RunRecord":
        """Read from `path`; raises FormatError."""
        return parse_json(cls, path.read_bytes(), str(path), name=NAME, version=VERSION)


def write_run(run: Run, contract: Contract, machine: Machine, folder: Path) -> None:
    """Write the run's log into `folder`."""
    record = RunRecord(
        skill=contract.skill,
        robot=contract.robot,
        joint_names=contract.joint_names,
        states=tuple(s.name for s in machine.states),
        control_rate_hz=contract.control_rate_hz,
        events=run.events,
        trips=run.trips,
        limited_ticks=run.limited_ticks,
    )
    folder.mkdir(parents=True, exist_ok=True)
    run.log.save(folder / "ticks.npz")
    (folder / "run.json").write_bytes(json_bytes(record, name=NAME, version=VERSION))
