"""Stage `machine`: the deployment state machine with its response to every fault."""

from skillc.compiler.emit.place import place
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    answers = spec.section("deploy.on_fault")
    origins = {name: place(spec, f"deploy.on_fault.{name}") for name in answers}
    states = spec.section("deploy.states")
    origins |= {name: place(spec, f"deploy.states.{name}") for name in states}
    return {
        "skill": spec.at("skill"),
        "settings": spec.section("method.stages.machine"),
        "start_error": spec.at("method.stages.contract.safety.start_error"),
        "on_fault": answers,
        "states": states,
        "start": spec.section("deploy").get("start", ""),
        "origins": {**origins, "machine": place(spec, "method.stages.machine")},
    }


def _run(context: StageContext) -> None:
    import numpy as np

    from skillc.compiler.emit.machine import MachineSettings, MachineSpecError, compile_machine
    from skillc.runtime.formats.reference import PHASES, Reference

    p = context.parameters
    reference = context.made.load(Reference)
    step = float(np.median(np.diff(reference.time_s)))
    ticks = np.bincount(reference.phase, minlength=len(PHASES))
    try:
        machine = compile_machine(
            skill=p["skill"],
            durations_s={phase: float(n) * step for phase, n in zip(PHASES, ticks) if n},
            settings=MachineSettings(
                observe_timeout_s=p["settings"]["observe_timeout"],
                timeout_factor=p["settings"]["timeout_factor"],
                timeout_margin_s=p["settings"]["timeout_margin"],
                hold_timeout_s=p["settings"]["hold_timeout"],
                resume_dwell_s=p["settings"]["resume_dwell"],
                still_speed=p["settings"]["still_speed"],
                start_error=p["start_error"],
                max_entries=int(p["settings"]["max_entries"]),
            ),
            on_fault=p["on_fault"],
            origins=p["origins"],
            written=p["states"] or None,
            start=p["start"],
        )
    except MachineSpecError as error:
        raise StageError("SK710", error.message, path=error.path) from error
    machine.save(context.out / "machine" / "machine.json")


STAGE = Stage(
    name="machine",
    needs=("reference",),
    makes=("machine/machine.json",),
    code=("skillc.compiler.stages.deploy.machine",),
    parameters=_parameters,
    run=_run,
)
