"""The loop: a stop ends the run, a hold resumes where it stopped, and every check of it can be seen to act."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.formats.machine import Machine, Response
from skillc.runtime.machine.execute import Run, execute
from tests.machine.kinematic import KinematicRobot, machine, reference, skill_contract, with_contacts
from tests.safety.four_joints import DT

CONTRACT, REFERENCE = skill_contract(), reference()


def run_with(change=lambda k, m: m, **more) -> tuple[Run, KinematicRobot]:  # type: ignore[no-untyped-def]
    robot = KinematicRobot(REFERENCE.qpos[0], change)
    done = execute(machine=machine(), contract=CONTRACT, reference=REFERENCE, robot=robot, **more)
    return done, robot


def largest_differences(sent: list[np.ndarray]) -> list[float]:
    q = np.array([sent[0]] * 3 + sent)
    limits = [[getattr(j, name) for j in CONTRACT.joints] for name in ("speed", "acceleration", "jerk")]
    return [float(np.max(np.abs(np.diff(q, n=k + 1, axis=0)) / DT ** (k + 1) / limits[k])) for k in range(3)]


def states_of(run: Run) -> list[str]:
    return [event.target for event in run.events]


def test_a_calm_run_sends_the_reference_unchanged_and_is_done() -> None:
    run, robot = run_with()
    assert run.log.final_state == "done" and run.log.response == "pass" and not run.trips and run.limited_ticks == 0
    sent = np.array(robot.sent)
    first = int(np.argmax(np.any(np.diff(sent, axis=0) != 0, axis=1)))
    np.testing.assert_array_equal(sent[first : first + 241], REFERENCE.qpos)


def glitch(start: int, ticks: int, joint: int = 0, by: float = np.deg2rad(3)):  # type: ignore[no-untyped-def]
    def change(tick: int, measured: Measurement) -> Measurement:
        if not start <= tick < start + ticks:
            return measured
        return replace(measured, qpos=measured.qpos + by * np.eye(4)[joint])

    return change


@pytest.mark.parametrize("at", [20, 59, 60, 61, 110, 150, 200])
def test_a_hold_resumes_where_it_stopped_and_skips_nothing(at: int) -> None:
    run, robot = run_with(glitch(at, 8))
    assert "hold" in states_of(run) and run.log.final_state == "done" and run.log.response == "hold"
    samples = run.log.sample
    assert np.all(np.diff(samples) >= 0) and np.max(np.diff(samples)) <= 1, "no sample is passed over"
    assert set(samples) == set(range(241))
    assert max(largest_differences(robot.sent)) <= 1.0001
    assert run.limited_ticks == 0, "what is resumed keeps the limits by itself"
    held = np.flatnonzero(run.log.state == [s.name for s in machine().states].index("hold"))
    still = robot.sent[held[-1]]
    back = REFERENCE.qpos[samples[held[-1]]]
    assert np.max(np.abs(still - back)) < 0.12, "it waits near where it was"
    np.testing.assert_allclose(robot.sent[-1], REFERENCE.qpos[-1], atol=1e-12)


@pytest.mark.parametrize("again", range(126, 186, 4))
def test_a_second_hold_while_going_back_or_picking_up_speed_resumes_too(again: int) -> None:
    def change(tick: int, measured: Measurement) -> Measurement:
        return glitch(again, 8, 1)(tick, glitch(100, 8)(tick, measured))

    run, robot = run_with(change)
    assert run.log.final_state == "done"
    assert set(run.log.sample) == set(range(241)) and max(largest_differences(robot.sent)) <= 1.0001
    assert run.limited_ticks == 0


def test_a_hold_that_the_core_finds_resumes_from_rest_too() -> None:
    run, _ = run_with(lambda k, m: replace(m, objects_age_s=0.2) if 110 <= k < 113 else m)
    assert "hold" in states_of(run) and run.log.final_state == "done" and {t.code for t in run.trips} == {"R7"}
    assert set(run.log.sample) == set(range(241)) and run.limited_ticks == 0


def test_a_hold_lasts_as_long_as_its_fault() -> None:
    def change(tick: int, measured: Measurement) -> Measurement:
        broken = np.where(np.arange(4) == 3, np.nan, measured.qpos)
        return replace(measured, qpos=broken) if 100 <= tick < 160 else measured

    run, _ = run_with(change)
    held = run.log.state == [s.name for s in machine().states].index("hold")
    assert states_of(run).count("hold") == 1 and np.sum(held) >= 60 and run.log.final_state == "done"


def test_while_held_the_robot_comes_to_rest() -> None:
    run, robot = run_with(glitch(110, 8))
    held = np.flatnonzero(run.log.state == [s.name for s in machine().states].index("hold"))
    assert len(held) > 12
    assert np.all(np.diff(np.array(robot.sent)[held[-6:]], axis=0) == 0)


@pytest.mark.parametrize("kind", ["unsafe_force", "scene_force"])
def test_pressing_on_anything_for_two_ticks_ends_the_run_in_stop(kind: str) -> None:
    run, robot = run_with(lambda k, m: with_contacts(m, **{kind: 25.0}) if 100 <= k < 102 else m)
    assert run.log.final_state == "stop" and run.log.response == "stop"
    assert "R22" in {t.code for t in run.trips}
    assert np.all(np.diff(robot.sent[-20:], axis=0) == 0) and run.log.sample[-1] < 110


def test_a_stop_that_the_filter_demands_ends_a_run_whose_machine_would_only_hold() -> None:
    run, _ = run_with(lambda k, m: replace(m, age_s=0.2) if k == 100 else m)
    assert machine().state("approach").on_fault["arm_feedback"].kind == "hold"
    assert run.log.final_state == "stop" and [t.response for t in run.trips] == ["stop"]


@pytest.mark.parametrize(("field", "code"), [("age_s", "R16"), ("command_age_s", "R15")])
def test_ages_come_from_the_robot(field: str, code: str) -> None:
    run, _ = run_with(lambda k, m: replace(m, **{field: 3 * DT}) if 100 <= k < 103 else m)
    assert {t.code for t in run.trips} == {code} and "hold" in states_of(run) and run.log.final_state == "done"


def test_a_scene_that_is_not_seen_or_seen_too_long_ago_is_not_begun() -> None:
    nowhere = {"cube": np.full((4, 4), np.nan)}
    for change in (lambda k, m: replace(m, T_table_objects=nowhere), lambda k, m: replace(m, objects_age_s=1.0)):
        run, robot = run_with(change)
        assert run.log.final_state == "failed" and np.all(np.diff(robot.sent, axis=0) == 0)


def test_a_robot_away_from_the_start_is_not_begun() -> None:
    robot = KinematicRobot(REFERENCE.qpos[0] + 0.06)
    run = execute(machine=machine(), contract=CONTRACT, reference=REFERENCE, robot=robot)
    assert run.log.final_state == "stop" and {t.code for t in run.trips} == {"R25"}
    assert np.all(np.diff(robot.sent, axis=0) == 0)


def with_back_off() -> Machine:
    """Return the machine of a spec that looks again when it loses the object before it touches it."""
    plain = machine()
    faults = plain.state("approach").on_fault
    again = {**faults, "object_lost": Response(kind="retry", attempts=2, target="back_off")}
    onwards = {**faults, "object_lost": Response(kind="goto", target="back_off")}
    back = replace(
        plain.state("approach"), name="back_off", controller="reverse", on_fault=onwards,
        transitions=(replace(plain.state("approach").transitions[0], target="observe"),),
    )  # fmt: skip
    states = [replace(s, on_fault=again) if s.name == "approach" else s for s in plain.states]
    return replace(plain, states=(*states, back))


@pytest.mark.parametrize("at", [8, 30, 50])
def test_a_retry_from_a_half_done_approach_goes_back_the_way_it_came_and_succeeds(at: int) -> None:
    nowhere = {"cube": np.full((4, 4), np.nan)}
    robot = KinematicRobot(
        REFERENCE.qpos[0], lambda k, m: replace(m, T_table_objects=nowhere) if at <= k < at + 40 else m
    )
    run = execute(machine=with_back_off(), contract=CONTRACT, reference=REFERENCE, robot=robot)
    assert states_of(run)[:4] == ["observe", "approach", "back_off", "observe"] and run.log.final_state == "done"
    assert max(largest_differences(robot.sent)) <= 1.0001 and run.limited_ticks == 0
    sent = np.array(robot.sent)
    turned = int(np.argmax(sent[: at + 40, 0]))
    back = sent[turned : turned + 100]
    on_the_way = np.abs(back[:, None] - REFERENCE.qpos[None, :60]).max(axis=2).min(axis=1)
    assert on_the_way.max() < 0.02, "no other way than the one it came"
    np.testing.assert_allclose(sent[-1], REFERENCE.qpos[-1], atol=1e-12)


def test_an_object_that_stays_lost_is_looked_for_from_the_start_until_the_time_is_up() -> None:
    nowhere = {"cube": np.full((4, 4), np.nan)}
    robot = KinematicRobot(REFERENCE.qpos[0], lambda k, m: replace(m, T_table_objects=nowhere) if k >= 30 else m)
    run = execute(machine=with_back_off(), contract=CONTRACT, reference=REFERENCE, robot=robot)
    assert states_of(run) == ["observe", "approach", "back_off", "observe", "failed"]
    np.testing.assert_allclose(robot.sent[-1], REFERENCE.qpos[0], atol=1e-9)


def test_an_interrupt_stops() -> None:
    seen: list[int] = []
    run, robot = run_with(on_tick=lambda k, s, m: seen.append(k), interrupted=lambda: len(seen) > 100)
    assert run.log.final_state == "stop" and run.events[-1].reason == "fault interrupt"
    assert max(largest_differences(robot.sent)) <= 1.0001


def test_a_simulation_that_reset_itself_stops() -> None:
    robot = KinematicRobot(REFERENCE.qpos[0])
    run = execute(
        machine=machine(), contract=CONTRACT, reference=REFERENCE, robot=robot,
        on_tick=lambda k, s, m: setattr(robot, "bad_state", "BADQPOS" if k > 90 else ""),
    )  # fmt: skip
    assert run.log.final_state == "stop" and run.log.bad_state == "BADQPOS"


def test_what_is_sent_is_what_the_filter_let_through() -> None:
    wild = replace(REFERENCE, qpos=REFERENCE.qpos * np.where(np.arange(241) % 50 == 49, 1.02, 1.0)[:, None])
    robot = KinematicRobot(wild.qpos[0])
    run = execute(machine=machine(), contract=CONTRACT, reference=wild, robot=robot)
    assert run.limited_ticks > 0 and max(largest_differences(robot.sent)) <= 1.0001
