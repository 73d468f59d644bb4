"""The safety filter slows before an obstacle, halts before it, and never begins what braking could not end in time."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.formats.collision_model import BoxRegion, Capsule, CollisionModel
from skillc.runtime.formats.motion_limits import LimitsRefused, MotionLimits
from skillc.runtime.safety.body import RobotBody
from skillc.runtime.safety.filter import Feedback, SafeCommand, SafetyFilter
from skillc.runtime.safety.halts import with_halts
from tests.safety.four_joints import DT, N, body, contract

LINKS = tuple(Capsule(link=k + 1, start=(0.05, 0, 0), end=(0.25, 0, 0), radius=0.03) for k in range(N))
OVER_TABLE = body(*LINKS, table_capsules=(0, 1, 2, 3), table_halt_m=(0.01,) * 4)
LIMITS = MotionLimits.of(contract().joints)


def run(model: CollisionModel, commands: np.ndarray, start: np.ndarray | None = None) -> list[SafeCommand]:
    q = commands[0] if start is None else start
    filter_, seen = SafetyFilter(replace(contract(), body=model), q), []
    for tick, command in enumerate(commands):
        seen.append(filter_.step(command, 0.0, Feedback(qpos=q, age_s=0.0, contact_force_n=0.0), tick))
        q = seen[-1].q
    return seen


def ramp(joint: int, speed: float, ticks: int) -> np.ndarray:
    """Commands that turn one joint from zero, picking up speed within a second."""
    pace = speed * np.minimum(np.arange(ticks) * DT, 1.0)
    commands = np.zeros((ticks, N))
    commands[:, joint] = np.cumsum(pace) * DT
    return commands


def heights(model: CollisionModel, seen: list[SafeCommand]) -> np.ndarray:
    return RobotBody(model).distances(np.array([s.q for s in seen]))[1].min(axis=1)


def test_distances_are_those_computed_by_hand() -> None:
    box = BoxRegion(name="crate", T_table_box=np.eye(4), half_m=(0.1, 0.1, 0.1))
    model = body(*LINKS, table_capsules=(0, 3), pairs=((0, 2),), boxes=(box,), arm_joints=(0, 1), hand_link=4)
    pairs, table, boxes, singular = RobotBody(model).distances(np.zeros((1, N)))
    assert pairs[0, 0] == pytest.approx(0.4 - 0.06)  # 0.25 to 0.65 along x
    np.testing.assert_allclose(table[0], [0.47, 0.47])
    assert boxes[0, 0, 0] == pytest.approx(0.4 - 0.03, abs=1e-3)  # above its lid
    assert boxes[0, 0, 1] == pytest.approx(np.hypot(0.85, 0.4) - 0.03, abs=1e-3)
    # The Jacobian's columns are (-0.9 m up, 1 about y) and (-0.6, 1): sigma^2 = (3.17 - sqrt(3.17^2 - 4 * 0.3^2)) / 2.
    assert singular[0] == pytest.approx(np.sqrt((3.17 - np.sqrt(3.17**2 - 0.36)) / 2))


def test_a_motion_onto_the_table_is_slowed_and_halts_before_it_by_the_promised_distance() -> None:
    seen = run(OVER_TABLE, ramp(0, 0.8, 240))
    first = next(k for k, s in enumerate(seen) if s.trips)
    (trip,) = seen[first].trips
    assert (trip.code, trip.fault, seen[first].response) == ("R23", "collision", "hold")
    assert "link3 and the table" in trip.message
    assert any(s.limited for s in seen[:first]), "slowed first"
    assert heights(OVER_TABLE, seen).min() >= 0.01 - 1e-9
    assert heights(OVER_TABLE, seen)[-1] < 0.03


@pytest.mark.parametrize("speed", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("joint", [0, 1, 3])
def test_no_speed_brings_any_link_nearer_than_its_halt(speed: float, joint: int) -> None:
    seen = run(OVER_TABLE, ramp(joint, speed, 400))
    assert heights(OVER_TABLE, seen).min() >= 0.01 - 1e-9


@pytest.mark.slow
def test_random_motion_never_comes_nearer_than_the_halts_and_keeps_the_limits() -> None:
    box = BoxRegion(name="crate", T_table_box=np.eye(4) + np.eye(4, k=3) * 0.6, half_m=(0.1, 0.1, 0.2))
    model = body(
        *LINKS, table_capsules=(0, 1, 2, 3), table_halt_m=(0.01,) * 4, pairs=((0, 2), (0, 3), (1, 3)),
        pair_halt_m=(0.01,) * 3, boxes=(box,), box_halt_m=((-1.0, 0.01, 0.01, 0.01),),
    )  # fmt: skip
    rng, tripped = np.random.default_rng(3), 0
    for _ in range(8):
        start = np.array([-0.6, 0.2, 0.1, 0.0])
        knots = start + np.cumsum(rng.normal(scale=0.8, size=(8, N)), axis=0)
        at = np.linspace(0, 7, 900)
        commands = np.stack([np.interp(at, range(8), np.vstack([start, knots])[:8, j]) for j in range(N)], axis=1)
        seen = run(model, commands, start)
        sent = np.array([s.q for s in seen])
        pairs, table, boxes, _ = RobotBody(model).distances(sent)
        assert pairs.min() >= 0.01 - 1e-9 and table.min() >= 0.01 - 1e-9 and boxes[:, 0, 1:].min() >= 0.01 - 1e-9
        v = np.diff(sent, axis=0) / DT
        assert np.abs(v).max() <= 1.0 + 1e-5 and np.abs(np.diff(v, axis=0) / DT).max() <= 5.0 + 1e-3
        tripped += any(t.code == "R23" for s in seen for t in s.trips)
    assert tripped >= 3, "the motions must meet something"


def test_coming_out_of_a_place_that_is_too_near_is_always_allowed() -> None:
    low = np.array([0.0, 0.0, 0.0, 0.0])
    near = replace(OVER_TABLE, table_halt_m=np.full(4, 0.6))  # everything is too near
    up = low - ramp(0, 0.5, 120)
    assert not [t for s in run(near, up) for t in s.trips]
    assert next(t.code for s in run(near, low + ramp(0, 0.5, 10)) for t in s.trips) == "R23"


def test_after_a_hold_that_led_out_of_a_place_nothing_leads_back_in() -> None:
    near = replace(OVER_TABLE, table_halt_m=np.full(4, 0.6))  # everything is too near
    filter_, up = SafetyFilter(replace(contract(), body=near), np.zeros(N)), np.array([-0.03, 0.0, 0.0, 0.0])
    seen = Feedback(qpos=up, age_s=0.0, contact_force_n=0.0)
    for tick in range(120):  # a person has moved the arm up: it rests where it is measured
        out = filter_.step(None, 0.0, seen, tick)
    assert out.q[0] == pytest.approx(-0.03, abs=1e-6)
    down = filter_.step(out.q + np.array([1e-4, 0.0, 0.0, 0.0]), 0.0, seen, 120)
    assert [t.code for t in down.trips] == ["R23"]


def test_links_do_not_fold_into_each_other() -> None:
    model = body(*LINKS, pairs=((0, 2),), pair_halt_m=(0.06,))
    seen = run(replace(model, T_table_root=np.eye(4)), ramp(1, 1.0, 60 * 4) + ramp(2, 1.0, 60 * 4))
    assert any("link0 and link2" in t.message for s in seen for t in s.trips)
    assert RobotBody(model).distances(np.array([s.q for s in seen]))[0].min() >= 0.06 - 1e-9


def test_a_stretched_arm_is_not_entered_and_can_be_left() -> None:
    model = body(arm_joints=(0, 1, 2), hand_link=4, singular_slow=0.02, singular_halt=0.01)
    bent = np.array([0.0, 1.2, -0.9, 0.0])
    stretching = bent * np.linspace(1, 0, 400)[:, None]
    seen = run(model, stretching)
    assert {(t.code, t.fault) for s in seen for t in s.trips} == {("R24", "singularity")}
    least = RobotBody(model).distances(np.array([s.q for s in seen]))[3]
    assert least.min() >= 0.01 - 1e-9 and least[0] > 0.05
    freed = run(model, 0.001 * bent + ramp(1, 0.3, 60))
    assert not [t for s in freed for t in s.trips]


def test_the_planned_motion_passes_unchanged_however_near_it_goes() -> None:
    commands = ramp(0, 0.3, 100)
    planned = with_halts(OVER_TABLE, commands, LIMITS, DT)
    lower = replace(planned, T_table_root=OVER_TABLE.T_table_root)
    seen = run(lower, commands)
    np.testing.assert_array_equal([s.q for s in seen], commands)
    assert not [t for s in seen for t in s.trips]
    deep = ramp(0, 0.8, 160)
    through = with_halts(OVER_TABLE, deep, LIMITS, DT)
    assert min(through.table_halt_m) < 0 and not [t for s in run(through, deep) for t in s.trips]
    assert through.table_halt_m[0] == pytest.approx(0.01), "the link that stays high keeps its distance"


def test_a_body_of_another_robot_is_refused() -> None:
    with pytest.raises(LimitsRefused, match="body"):
        SafetyFilter(replace(contract(), body=replace(body(), joint_names=("a", "b", "c", "d"))), np.zeros(N))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"pairs": np.array([[0, 9]]), "pair_halt_m": np.zeros(1)}, "pairs point beyond"),
        ({"table_capsules": np.array([0, 1, 2, -1])}, "table_capsules point beyond"),
        ({"arm_joints": (4,)}, "arm_joints point beyond"),
        ({"hand_link": 9}, "hand_link point beyond"),
        ({"table_halt_m": np.zeros(3)}, "halts of the shapes"),
        ({"table_halt_m": np.full(4, np.nan)}, "finite halts"),
        ({"slow_m": 0.0}, "not above zero"),
        ({"singular_halt": 1.0}, "not above zero"),
        ({"capsules": (replace(LINKS[0], radius=-0.1), *LINKS[1:])}, "not above zero"),
        ({"capsules": (replace(LINKS[0], link=7), *LINKS[1:])}, "capsules point beyond"),
        ({"links": tuple(reversed(OVER_TABLE.links))}, "hangs on no link"),
        ({"links": (*OVER_TABLE.links[:4], replace(OVER_TABLE.links[4], joint=4))}, "turned by no joint"),
    ],
)
def test_a_body_that_is_none_is_refused(change: dict[str, object], told: str) -> None:
    wrong = replace(OVER_TABLE, **change)  # type: ignore[arg-type]
    with pytest.raises(LimitsRefused, match=told):
        SafetyFilter(replace(contract(), body=wrong), np.zeros(N))
