import pytest

from skillc.compiler.resolve.merged import layer, plain
from skillc.compiler.scaffold.robot_draft import RobotModelError, profile_text
from skillc.compiler.source.load import load_bytes
from tests import two_arms

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
    assert profile["groups"] == {"arm": ["shoulder", "wrist"], "hand": ["thumb", "index"]}
    hand = profile["hands"]["right"]
    assert (profile["base"], profile["base_body"], hand["body"]) == ("fixed", "base", "palm")
    assert (hand["group"], hand["arm"]) == ("hand", "arm")
    assert [f["joints"] for f in hand["fingers"].values()] == [["thumb"], ["index"]]
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
    assert found["groups"]["arm"] == profile["groups"]["arm"]
    assert sorted(found["groups"]["hand"]) == sorted(profile["groups"]["hand"])
    assert found["hands"]["right"]["body"] == profile["hands"]["right"]["body"]
    assert (found["base"], found["base_body"]) == (profile["base"], profile["base_body"])


def test_the_makers_urdf_gives_speeds(models) -> None:
    text = profile_text(models / "leap_hand" / "leap_hand_right.urdf")
    profile = plain(layer(load_bytes(text.encode(), "a").root))
    assert list(profile["groups"]) == ["hand"] and len(profile["groups"]["hand"]) == 16
    assert all(joint["speed"] == 8.48 for joint in profile["joints"].values())


def test_two_arms_with_hands_and_a_floating_base_are_grouped(tmp_path) -> None:
    standing = two_arms.MJCF.replace('name="pelvis" pos="0 0 0.1">', 'name="pelvis"><freejoint/>')
    profile = draft(tmp_path, standing)
    assert (profile["base"], profile["base_body"]) == ("floating", "pelvis")
    assert profile["groups"] == {name: list(joints) for name, joints in two_arms.GROUPS.items()}
    assert {name: (h["group"], h["arm"], h["body"]) for name, h in profile["hands"].items()} == {
        "left": ("left_hand", "left_arm", "left_palm"),
        "right": ("right_hand", "right_arm", "right_palm"),
    }


def test_legs_are_no_fingers(tmp_path) -> None:
    leg = '<body><joint name="{0}_hip" range="-1 1"/><geom size=".1"/><body><joint name="{0}_knee" range="-1 1"/>'
    legs = "".join(leg.format(side) + '<geom size=".1"/></body></body>' for side in ("left", "right"))
    walker = f'<mujoco><worldbody><body name="hips"><freejoint/><geom size=".1"/>{legs}</body></worldbody></mujoco>'
    profile = draft(tmp_path, walker)
    assert profile["groups"] == {
        "left_leg": ["left_hip", "left_knee"],
        "right_leg": ["right_hip", "right_knee"],
    }
    assert profile["hands"] == {}
