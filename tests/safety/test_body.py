"""What lies beyond its zone is measured again in time: no turn brings anything nearer than its bound says."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.formats.collision_model import BoxRegion, Capsule
from skillc.runtime.safety.body import RobotBody
from skillc.runtime.safety.collision import Ahead, CollisionMonitor
from skillc.runtime.safety.filter import Feedback, SafeCommand, SafetyFilter
from skillc.runtime.safety.motion_limits import MotionState
from tests.safety.four_joints import DT, N, body, contract

LINKS = tuple(Capsule(link=k + 1, start=(0.05, 0.01, 0), end=(0.25, 0, 0.02), radius=0.03) for k in range(N))
BOX = BoxRegion(name="crate", T_table_box=np.eye(4) + np.eye(4, k=3) * 0.6, half_m=(0.1, 0.1, 0.2))
BODY = body(
    *LINKS, table_capsules=(0, 1, 2, 3), table_halt_m=(0.01,) * 4, pairs=((0, 2), (0, 3), (1, 3)),
    pair_halt_m=(0.01,) * 3, boxes=(BOX,), box_halt_m=((-1.0, 0.01, 0.01, 0.01),), arm_joints=(0, 1, 2), hand_link=4,
    singular_slow=0.02, singular_halt=0.01,
)  # fmt: skip
EVERYTHING = np.arange(3 + 4 + 4 + 1)


def test_nothing_falls_faster_than_its_bound() -> None:
    robot, rng = RobotBody(BODY), np.random.default_rng(1)
    q = rng.uniform(-2, 2, (2000, N))
    turn = rng.uniform(-1, 1, q.shape) * 10.0 ** rng.uniform(-3, 0, (len(q), 1)) * (rng.random(q.shape) < 0.5)
    fallen = robot.nearest(q, EVERYTHING) - robot.nearest(q + turn, EVERYTHING)
    allowed = np.abs(turn) @ robot.most_closing().T
    assert np.all(fallen <= allowed + 1e-9)
    used = np.max(fallen / np.maximum(allowed, 1e-9), axis=0)
    assert np.all(used[:-1] > 0.9) and used[-1] > 0.05, "the bound is of the size of what it bounds"


def test_joints_that_move_both_of_two_things_bring_them_no_nearer() -> None:
    closing = RobotBody(BODY).most_closing()
    assert not closing[0, 0] and not closing[2, :2].any() and (closing[0, 1:3] > 0).all()


@pytest.mark.parametrize("which", [(0,), (4, 9), (1, 3, 8, 11), (11,)])
def test_some_are_measured_as_all_are(which: tuple[int, ...]) -> None:
    robot, q = RobotBody(BODY), np.random.default_rng(2).uniform(-2, 2, (5, N))
    wanted = np.array(which)
    np.testing.assert_array_equal(robot.nearest(q, wanted), robot.nearest(q, EVERYTHING)[:, wanted])


class Measuring(CollisionMonitor):
    """Measures everything at every tick."""

    def ahead(self, state: MotionState, before: Ahead | None = None) -> Ahead:
        return super().ahead(state, None)


def run(commands: np.ndarray, monitor: type[CollisionMonitor]) -> list[SafeCommand]:
    loose = replace(contract(), body=BODY)
    filter_, seen, q = (
        SafetyFilter(replace(loose, safety=replace(loose.safety, clamp_share=1e9)), commands[0]),
        [],
        commands[0],
    )
    filter_._collision = monitor(BODY)
    for tick, command in enumerate(commands):
        seen.append(filter_.step(command, 0.0, Feedback(qpos=q, age_s=0.0, contact_force_n=0.0), tick))
        q = seen[-1].q
    return seen


def test_what_is_not_measured_decides_nothing() -> None:
    codes = set()
    for seed in range(5):
        rng = np.random.default_rng(seed)
        start = np.array([-0.6, 0.4, 0.3, 0.0])
        knots = np.vstack([start, start + np.cumsum(rng.normal(scale=0.6, size=(7, N)), axis=0)])
        at = np.linspace(0, 7, 400)
        commands = np.stack([np.interp(at, range(8), knots[:, j]) for j in range(N)], axis=1)
        seen, expected = run(commands, CollisionMonitor), run(commands, Measuring)
        assert [s.trips for s in seen] == [s.trips for s in expected]
        np.testing.assert_array_equal([s.q for s in seen], [s.q for s in expected])
        codes |= {t.code for s in seen for t in s.trips}
    assert {"R23", "R24"} <= codes, "the motions must meet something"


def test_far_from_everything_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monitor = CollisionMonitor(BODY)
    state = MotionState.at_rest(np.array([-0.8, 0.6, 0.5, 0.3]))
    before = monitor.ahead(state)
    assert np.min(before.margins) > 2
    monkeypatch.setattr(RobotBody, "nearest", None)
    assert np.all(monitor.ahead(replace(state, q=state.q + 1e-4 * DT), before).margins <= before.margins)


def test_what_lines_that_are_nearly_parallel_are_mistaken_by_is_allowed_for() -> None:
    # Below 3e-5 rad two lines count as parallel, and any of their points as the nearest: 0.3 m away it is 6 um off.
    along = [Capsule(link=k, start=(0, 0, 0.09 * k), end=(0.3, 0, 0.09 * k), radius=0.01) for k in (0, 1)]
    model = body(*along, pairs=((1, 0),), pair_halt_m=(0.09 - 0.02 - 0.01 - 8e-6,))
    before, after = (MotionState.at_rest(np.array([q, 0, 0, 0])) for q in (2e-5, 4e-5))
    monitor = CollisionMonitor(model)
    seen = monitor.ahead(before)
    assert 1.0 < seen.margins[0] < 1.001 and monitor.ahead(after).margins[0] < 1.0, "they come into the zone"
    assert monitor.ahead(after, seen).margins[0] == monitor.ahead(after).margins[0], "and it is seen"
