"""What arm, hand and camera say is believed as far as it can be, and everything else is a fault with a name."""

from dataclasses import replace

import numpy as np
import pytest

from skillc.runtime.drivers.measurement import CameraFrame, DeviceReport, Measurement
from skillc.runtime.machine.device_watch import DeviceWatch, SceneSeen
from tests.machine.kinematic import KinematicRobot, skill_contract

WATCH = DeviceWatch(skill_contract())
PLAIN = KinematicRobot(np.zeros(4)).measure()


def at(x: float) -> dict[str, np.ndarray]:
    pose = np.eye(4)
    pose[0, 3] = x
    return {"cube": pose}


def pictures(number: int, **changes: float) -> CameraFrame:
    t = number / 30
    plain = CameraFrame(number=number, colour_s=t, depth_s=t, period_s=1 / 30, invalid_depth=0.1)
    return replace(plain, **changes)  # type: ignore[arg-type]


def follow(measured: list[Measurement], begun: bool = True) -> tuple[SceneSeen, list[list[str]]]:
    """Return what is known after measurements 1/30 s apart, and code and response of each one's trips."""
    seen, found = WATCH.start(), []
    for tick, one in enumerate(measured):
        seen, trips = WATCH.check(seen, one, tick / 30, tick, begun=begun)
        found.append([f"{t.code} {t.response}" for t in trips])
    return seen, found


def test_a_scene_seen_now_is_believed_and_nothing_is_wrong() -> None:
    seen, found = follow([replace(PLAIN, frame=pictures(k), T_table_objects=at(0.01 * k)) for k in range(20)])
    assert found == [[]] * 20 and seen.T_manip[0, 3] == pytest.approx(0.19) and seen.age_s == 0.0


@pytest.mark.parametrize(("age", "said"), [(0.16, []), (0.17, ["R7 hold"]), (0.51, ["R7 stop"]), (-1.0, ["R7 stop"])])
def test_an_old_picture_holds_and_an_older_one_stops(age: float, said: list[str]) -> None:
    assert follow([replace(PLAIN, objects_age_s=age)])[1] == [said]
    assert follow([replace(PLAIN, objects_age_s=age)], begun=False)[1] == [[]], "before the motion it is waited for"


def test_a_repeated_picture_ages() -> None:
    found = follow([replace(PLAIN, frame=pictures(0)) for _ in range(18)])[1]
    assert found[5] == [] and found[6] == ["R7 hold"] and found[16] == ["R7 stop"]


def test_colour_and_depth_of_different_moments_are_no_picture() -> None:
    apart = [replace(PLAIN, frame=pictures(k, depth_s=k / 30 + 0.04)) for k in range(1, 10)]
    first = replace(PLAIN, frame=pictures(0))
    assert follow([first, *apart])[1][6] == ["R7 hold"]


@pytest.mark.parametrize("share", [0.61, 1.0, float("nan")])
def test_a_picture_without_depth_holds(share: float) -> None:
    assert follow([replace(PLAIN, frame=pictures(0, invalid_depth=share))])[1] == [["R10 hold"]]
    assert follow([replace(PLAIN, frame=pictures(0, invalid_depth=0.6))])[1] == [[]]


def test_a_jump_is_not_believed_and_the_third_in_a_row_holds() -> None:
    seen, found = follow([replace(PLAIN, T_table_objects=at(x)) for x in (0.0, 0.06, 0.06, 0.01, 0.07, 0.08, 0.09)])
    assert found == [[], [], [], [], [], [], ["R13 hold"]] and seen.T_manip[0, 3] == pytest.approx(0.01)
    seen, found = follow([replace(PLAIN, T_table_objects=at(x)) for x in (0.0, 0.2, 0.4)], begun=False)
    assert not any(found) and seen.T_manip[0, 3] == pytest.approx(0.4), "before the motion it may be moved"


@pytest.mark.parametrize("poses", [{}, {"cube": np.full((4, 4), np.nan)}, {"cube": np.zeros(3)}])
def test_an_object_that_is_not_seen_is_lost_once_the_motion_has_begun(poses: dict[str, np.ndarray]) -> None:
    assert follow([replace(PLAIN, T_table_objects=poses)])[1] == [["R14 hold"]]
    assert follow([replace(PLAIN, T_table_objects=poses)], begun=False)[1] == [[]]
    assert follow([PLAIN, replace(PLAIN, T_table_objects=poses), replace(PLAIN, T_table_objects=at(0.3))])[1][2] == []


@pytest.mark.parametrize(
    ("code", "fault", "said"),
    [
        ("R11", "camera_lost", "stop"), ("R12", "configuration", "stop"), ("R17", "arm_fault", "stop"),
        ("R18", "configuration", "stop"), ("R27", "hand_fault", "stop"), ("R28", "hand_bus", "hold"),
    ],
)  # fmt: skip
def test_what_a_device_says_of_itself_is_answered_by_its_class(code: str, fault: str, said: str) -> None:
    report = DeviceReport(code=code, fault=fault, message="motor 7 is hot")
    for begun in (True, False):
        _, trips = WATCH.check(WATCH.start(), replace(PLAIN, reports=(report,)), 0.0, 5, begun=begun)
        assert [(t.code, t.fault, t.response, t.message) for t in trips] == [(code, fault, said, "motor 7 is hot")]
