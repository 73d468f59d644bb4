"""The motion for the scene is asked for once, before the robot moves, checked, followed, logged, and replayed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.formats.machine import Machine, Response, Transition
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.machine.execute import Run, execute
from skillc.runtime.machine.log_file import LogFile
from skillc.runtime.machine.log_reader import read_log
from skillc.runtime.machine.planned import PlannerReading, SceneMotion, misfit
from skillc.runtime.machine.replay import replay
from tests.machine.kinematic import KinematicRobot, _edge, _state, machine, reference, skill_contract
from tests.safety.four_joints import DT

CONTRACT, REFERENCE = skill_contract(), reference()


def planning_machine() -> Machine:
    """Return the machine of a skill whose motion is laid for the scene."""
    plain = machine()
    observe = plain.state("observe")
    looks: Transition = replace(observe.transitions[0], target="distill")
    return replace(plain, states=(
        replace(observe, transitions=(looks,)),
        _state("distill", "distill", _edge("distilled", "==", 1, "adjust")),
        _state("adjust", "adjust", _edge("adjusted", "==", 1, "approach")),
        *plain.states[1:],
    ))  # fmt: skip


def motion(**changes: object) -> SceneMotion:
    """Return the motion for an object that stands elsewhere."""
    other = replace(REFERENCE, qpos=REFERENCE.qpos * np.array([0.9, 1.0, 0.8, 1.0]), **changes)  # type: ignore[arg-type]
    return SceneMotion(reference=other, body=CONTRACT.body)


class Planner:
    """Knows the poses `thinks` ticks after it was asked to look, and the motion as many ticks later."""

    def __init__(self, made: Callable[[int], SceneMotion | str], thinks: int = 5) -> None:
        self.looks: list[int] = []
        self._made, self._thinks, self._since = made, thinks, 0

    def look(self, number: int) -> None:
        self.looks.append(number)
        self._since = 0

    def newest(self) -> PlannerReading:
        self._since += 1
        number = self.looks[-1] if self.looks else 0
        made = self._made(number) if number and self._since > 2 * self._thinks else None
        return PlannerReading(
            number=number, distilled=number > 0 and self._since > self._thinks,
            motion=made if isinstance(made, SceneMotion) else None, refused=made if isinstance(made, str) else "",
        )  # fmt: skip


def run_with(planner: Planner, **more: object) -> tuple[Run, KinematicRobot]:
    robot = KinematicRobot(REFERENCE.qpos[0])
    parts = {"machine": planning_machine(), "contract": CONTRACT, "reference": REFERENCE}
    return execute(**{**parts, **more}, robot=robot, planner=planner), robot  # type: ignore[arg-type]


def states_of(run: Run) -> list[str]:
    return [event.target for event in run.events]


def test_the_planner_is_asked_once_and_its_motion_is_followed() -> None:
    made = motion()
    planner = Planner(lambda number: made)
    run, robot = run_with(planner)
    assert planner.looks == [1] and run.log.final_state == "done" and not run.trips
    assert states_of(run)[:4] == ["observe", "distill", "adjust", "approach"]
    sent = np.array(robot.sent)
    first = int(np.argmax(np.any(np.diff(sent, axis=0) != 0, axis=1)))
    assert first >= 10, "the robot waits for the motion"
    np.testing.assert_array_equal(sent[first : first + 241], made.reference.qpos)


def test_without_a_planner_the_built_motion_is_followed() -> None:
    robot = KinematicRobot(REFERENCE.qpos[0])
    run = execute(machine=planning_machine(), contract=CONTRACT, reference=REFERENCE, robot=robot)
    assert run.log.final_state == "done"
    np.testing.assert_array_equal(robot.sent[-1], REFERENCE.qpos[-1])


def test_what_cannot_be_done_is_said_and_held_and_nothing_moves() -> None:
    run, robot = run_with(Planner(lambda number: "the arm does not reach the cube at x 2 m"))
    assert run.log.final_state == "stop" and {t.code for t in run.trips} == {"R40"}
    assert "does not reach the cube" in run.trips[0].message and "hold" in states_of(run)
    assert np.all(np.diff(robot.sent, axis=0) == 0)


class Moving(Planner):
    """Finds something moved from its `after`th reading on, until it is asked to look again `settles` times."""

    def __init__(self, made: Callable[[int], SceneMotion | str], *, after: int, settles: int) -> None:
        super().__init__(made, thinks=2)
        self._left, self._settles = after, settles

    def newest(self) -> PlannerReading:
        told = super().newest()
        self._left -= told.motion is not None
        moves = self._left <= 0 and len(self.looks) <= self._settles
        return replace(told, moved="the cube was moved by 90 mm" if moves else "")


def looking_again(attempts: int) -> Machine:
    """Return the machine that goes back and looks again where the scene has changed on its way."""
    made = planning_machine()
    again = Response(kind="retry", attempts=attempts, target="back_off")
    approach = made.state("approach")
    back = replace(
        approach, name="back_off", controller="reverse",
        transitions=(replace(approach.transitions[0], target="observe"),),
    )  # fmt: skip
    states = tuple(
        replace(s, on_fault={**s.on_fault, "infeasible": again}) if s.name == "approach" else s for s in made.states
    )
    return replace(made, states=(*states, back))


def test_what_moves_during_the_approach_is_looked_at_again_and_the_new_motion_is_followed() -> None:
    made = motion()
    planner = Moving(lambda number: made, after=40, settles=1)
    run, _ = run_with(planner, machine=looking_again(2))
    assert planner.looks == [1, 2] and run.log.final_state == "done"
    assert "back_off" in states_of(run) and [t.message for t in run.trips][:1] == ["the cube was moved by 90 mm"]


def test_what_keeps_moving_ends_in_a_stop_without_contact() -> None:
    made = motion()
    run, _ = run_with(Moving(lambda number: made, after=40, settles=99), machine=looking_again(2))
    assert run.log.final_state in ("stop", "failed") and "contact" not in states_of(run)


def test_what_moves_once_it_is_held_is_no_matter_of_the_plan() -> None:
    made = motion()
    track = int(np.flatnonzero(made.reference.phase >= PHASES.index("close"))[0])
    run, _ = run_with(Moving(lambda number: made, after=track + 20, settles=99))
    assert run.log.final_state == "done" and not run.trips


def test_a_motion_for_an_earlier_look_is_not_followed() -> None:
    made = motion()

    class Slow(Planner):
        def newest(self) -> PlannerReading:
            return replace(super().newest(), number=7)

    run, robot = run_with(Slow(lambda number: made))
    assert run.log.final_state == "failed" and np.all(np.diff(robot.sent, axis=0) == 0)


def without(phase: int) -> Reference:
    """Return a motion in which the samples of a phase count for the one before."""
    return replace(REFERENCE, phase=np.where(REFERENCE.phase == phase, phase - 1, REFERENCE.phase))


MISFITS = {
    "of other joints": lambda m: replace(m, reference=replace(m.reference, joint_names=("a", "b", "c", "d"))),
    "not finite": lambda m: replace(m, reference=replace(m.reference, qpos=m.reference.qpos * np.nan)),
    "leaves the joints' limits": lambda m: replace(m, reference=replace(m.reference, qpos=m.reference.qpos * 3)),
    "begins 0.200 rad": lambda m: replace(m, reference=replace(m.reference, qpos=m.reference.qpos + 0.2)),
    "has no track": lambda m: replace(m, reference=without(PHASES.index("track"))),
}


@pytest.mark.parametrize("said", MISFITS)
def test_a_motion_that_does_not_fit_is_refused(said: str) -> None:
    wrong = MISFITS[said](motion())
    assert said in misfit(wrong, planning_machine(), CONTRACT, REFERENCE.qpos[0])
    run, robot = run_with(Planner(lambda number: wrong))
    assert run.log.final_state == "stop" and {t.code for t in run.trips} == {"R40"}
    assert np.all(np.diff(robot.sent, axis=0) == 0)


def test_a_motion_that_takes_longer_than_the_machine_waits_is_refused() -> None:
    states = tuple(replace(s, timeout_s=0.5) if s.name == "track" else s for s in planning_machine().states)
    hasty = replace(planning_machine(), states=states)
    assert (
        misfit(motion(), hasty, CONTRACT, REFERENCE.qpos[0]) == "its track takes 1.0 s; the machine waits 0.5 s for it"
    )


def test_a_log_replays_the_motion_that_was_laid(tmp_path: Path) -> None:
    made = motion()
    with LogFile(tmp_path, planning_machine(), CONTRACT, REFERENCE) as log:
        run, _ = run_with(Planner(lambda number: made), log=log)
    read = read_log(tmp_path)
    assert not read.cut and len(read.rows) == len(run.log.time_s) and replay(read) is None
    told = read.rows[-1].planner
    assert told is not None and told.motion is not None
    np.testing.assert_array_equal(told.motion.reference.qpos, made.reference.qpos)
    assert run.log.time_s[-1] > 241 * DT
