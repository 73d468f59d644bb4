"""What every demonstration must keep: touch, no penetration, things stay above the table, truth fits the motion."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from skillc.runtime.demonstrator.grasping import skin_gaps
from skillc.runtime.demonstrator.script_moves import resting_height
from skillc.runtime.demonstrator.scripts import TASKS
from skillc.runtime.demonstrator.solids import PlacedSolid
from skillc.runtime.geometry import se3

pytestmark = pytest.mark.slow

FAST = "apple"
ALL = [FAST, *(pytest.param(t, marks=pytest.mark.slow) for t in TASKS if t != FAST)]
Play = Callable[[str], Any]


@pytest.mark.parametrize("task", ALL)
def test_fingertips_touch_the_surface_when_the_object_is_taken(play: Play, task: str) -> None:
    p = play(task)
    solid = PlacedSolid(solid=p.script.props[0].solid, T_frame_solid=p.script.Ts_table_prop[0])
    gaps = skin_gaps(p.skeleton, p.skin, p.script.grasp, solid, p.script.touches)
    assert np.abs(gaps).max() < 0.003


@pytest.mark.parametrize("task", ALL)
def test_nothing_is_below_the_table_and_the_hand_enters_nothing(play: Play, task: str) -> None:
    p = play(task)
    for Ts_bone, Ts_prop in zip(p.performance.Ts_bone[::5], p.performance.Ts_prop[::5], strict=True):
        skin = p.skin.posed(Ts_bone)
        assert skin[:, 2].min() > 0
        for prop, T in zip(p.script.props, Ts_prop, strict=True):
            assert se3.apply(T, prop.surface_points())[:, 2].min() > -1e-4
            assert PlacedSolid(solid=prop.solid, T_frame_solid=T).distance(skin).min() > -0.003


@pytest.mark.parametrize("task", ALL)
def test_the_object_is_rigid_in_the_hand_while_held_and_still_otherwise(play: Play, task: str) -> None:
    p = play(task)
    t, Ts = p.performance.time_s, p.performance.Ts_prop[:, 0]
    held = (t >= p.script.attach_s) & (t < (p.script.detach_s or np.inf))
    relative = np.stack([se3.inverse(h.T_table_hand) @ T for h, T in zip(p.performance.hand, Ts, strict=True)])
    assert np.ptp(relative[held], axis=0).max() < 1e-9
    assert np.ptp(Ts[t < p.script.attach_s], axis=0).max() == 0
    assert np.ptp(Ts[np.flatnonzero(held)[-1] :], axis=0).max() < 1e-4


@pytest.mark.parametrize("task", ALL)
def test_keyframes_are_in_order(play: Play, task: str) -> None:
    p = play(task)
    k, n = p.performance.keyframes, len(p.performance.time_s)
    assert 30 < k.contact < k.interaction < n - 5
    assert (k.lift is None) == (p.script.task_type in ("push", "pull"))
    assert k.lift is None or k.contact <= k.lift < k.interaction
    assert k.detachment is None or k.detachment > k.interaction
    assert k.release is None or k.release >= k.interaction


@pytest.mark.parametrize("task", ALL)
def test_things_stay_in_the_workspace_and_do_not_overlap_the_tag(play: Play, task: str) -> None:
    p = play(task)
    for prop, Ts in zip(p.script.props, p.performance.Ts_prop.swapaxes(0, 1), strict=True):
        if prop.role == "obstacle":
            continue
        xy = Ts[:, :2, 3]
        assert (xy > [0.08, 0.03]).all() and (xy < [0.56, 0.46]).all()
        corners = se3.apply(Ts[0], prop.surface_points())
        assert not ((np.abs(corners[:, :2]) < 0.05).all(axis=1)).any()


@pytest.mark.parametrize("task", [FAST, *(pytest.param(t, marks=pytest.mark.slow) for t in ("peach", "toy"))])
def test_what_is_put_down_rests_on_its_target(play: Play, task: str) -> None:
    p = play(task)
    item, target = p.script.props[:2]
    T_item, T_target = p.performance.Ts_prop[-1, :2]
    assert T_item[2, 3] == pytest.approx(resting_height(item, target), abs=1e-4)
    assert np.linalg.norm(T_item[:2, 3] - T_target[:2, 3]) < 0.01
    assert T_item[:3, 2] == pytest.approx([0, 0, 1], abs=1e-9)


@pytest.mark.slow
def test_the_jar_ends_tilted_beyond_ninety_degrees_over_the_pan_and_high_enough(play: Play) -> None:
    p = play("spice")
    jar = p.script.props[0]
    T_jar, T_pan = p.performance.Ts_prop[-1, :2]
    assert T_jar[2, 2] < 0
    assert se3.apply(T_jar, jar.surface_points())[:, 2].min() > 0.10  # Table 4
    center = se3.apply(T_jar, np.array([[0, 0, jar.size_m[2] / 2]]))[0]
    assert np.linalg.norm(center[:2] - T_pan[:2, 3]) < 0.10
