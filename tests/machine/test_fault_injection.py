"""Every fault that a port can raise, put into a running skill in every state, ends in success or STOP.

What is sent keeps the limits all the while, and a run that goes on skips nothing of its motion.
"""

from dataclasses import replace

import numpy as np
import pytest

from skillc.compiler.emit.machine import compile_machine
from skillc.runtime.formats.faults import FAULT_CLASSES, FaultClass
from skillc.runtime.formats.machine import FINAL_KINDS
from skillc.runtime.formats.motion_limits import LimitsRefused
from skillc.runtime.machine.interpreter import Interpreter
from tests.emit.test_machine import SETTINGS, TASK
from tests.machine.injection import CONTRACT, INJECTIONS, Injection, inject
from tests.machine.kinematic import reference
from tests.safety.four_joints import DT

pytestmark = pytest.mark.slow

IDS = [f"{i.code} {i.name}" for i in INJECTIONS]
SAMPLES = len(reference().qpos)


def largest_excess(sent: list[np.ndarray]) -> float:
    """Return the largest speed, acceleration or jerk as a multiple of its limit."""
    q = np.array([sent[0]] * 3 + sent)
    found = []
    for order, name in enumerate(("speed", "acceleration", "jerk"), start=1):
        limit = [getattr(j, name) for j in CONTRACT.joints]
        found.append(float(np.max(np.abs(np.diff(q, n=order, axis=0)) / DT**order / limit)))
    return max(found)


def require_survived(injection: Injection, at: int) -> None:
    run, sent = inject(injection, at)
    seen, told = {t.code for t in run.trips}, f"{injection.code} {injection.name} at {at}: {run.events}"
    assert largest_excess(sent) <= 1.001, told
    assert injection.code in seen, told
    assert run.log.final_state == injection.ends, told
    if injection.ends == "done":
        assert set(run.log.sample) == set(range(SAMPLES)), told
        assert np.max(np.diff(run.log.sample)) <= 1 and np.min(np.diff(run.log.sample)) >= 0, told
        assert any(event.target == "hold" for event in run.events), told
    else:
        assert np.all(np.diff(sent[-10:], axis=0) == 0), told


@pytest.mark.parametrize("index", range(len(INJECTIONS)), ids=IDS)
def test_a_fault_in_a_running_skill_ends_in_success_or_stop(index: int) -> None:
    require_survived(INJECTIONS[index], (30, 90, 150)[index % 3])


@pytest.mark.slow
@pytest.mark.parametrize("at", [3, 17, 59, 60, 61, 75, 104, 119, 120, 138, 165])
@pytest.mark.parametrize("injection", INJECTIONS, ids=IDS)
def test_a_fault_at_many_ticks_ends_in_success_or_stop(injection: Injection, at: int) -> None:
    require_survived(injection, at)


@pytest.mark.slow
@pytest.mark.parametrize("injection", INJECTIONS, ids=IDS)
def test_a_fault_before_the_motion_begins_is_waited_for_or_stops_or_is_refused(injection: Injection) -> None:
    try:
        run, sent = inject(injection, 0)
    except LimitsRefused as reason:
        assert "NaN" in injection.name or "not read" in injection.name, reason
        return
    assert largest_excess(sent) <= 1.001 and run.log.final_state in ("done", "stop")
    if run.log.final_state == "stop":
        # A robot outside its range does not stand at the start either.
        assert {injection.code, "R25"} & {t.code for t in run.trips}


COMPILED = compile_machine(
    skill="test",
    durations_s={"approach": 1.0, "close": 1.0, "track": 1.0, "release": 1.0},
    settings=SETTINGS,
    task=replace(TASK, adjusts=True),
    on_fault={"else": "hold", "object_lost": "retry 2", "infeasible": "retry 2"},
    origins={"machine": "m:1:1", "else": "s:1:1", "object_lost": "s:2:1", "infeasible": "s:3:1"},
)
"""What the compiler emits for a spec that answers little itself."""


@pytest.mark.parametrize("fault", FAULT_CLASSES, ids=lambda f: f.name)
@pytest.mark.parametrize("state", [s.name for s in COMPILED.states if s.kind not in FINAL_KINDS])
def test_every_state_answers_every_fault_and_never_more_weakly_than_its_class(state: str, fault: FaultClass) -> None:
    interpreter = Interpreter(COMPILED, DT)
    walk, _ = interpreter.start()
    walk = replace(walk, state=state, dwell=(0,) * len(COMPILED.state(state).transitions))
    after, event = interpreter.advance(walk, {"fault_active": 1.0}, {fault.name: "hold"}, 1)
    tried_again = fault.name in ("object_lost", "infeasible")
    looks = {"approach": "back_off", "back_off": "back_off", "distill": "observe", "adjust": "observe"}
    wanted = "stop" if fault.floor == "stop" else looks.get(state, "hold") if tried_again else "hold"
    assert after.state == wanted and (event is None or fault.name in event.reason)
    assert interpreter.advance(walk, {}, {fault.name: "stop"}, 1)[0].state == "stop", "what its finder demands counts"
