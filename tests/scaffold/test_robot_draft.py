import pytest

from skillc.compiler.resolve.merged import layer, plain
from skillc.compiler.scaffold.robot_draft import RobotModelError, profile_text
from skillc.compiler.source.load import load_bytes

MJCF = """\
<mujoco><compiler angle="radian"/><worldbody><body name="base"><geom size=".1"/>
 <body name="upper"><joint name="shoulder" range="-1 2"/><geom size=".1"/>
  <body name="palm"><joint name="wrist" range="-1 1"/><geom size=".1"/>
   <body name="f1"><joint name="thumb" range="0 1"/><geom size=".1"/></body>
   <body name="f2"><joint name="index" range="0.2 1"/><geom size=".1"/></body>
  </body></body></body></worldbody>
 <actuator><position joint="shoulder" kp="50" kv="3" forcerange="-9 9"/></actuator></mujoco>
"""


def draft(tmp_path, text: str, name: str = "My Robot.xml"):
    file = tmp_path / name
    file.write_text(text)
    return plain(layer(load_bytes(profile_text(file).encode(), "profile.yaml").root))


def test_groups_limits_and_gains_are_read_from_the_model(tmp_path) -> None:
    profile = draft(tmp_path, MJCF)
    assert profile["name"] == "my_robot" and profile["mjcf"] == "My Robot.xml"
    assert profile["arm_joints"] == ["shoulder", "wrist"]
    assert profile["hand_joints"] == ["thumb", "index"]
    assert (profile["base_body"], profile["hand_body"]) == ("base", "palm")
    assert [f["joints"] for f in profile["fingers"].values()] == [["thumb"], ["index"]]
    shoulder = profile["joints"]["shoulder"]
    assert (shoulder["lower"], shoulder["upper"], shoulder["kp"], shoulder["kv"], shoulder["effort"]) == (
        -1,
        2,
        50,
        3,
        9,
    )
    assert profile["joints"]["index"]["home"] == 0.2


def test_what_the_model_does_not_say_is_left_open(tmp_path) -> None:
    wrist = draft(tmp_path, MJCF)["joints"]["wrist"]
    assert {name for name, value in wrist.items() if value is None} == {
        "speed", "acceleration", "jerk", "effort", "kp", "kv",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (MJCF.replace(' range="-1 2"', ""), "no range"),
        ("<mujoco><worldbody/></mujoco>", "no hinge"),
        ("not xml", "no MJCF"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + MJCF, "entities"),
    ],
)
def test_a_model_that_is_no_robot_is_told(tmp_path, text: str, says: str) -> None:
    with pytest.raises(RobotModelError, match=says):
        draft(tmp_path, text)


def test_a_missing_file_is_told(tmp_path) -> None:
    with pytest.raises(RobotModelError, match="cannot be read"):
        profile_text(tmp_path / "nothing.xml")


def test_the_shipped_robot_is_grouped_as_its_profile_says(project) -> None:
    folder = project / "specs" / "hardware" / "kinova_gen3_leap"
    found = plain(layer(load_bytes(profile_text(folder / "robot.xml").encode(), "a").root))
    profile = plain(layer(load_bytes((folder / "profile.yaml").read_bytes(), "b").root))
    assert found["arm_joints"] == profile["arm_joints"]
    assert sorted(found["hand_joints"]) == sorted(profile["hand_joints"])
    assert found["hand_body"] == profile["hand_body"]


def test_the_makers_urdf_gives_speeds(models) -> None:
    text = profile_text(models / "leap_hand" / "leap_hand_right.urdf")
    profile = plain(layer(load_bytes(text.encode(), "a").root))
    assert profile["arm_joints"] == [] and len(profile["hand_joints"]) == 16
    assert all(joint["speed"] == 8.48 for joint in profile["joints"].values())
