"""Torque at a current limit, by hand from the maker's data."""

from pathlib import Path

import pytest

from skillc.compiler.resolve.front_end import require_spec
from skillc.runtime.formats.motors import Drive, limited_by_motors
from skillc.runtime.robot.profile import load_profile
from tests.small_build import SPEC

XC330 = {"stall_torque": 0.93, "stall_current": 1.80, "no_load_speed": 8.48}
XL330 = {"stall_torque": 0.52, "stall_current": 1.47, "no_load_speed": 10.8}


@pytest.mark.parametrize(
    ("data", "limit", "torque"),
    [
        (XC330, 0.55, 0.28417),  # 0.93 / 1.80 = 0.51667 Nm/A
        (XC330, 0.35, 0.18083),
        (XL330, 0.35, 0.12381),  # 0.52 / 1.47 = 0.35374 Nm/A
        (XC330, 5.0, 0.93),  # no more than at stall
    ],
)
def test_torque_at_the_current_limit_is_the_torque_constant_times_it(
    data: dict[str, float], limit: float, torque: float
) -> None:
    assert Drive(**data, current_limit=limit).torque_limit == pytest.approx(torque, abs=1e-5)


@pytest.mark.parametrize("robot", ["kinova_gen3_leap", "xarm6_leap"])
def test_shipped_fingers_have_the_torque_of_their_current_limit(project: Path, robot: str) -> None:
    profile = load_profile(project / "specs" / "hardware" / robot)
    for name in profile.manipulator.hand_joints:
        assert profile.joint(name).effort == pytest.approx(0.28417, rel=1e-3)
        motor = profile.motor(name)
        assert motor is not None and motor.continuous_torque == pytest.approx(0.2 * 0.93)


def test_a_lower_current_limit_in_the_spec_lowers_the_joints_torque() -> None:
    lite = "{extends: kinova_gen3_leap, motors: {xc330_m288: {drive: {current_limit: 350 mA}}}}"
    spec, _ = require_spec(SPEC.replace("hardware: kinova_gen3_leap", f"hardware: {lite}").encode(), "spec.yaml")
    rows = {row["name"]: row for row in spec.section("hardware")["joints"]}
    assert rows["thumb_cmc"]["effort"] == pytest.approx(0.18083, abs=1e-5)
    assert rows["joint_1"]["effort"] == 39.0


def test_a_higher_current_limit_raises_no_joints_torque(project: Path) -> None:
    drive = {**XC330, "current_limit": 0.55}
    motor = {"name": "m", "joints": ["a"], "continuous_torque": 0.1, "backlash": 0.0, "drive": drive}
    rows = [{"name": "a", "effort": 0.2}, {"name": "b", "effort": 9.0}]
    assert limited_by_motors({"motors": [motor], "joints": rows})["joints"] == rows
    assert limited_by_motors({"motors": None, "joints": rows})["joints"] == rows
