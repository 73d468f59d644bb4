"""cuRobo's adapter: what it is asked, with the calls recorded; the library itself has not been run."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from skillc.runtime.geometry import se3
from skillc.runtime.planning.arrangement import Arrangement
from skillc.runtime.planning.clear_space import Room
from skillc.runtime.planning.curobo import CuroboMissing, CuroboSearch
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.planning.route import Passage, Search, route

SEARCH = Search(patience_s=1.5, seed=0)


@dataclass
class Recorded:
    """What the stand-in for cuRobo was asked, and what it answers."""

    way: np.ndarray
    success: bool = True
    asked: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch, place: MotionPlanner) -> Recorded:
    home = place.cell.q_start
    record = Recorded(way=home + np.linspace(0.0, 0.1, 5)[1:-1, None])
    tensor = SimpleNamespace(cpu=lambda: SimpleNamespace(numpy=lambda: record.way))

    def planned(start: Any, goal: Any, options: Any) -> Any:
        record.asked |= {"start": start, "goal": goal, "options": options}
        return SimpleNamespace(
            success=SimpleNamespace(item=lambda: record.success),
            get_interpolated_plan=lambda: SimpleNamespace(position=tensor),
        )

    def config(robot: str, world: Any, device: Any) -> str:
        record.asked |= {"robot": robot, "world": world}
        return "config"

    contents: dict[str, dict[str, Any]] = {
        "curobo.geom.types": {"Cuboid": SimpleNamespace, "WorldConfig": SimpleNamespace},
        "curobo.types.base": {"TensorDeviceType": lambda: SimpleNamespace(to_device=np.asarray)},
        "curobo.types.robot": {
            "JointState": SimpleNamespace(from_position=lambda q, joint_names: (np.asarray(q), joint_names))
        },
        "curobo.wrap.reacher.motion_gen": {
            "MotionGenConfig": SimpleNamespace(load_from_robot_config=config),
            "MotionGen": lambda made: SimpleNamespace(plan_single_js=planned),
            "MotionGenPlanConfig": SimpleNamespace,
        },
    }
    for name in contents:
        parts = name.split(".")
        for k in range(1, len(parts) + 1):
            monkeypatch.setitem(sys.modules, ".".join(parts[:k]), ModuleType(".".join(parts[:k])))
    for name, values in contents.items():
        vars(sys.modules[name]).update(values)
    return record


@pytest.fixture(scope="module")
def passage(place: MotionPlanner) -> Passage:
    space = place.task(Arrangement.of(place.cell.twin)).space()
    return Passage(space=space, q_hand=place.cell.hand_start, room=Room(robot_scene=0.001))


def searching(planner: MotionPlanner) -> CuroboSearch:
    names = planner.cell.profile.manipulator.arm_joints
    return CuroboSearch(robot_file=Path("arm.yml"), joint_names=names, T_table_robot=planner.cell.T_table_robot)


def found(planner: MotionPlanner, passage: Passage) -> np.ndarray | None:
    home, arm = planner.cell.q_start, planner.cell.arm
    return searching(planner)(passage, home, home + 0.1, arm.lower, arm.upper, SEARCH)


def test_the_scene_and_both_postures_are_told_and_the_way_is_returned(
    recorded: Recorded, place: MotionPlanner, passage: Passage
) -> None:
    knots = found(place, passage)
    home = place.cell.q_start
    np.testing.assert_allclose(knots, home + np.linspace(0.0, 0.1, 5)[:, None])
    np.testing.assert_allclose(recorded.asked["start"][0], home[None])
    assert recorded.asked["goal"][1] == list(place.cell.profile.manipulator.arm_joints)
    assert recorded.asked["options"].timeout == SEARCH.patience_s
    cuboids = {c.name.rpartition("_")[0]: c for c in recorded.asked["world"].cuboid}
    assert {"table", "plate"} <= set(cuboids)
    plate = se3.from_quat_wxyz(np.array(cuboids["plate"].pose[3:]), np.array(cuboids["plate"].pose[:3]))
    T_table_plate = place.cell.T_table_robot @ plate
    stood = np.asarray(Arrangement.of(place.cell.twin).T_table_target)
    assert np.linalg.norm(T_table_plate[:2, 3] - stood[:2, 3]) < 0.08


def test_a_way_that_touches_something_in_the_compiled_scene_is_no_way(
    recorded: Recorded, place: MotionPlanner, passage: Passage
) -> None:
    into_the_table = place.cell.q_start.copy()
    into_the_table[1] += 1.6
    recorded.way = np.stack([into_the_table])
    assert found(place, passage) is None


def test_a_way_beyond_the_limits_or_none_at_all_is_no_way(
    recorded: Recorded, place: MotionPlanner, passage: Passage
) -> None:
    recorded.way = recorded.way + 20.0
    assert found(place, passage) is None
    recorded.way, recorded.success = recorded.way - 20.0, False
    assert found(place, passage) is None


def test_a_blocked_line_asks_the_search_that_is_given(
    place: MotionPlanner, passage: Passage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def connect(*problem: object) -> None:
        asked.append(1)

    monkeypatch.setattr(Passage, "free", lambda self, a, b: False)
    arm, home = place.cell.arm, place.cell.q_start
    search = Search(patience_s=0.1, seed=0, connect=connect)  # type: ignore[arg-type]
    assert route(passage, home, home + 0.1, arm.lower, arm.upper, search) is None
    assert asked == [1, 1]


@pytest.mark.skipif("curobo" in sys.modules, reason="cuRobo is here")
def test_without_it_the_message_says_what_is_missing_and_what_else_plans(
    place: MotionPlanner, passage: Passage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "curobo", None)
    with pytest.raises(CuroboMissing, match=r"needs an NVIDIA GPU .* leave --curobo out"):
        found(place, passage)
