"""Stage `machine`: the deployment state machine with its response to every fault."""

from typing import Any

from skillc.compiler.emit.place import place
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.tasks.catalog import task_type


def machine_parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    """Return what the machine is compiled from, of a spec."""
    answers = spec.section("deploy.on_fault")
    origins = {name: place(spec, f"deploy.on_fault.{name}") for name in answers}
    states = spec.section("deploy.states")
    origins |= {name: place(spec, f"deploy.states.{name}") for name in states}
    own = spec.section("method.stages.machine")
    return {
        "skill": spec.at("skill"),
        "settings": {
            **taken(
                own,
                *("timeout_factor", "still_speed", "max_entries"),
                observe_timeout_s="observe_timeout",
                adjust_timeout_s="adjust_timeout",
                timeout_margin_s="timeout_margin",
                hold_timeout_s="hold_timeout",
                resume_dwell_s="resume_dwell",
                longest_run_s="longest_run",
            ),
            **taken(spec.section("method.stages.contract.safety"), "start_error"),
        },
        "on_fault": answers,
        "states": states,
        "task": {
            "success": spec.section("task.success"),
            "lifts": task_type(spec.at("task.type")).lifts,
            "adjusts": bool(spec.section("policies.keyframe_pose")),
            "corrects": bool(spec.section("policies.residual.act")),
        },
        "start": spec.section("deploy").get("start", ""),
        "origins": {**origins, "machine": place(spec, "method.stages.machine")},
    }


def _run(context: StageContext) -> None:
    import numpy as np

    from skillc.compiler.emit.answers import MachineSpecError
    from skillc.compiler.emit.machine import MachineSettings, MachineTask, compile_machine
    from skillc.runtime.formats.reference import PHASES, Reference

    reference = context.made.load(Reference)
    step = float(np.median(np.diff(reference.time_s)))
    ticks = np.bincount(reference.phase, minlength=len(PHASES))
    try:
        machine = compile_machine(
            skill=context.read("skill", str),
            durations_s={phase: float(n) * step for phase, n in zip(PHASES, ticks) if n},
            settings=context.read("settings", MachineSettings),
            task=context.read("task", MachineTask),
            on_fault=context.read("on_fault", dict[str, Any]),
            origins=context.read("origins", dict[str, str]),
            written=context.read("states", dict[str, Any]) or None,
            start=context.read("start", str),
        )
    except MachineSpecError as error:
        raise StageError(error.code, error.message, path=error.path) from error
    machine.save(context.out / "machine" / "machine.json")


STAGE = Stage(
    name="machine",
    needs=("reference",),
    makes=("machine/machine.json",),
    code=("skillc.compiler.stages.deploy.machine",),
    parameters=machine_parameters,
    run=_run,
)
