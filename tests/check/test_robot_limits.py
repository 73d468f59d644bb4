import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.emit.joint_limits import kept_limits
from skillc.compiler.source.load import load_bytes
from tests.check.code_examples import completed


def checked(text: str):
    return check_tree(load_bytes(completed(text).encode(), "spec.yaml"), ())


def codes(hardware: str, more: str = "") -> list[str]:
    text = f"hardware: {{extends: kinova_gen3_leap, {hardware}}}\n{more}"
    return [d.code for d in checked(text).diagnostics if d.severity == "error"]


@pytest.mark.parametrize(
    ("hardware", "code"),
    [
        ("joints: {joint_1: {speed: 90}}", "SK401"),
        ("joints: {joint_1: {speed: 90 rad/s}}", "SK441"),
        ("joints: {joint_1: {effort: 100 N m}}", "SK441"),
        ("joints: {joint_2: {upper: 200 deg}}", "SK441"),
        ("joints: {joint_2: {lower: -200 deg}}", "SK441"),
        ("joints: {joint_2: {lower: 1 rad, upper: -1 rad}}", "SK442"),
        ("joints: {joint_4: {home: 150 deg}}", "SK442"),
        ("joints: {joint_4: {lower: 0 deg}}", "SK442"),
        ("joints: {joint_2: {kp: -2000 N m/rad}}", "SK405"),
        ("joints: {joint_1: {velocity: 30 deg/s}}", "SK201"),
        ("limits: {joint_speed: 600 deg/s}", "SK507"),
        ("limits: {joint_effort: 500 N m}", "SK507"),
        ("limits: {contact_force: 0 N}", "SK405"),
        ("limits: {contact_force: 60 N}", "SK432"),
        ("commanded_by: {arm: highlevel}", "SK661"),
        ("motors: {xc330_m288: {drive: {current_limit: 350 m}}}", "SK402"),
        ("motors: {xc330_m288: {drive: {current_limit: 0 mA}}}", "SK405"),
        ("motors: {xc330_m288: {backlash: 0.25}}", "SK401"),
        ("motors: {xl330_m288: {backlash: 0.25 deg}}", "SK312"),
    ],
)
def test_a_change_without_sense_is_refused(hardware: str, code: str) -> None:
    assert codes(hardware) == [code]


def test_a_joint_that_the_robot_has_not_is_named() -> None:
    assert "SK312" in codes("joints: {joint_8: {speed: 30 deg/s}}")


def test_a_joint_is_narrowed_and_slowed() -> None:
    assert codes("joints: {joint_2: {lower: -90 deg, upper: 90 deg, speed: 30 deg/s, kp: 1000 N m/rad}}") == []


def test_deployment_keeps_the_robots_lowered_limits() -> None:
    deploy = "deploy: {{limits: {{{}}}, on_fault: {{else: hold}}}}"
    assert codes("limits: {contact_force: 5 N}", deploy.format("contact_force: 20 N")) == ["SK507"]
    assert codes("limits: {joint_speed: 30 deg/s}", deploy.format("joint_speed: 60 deg/s")) == ["SK507"]
    assert codes("limits: {contact_force: 5 N}", deploy.format("contact_force: 5 N")) == []


@pytest.mark.parametrize(
    ("deployed", "kept"), [("", 5.0), ("deploy: {limits: {contact_force: 3 N}, on_fault: {else: hold}}", 3.0)]
)
def test_the_robots_contact_force_reaches_the_contract(deployed: str, kept: float) -> None:
    spec = checked(f"hardware: {{extends: kinova_gen3_leap, limits: {{contact_force: 5 N}}}}\n{deployed}").resolved
    assert spec is not None and kept_limits(spec)["contact_force"] == kept


def test_the_robots_speed_limit_reaches_every_joint() -> None:
    spec = checked("hardware: {extends: kinova_gen3_leap, limits: {joint_speed: 30 deg/s}}").resolved
    assert spec is not None
    assert {round(joint["speed"], 4) for joint in spec.at("hardware.joints")} == {0.5236}
