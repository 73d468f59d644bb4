"""The machine that a spec gets, before anything is built: its states and ways are known, its times are not."""

from skillc.compiler.emit.answers import MachineSpecError
from skillc.compiler.emit.machine import MachineSettings, MachineTask, compile_machine
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.stages.deploy.machine import machine_parameters
from skillc.runtime.formats.machine import Machine
from skillc.runtime.formats.records import FormatError, from_json
from skillc.runtime.formats.reference import PHASES
from skillc.runtime.machine.diagram import mermaid
from skillc.runtime.tasks.catalog import TaskTypeError, task_type

NOMINAL_S = 1.0
"""ours: how long each phase is taken to last; no time of a sketch is shown."""


def sketched(spec: ResolvedSpec) -> Machine | None:
    """Return the machine for a motion with every phase that such a task has; None where the spec leaves it open."""
    try:
        asked = machine_parameters(spec)
        traits = task_type(spec.at("task.type"))
        ends = ("release", "retreat") if traits.holds_to_the_end else () if traits.places else ("release",)
        return compile_machine(
            skill=asked["skill"],
            durations_s={phase: NOMINAL_S for phase in PHASES if phase not in ends},
            settings=from_json(MachineSettings, asked["settings"], "machine"),
            task=from_json(MachineTask, asked["task"], "task"),
            on_fault=asked["on_fault"],
            origins=asked["origins"],
            written=asked["states"] or None,
            start=asked["start"],
        )
    except (MachineSpecError, TaskTypeError, FormatError, KeyError, TypeError, ValueError, AttributeError):
        return None


def redrawn(before: ResolvedSpec, after: ResolvedSpec) -> str:
    """Return the Mermaid diagram of the newer machine; empty where it looks as before."""
    old, new = (None if made is None else mermaid(made, times=False) for made in (sketched(before), sketched(after)))
    return "" if new is None or new == old else new
