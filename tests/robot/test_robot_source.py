"""A robot that comes as a URDF: its frames and geometry get names, and it runs in every world an MJCF runs in."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
import pytest

from skillc.compiler.scaffold.robot_draft import profile_text
from skillc.runtime.formats.joint_groups import FINGERS, Finger, Hand, JointGroup
from skillc.runtime.formats.motors import CommandMode
from skillc.runtime.formats.robot_profile import Frame, JointLimits, RobotProfile
from skillc.runtime.robot.model import hand_model, robot_model
from skillc.runtime.robot.model_fault import ModelError
from skillc.runtime.robot.profile import load_profile
from skillc.runtime.robot.profile_check import check_robot
from tests.robot.test_vendor_models import vendor_poses

pytestmark = pytest.mark.slow

INERTIAL = (
    '<inertial><mass value="{mass}"/><inertia ixx="1e-3" iyy="1e-3" izz="1e-3" ixy="0" ixz="0" iyz="0"/></inertial>'
)
PLACES = {"thumb": (0.0, -0.04), "index": (0.03, 0.04), "middle": (0.0, 0.05), "ring": (-0.03, 0.04)}


def link(name: str, mass: float, *shapes: str) -> str:
    collisions = "".join(
        f'<collision><origin xyz="0 0 0.05"/><geometry>{shape}</geometry></collision>' for shape in shapes
    )
    return f'<link name="{name}">{INERTIAL.format(mass=mass)}{collisions}</link>'


def joint(name: str, kind: str, parent: str, child: str, xyz: str, axis: str = "0 1 0") -> str:
    ends = f'<parent link="{parent}"/><child link="{child}"/><origin xyz="{xyz}" rpy="0 0 0"/>'
    if kind == "fixed":
        return f'<joint name="{name}" type="fixed">{ends}</joint>'
    span = "" if kind == "continuous" else 'lower="-1.5" upper="1.5" '
    limit = f'<limit {span}effort="20" velocity="2"/>'
    return f'<joint name="{name}" type="{kind}">{ends}<axis xyz="{axis}"/>{limit}</joint>'


def urdf() -> str:
    """Two arm joints (one continuous), a palm, and four fingers of one joint with a frame at each tip."""
    rod, pad = '<cylinder radius="0.02" length="0.1"/>', '<sphere radius="0.01"/>'
    parts = [link("base", 2, '<box size="0.1 0.1 0.1"/>'), link("lower", 1, rod), link("upper", 1, rod)]
    parts += [link("palm", 0.3, '<box size="0.08 0.08 0.02"/>', pad)]
    parts += [joint("turn", "continuous", "base", "lower", "0 0 0.1", "0 0 1")]
    parts += [joint("lift", "revolute", "lower", "upper", "0 0 0.2")]
    parts += [joint("wrist", "fixed", "upper", "palm", "0 0 0.2")]
    for name, (x, y) in PLACES.items():
        parts += [link(name, 0.05, pad), joint(f"{name}_joint", "revolute", "palm", name, f"{x} {y} 0.06")]
        parts += [f'<link name="{name}_tip"/>', joint(f"{name}_end", "fixed", name, f"{name}_tip", "0 0 0.05")]
    return f'<robot name="small">{"".join(parts)}</robot>'


def limits(name: str, *, home: float = 0.0) -> JointLimits:
    return JointLimits(
        name=name, lower=-1.2, upper=1.2, speed=1.0, acceleration=5.0, jerk=50.0, effort=10.0, kp=60.0, kv=3.0,
        home=home,
    )  # fmt: skip


ARM, HAND = ("turn", "lift"), tuple(f"{name}_joint" for name in FINGERS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.urdf").write_text(urdf(), encoding="utf-8")
    return tmp_path


def small_robot() -> RobotProfile:
    return RobotProfile(
        name="small", mjcf="small.urdf", joints=tuple(limits(n) for n in (*ARM, *HAND)), base="fixed",
        base_body="base", groups=(JointGroup(name="arm", joints=ARM), JointGroup(name="hand", joints=HAND)),
        hands=(
            Hand(
                name="right", group="hand", arm="arm", body="palm", palm_site="palm_middle", wrist_site="palm",
                fingers=tuple(
                    Finger(name=n, joints=(f"{n}_joint",), tip_site=f"{n}_tip", tip_geom=n, tip_radius=0.01,
                           pad_normal=(0.0, 0.0, 1.0))
                    for n in FINGERS
                ),
            ),
        ),
        couplings={}, collision_pairs_excluded=(("base", "lower"),),
        command_modes=(CommandMode(name="all", rate_hz=100.0, between="hold"),),
        commanded_by={"arm": "all", "hand": "all"},
        frames=(Frame(name="palm_middle", body="palm", position=(0.0, 0.0, 0.06)),),
    )  # fmt: skip


@pytest.fixture
def profile() -> RobotProfile:
    return small_robot()


def test_a_urdf_passes_the_check_that_an_mjcf_passes(profile: RobotProfile, folder: Path) -> None:
    checked = check_robot(profile, folder)
    assert checked.files == ("small.urdf",) and checked.warnings == ()


def test_links_geometry_and_frames_have_the_names_the_profile_uses(profile: RobotProfile, folder: Path) -> None:
    T = np.eye(4)
    T[:3, 3] = (0.4, 0.2, 0.1)
    model = robot_model(profile, folder, T).model
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    assert np.allclose(data.body("base").xpos, (0.4, 0.2, 0.1))
    assert np.allclose(data.site("thumb_tip").xpos, (0.4, 0.16, 0.1 + 0.1 + 0.2 + 0.2 + 0.06 + 0.05))
    assert np.allclose(data.site("palm_middle").xpos, data.body("palm").xpos + np.array([0, 0, 0.06]))
    assert model.geom("palm").type == mujoco.mjtGeom.mjGEOM_BOX
    assert model.geom("palm_2").type == mujoco.mjtGeom.mjGEOM_SPHERE


def test_ranges_come_from_the_profile_even_for_a_joint_without_any(profile: RobotProfile, folder: Path) -> None:
    model = robot_model(profile, folder, np.eye(4)).model
    for name in profile.joint_names:
        assert model.joint(name).range.tolist() == [-1.2, 1.2] and model.jnt_limited[model.joint(name).id]


def test_a_drafted_profile_names_the_root_link_and_the_groups(folder: Path) -> None:
    text = profile_text(folder / "small.urdf")
    assert "arm: [turn, lift]" in text.replace('"', "") and "base_body: base" in text.replace('"', "")
    assert "no lower of this joint" in text  # `turn` is continuous: a person gives its range


def test_the_hand_alone_keeps_its_own_joints(profile: RobotProfile, folder: Path) -> None:
    assert hand_model(profile, folder).model.nq == 4


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"hands": (replace(small_robot().hands[0], palm_site="hollow"),)}, "SK887", "hands.right.palm_site"),
        ({"frames": (Frame(name="palm_middle", body="plam", position=(0, 0, 0)),)}, "SK887", "frames.palm_middle"),
        (
            {"frames": (Frame(name="palm_middle", body="palm", position=(0, 0, 0), quat_wxyz=(2, 0, 0, 0)),)},
            "SK887",
            "unit quaternion",
        ),
        ({"frames": (Frame(name="palm_middle", body="palm", position=(np.nan, 0, 0)),)}, "SK879", "not finite"),
    ],
)
def test_what_the_urdf_lacks_is_named(
    profile: RobotProfile, folder: Path, change: dict[str, object], code: str, said: str
) -> None:
    with pytest.raises(ModelError) as error:
        check_robot(replace(profile, **change), folder)
    assert any(f.code == code and said in f.summary for f in error.value.faults)


def test_the_makers_own_hand_runs_from_its_urdf(models: Path, project: Path) -> None:
    """Fingertip frames of the maker's URDF agree with its text over random poses; grasp worlds load it."""
    ours = load_profile(project / "specs/hardware/kinova_gen3_leap")
    names = {joint.name: str(i) for i, joint in enumerate(ours.joints[len(ours.manipulator.arm_joints) :])}
    hand = replace(
        ours, name="leap", mjcf="leap_hand_right.urdf", groups=(JointGroup(name="hand", joints=tuple(names.values())),),
        joints=tuple(replace(ours.joint(old), name=new) for old, new in names.items()), base_body="base",
        collision_pairs_excluded=(), motors=(), commanded_by={"hand": "bus"},
        hands=(
            Hand(
                name="right", group="hand", arm=None, body="base", palm_site="palm_lower", wrist_site="base",
                fingers=tuple(
                    replace(f, joints=tuple(names[j] for j in f.joints), tip_site=f"{f.name}_tip_head", tip_geom=tip)
                    for f, tip in zip(
                        ours.fingers, ("thumb_fingertip", "fingertip", "fingertip_2", "fingertip_3"), strict=True
                    )
                ),
            ),
        ),
    )  # fmt: skip
    folder = models / "leap_hand"
    check_robot(hand, folder)
    robot = robot_model(hand, folder, np.eye(4))
    q = np.random.default_rng(3).uniform([j.lower for j in hand.joints], [j.upper for j in hand.joints], (20, 16))
    tree = ET.parse(folder / "leap_hand_right.urdf").getroot()
    theirs = vendor_poses(tree, "base", {str(i): q[:, i] for i in range(16)}, 20)
    data = mujoco.MjData(robot.model)
    for k, row in enumerate(q):
        data.qpos[robot.qpos] = row
        mujoco.mj_kinematics(robot.model, data)
        for site in robot.tip_sites:
            assert np.allclose(data.site(site).xpos, theirs[site][k][:3, 3], atol=1e-6), site
