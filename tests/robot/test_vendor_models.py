"""Our models against the makers' own files: kinematics over 1,000 random poses, masses, limits, inertia."""

import xml.etree.ElementTree as ET
from pathlib import Path

import mujoco
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from skillc.runtime.robot.model import robot_model
from skillc.runtime.robot.profile import load_profile

POSES = 1000
ARM_LINKS = {
    "shoulder_link": "shoulder_link",
    "half_arm_1_link": "half_arm_1_link",
    "half_arm_2_link": "half_arm_2_link",
    "forearm_link": "forearm_link",
    "spherical_wrist_1_link": "spherical_wrist_1_link",
    "spherical_wrist_2_link": "spherical_wrist_2_link",
    "bracelet_link": "bracelet_link",
    "end_effector_link": "flange",
}
HAND_LINKS = {
    **{f"mcp_joint{s}": f"{n}_mcp" for n, s in (("index", ""), ("middle", "_2"), ("ring", "_3"))},
    **{f"pip{s}": f"{n}_pip" for n, s in (("index", ""), ("middle", "_2"), ("ring", "_3"))},
    **{f"dip{s}": f"{n}_dip" for n, s in (("index", ""), ("middle", "_2"), ("ring", "_3"))},
    **{f"fingertip{s}": f"{n}_fingertip" for n, s in (("index", ""), ("middle", "_2"), ("ring", "_3"))},
    "thumb_temp_base": "thumb_base",
    "thumb_pip": "thumb_pip",
    "thumb_dip": "thumb_dip",
    "thumb_fingertip": "thumb_fingertip",
}


def vendor_arm(models: Path) -> ET.Element:
    """Expand the part of the xacro that describes links and joints: with vision, without external cable."""
    text = (models / "kinova_gen3/urdf/gen3_macro.xacro").read_text().replace("${prefix}", "")
    text = text.replace("${-2*pi}", str(-2 * np.pi)).replace("${2*pi}", str(2 * np.pi)).replace("${pi}", str(np.pi))
    namespace = "{http://ros.org/wiki/xacro}"
    chosen = {"${vision}": True, "${use_external_cable}": False, "${sim_gazebo}": False}
    macro = ET.fromstring(text).find(f"{namespace}macro")
    assert macro is not None

    def expand(element: ET.Element, into: ET.Element) -> None:
        for child in element:
            if child.tag in (f"{namespace}if", f"{namespace}unless"):
                if chosen[child.attrib["value"]] == (child.tag == f"{namespace}if"):
                    expand(child, into)
            elif child.tag in ("link", "joint") and child.find(f"{namespace}insert_block") is None:
                into.append(child)

    robot = ET.Element("robot")
    expand(macro, robot)
    return robot


def vendor_poses(urdf: ET.Element, root: str, angles: dict[str, np.ndarray], count: int) -> dict[str, np.ndarray]:
    """Forward kinematics (count, 4, 4) of every link, straight from the URDF's own text."""
    poses = {root: np.tile(np.eye(4), (count, 1, 1))}
    joints = list(urdf.findall("joint"))
    while joints:
        rest = []
        for joint in joints:
            parent, child = joint.find("parent").get("link"), joint.find("child").get("link")
            if parent not in poses:
                rest.append(joint)
                continue
            origin = joint.find("origin")
            T = np.eye(4)
            T[:3, 3] = [float(v) for v in origin.get("xyz").split()]
            T[:3, :3] = Rotation.from_euler("xyz", [float(v) for v in origin.get("rpy").split()]).as_matrix()
            moved = poses[parent] @ T
            if joint.get("type") != "fixed":
                axis = np.array([float(v) for v in joint.find("axis").get("xyz").split()])
                turn = np.tile(np.eye(4), (count, 1, 1))
                turn[:, :3, :3] = Rotation.from_rotvec(angles[joint.get("name")][:, None] * axis).as_matrix()
                moved = moved @ turn
            poses[child] = moved
        assert len(rest) < len(joints)
        joints = rest
    return poses


def our_poses(folder: Path, names: list[str], q: np.ndarray, reference: str) -> dict[str, np.ndarray]:
    robot = robot_model(load_profile(folder), folder, np.eye(4))
    data = mujoco.MjData(robot.model)
    found = {name: np.tile(np.eye(4), (len(q), 1, 1)) for name in names}
    for k, row in enumerate(q):
        data.qpos[robot.qpos] = row
        mujoco.mj_kinematics(robot.model, data)
        base = data.body(reference)
        R, p = base.xmat.reshape(3, 3), base.xpos
        for name in names:
            body = data.body(name)
            found[name][k, :3, :3] = R.T @ body.xmat.reshape(3, 3)
            found[name][k, :3, 3] = R.T @ (body.xpos - p)
    return found


def random_postures(folder: Path) -> np.ndarray:
    profile = load_profile(folder)
    lower = np.array([j.lower for j in profile.joints])
    upper = np.array([j.upper for j in profile.joints])
    return np.random.default_rng(7).uniform(lower, upper, (POSES, len(lower)))


def worst(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    position = np.linalg.norm(ours[:, :3, 3] - theirs[:, :3, 3], axis=1).max()
    turned = Rotation.from_matrix(ours[:, :3, :3].transpose(0, 2, 1) @ theirs[:, :3, :3]).magnitude().max()
    return float(position), float(turned)


@pytest.fixture(scope="module")
def gen3(project: Path) -> Path:
    return project / "specs/hardware/kinova_gen3_leap"


def test_arm_kinematics_agree_with_the_vendor_within_a_tenth_of_a_millimetre(models: Path, gen3: Path) -> None:
    q = random_postures(gen3)
    angles = {f"joint_{i + 1}": q[:, i] for i in range(7)}
    theirs = vendor_poses(vendor_arm(models), "base_link", angles, POSES)
    ours = our_poses(gen3, list(ARM_LINKS.values()), q, "base_link")
    for link, body in ARM_LINKS.items():
        position, turned = worst(ours[body], theirs[link])
        assert position <= 1e-4, (link, position)
        assert turned <= 1e-4, (link, turned)


@pytest.mark.parametrize("robot", ["kinova_gen3_leap", "xarm6_leap"])
def test_hand_kinematics_agree_with_the_vendor(models: Path, project: Path, robot: str) -> None:
    folder = project / "specs/hardware" / robot
    profile = load_profile(folder)
    q = random_postures(folder)
    first = len(profile.manipulator.arm_joints)
    angles = {str(i): q[:, first + i] for i in range(16)}
    urdf = ET.parse(models / "leap_hand/leap_hand_right.urdf").getroot()
    theirs = vendor_poses(urdf, "base", angles, POSES)
    ours = our_poses(folder, list(HAND_LINKS.values()), q, "hand")
    for link, body in HAND_LINKS.items():
        position, turned = worst(ours[body], theirs[link])
        assert position <= 1e-4, (link, position)
        assert turned <= 1e-4, (link, turned)


def test_masses_and_inertia_agree_with_the_vendor(models: Path, gen3: Path) -> None:
    model = robot_model(load_profile(gen3), gen3, np.eye(4)).model
    hand = ET.parse(models / "leap_hand/leap_hand_right.urdf").getroot()
    for urdf, links in ((vendor_arm(models), ARM_LINKS), (hand, {**HAND_LINKS, "palm_lower": "hand"})):
        for link in urdf.findall("link"):
            inertial = link.find("inertial")
            if inertial is None or link.get("name") not in links:
                continue
            body = model.body(links[link.get("name")])
            assert body.mass[0] == pytest.approx(float(inertial.find("mass").get("value")), rel=1e-9)
            i = {k: float(v) for k, v in inertial.find("inertia").attrib.items()}
            tensor = np.array(
                [[i["ixx"], i["ixy"], i["ixz"]], [i["ixy"], i["iyy"], i["iyz"]], [i["ixz"], i["iyz"], i["izz"]]]
            )
            np.testing.assert_allclose(np.sort(body.inertia), np.sort(np.linalg.eigvalsh(tensor)), rtol=1e-4, atol=1e-9)


def test_limits_agree_with_the_vendor(models: Path, gen3: Path) -> None:
    profile = load_profile(gen3)
    arm = {j.get("name"): j for j in vendor_arm(models).findall("joint") if j.get("type") != "fixed"}
    hand = ET.parse(models / "leap_hand/leap_hand_right.urdf").getroot()
    fingers = {j.get("name"): j for j in hand.findall("joint") if j.get("type") != "fixed"}
    pairs = [(name, arm[name]) for name in profile.manipulator.arm_joints]
    pairs += [(name, fingers[str(i)]) for i, name in enumerate(profile.manipulator.hand_joints)]
    for name, joint in pairs:
        ours, limit = profile.joint(name), joint.find("limit").attrib
        motor = profile.motor(name)
        # What the vendor's URDF gives the fingers is the stall torque, which their current limit does not let through.
        stall = motor.drive.stall_torque if motor.drive else ours.effort
        assert stall == pytest.approx(float(limit["effort"]), rel=0.03)
        assert ours.effort <= stall
        assert ours.speed == float(limit["velocity"])
        if joint.get("type") == "revolute":
            assert (ours.lower, ours.upper) == (float(limit["lower"]), float(limit["upper"]))


def test_xarm6_flange_agrees_with_its_published_dh_table(project: Path) -> None:
    """Modified DH parameters of the xArm6 (UFACTORY user manual): alpha, a of the link before, offset, d in mm."""
    folder = project / "specs/hardware/xarm6_leap"
    table = [
        (0.0, 0.0, 0.0, 267.0),
        (-90.0, 0.0, -79.34995, 0.0),
        (0.0, 289.48866, 79.34995, 0.0),
        (-90.0, 77.5, 0.0, 342.5),
        (90.0, 0.0, 0.0, 0.0),
        (-90.0, 76.0, 0.0, 97.0),
    ]
    q = random_postures(folder)
    ours = our_poses(folder, ["link6"], q, "link_base")["link6"]
    theirs = np.tile(np.eye(4), (POSES, 1, 1))
    for i, (alpha, a, offset, d) in enumerate(table):
        before = np.eye(4)
        before[:3, :3] = Rotation.from_euler("x", alpha, degrees=True).as_matrix()
        before[0, 3] = a / 1000
        after = np.tile(np.eye(4), (POSES, 1, 1))
        after[:, :3, :3] = Rotation.from_euler("z", (q[:, i] + np.radians(offset))[:, None]).as_matrix()
        after[:, 2, 3] = d / 1000
        theirs = theirs @ before @ after
    position, turned = worst(ours, theirs)
    assert position <= 1e-4
    assert turned <= 1e-4


def test_both_robots_carry_the_same_hand(project: Path) -> None:
    def hand_of(robot: str) -> str:
        root = ET.parse(project / "specs/hardware" / robot / "robot.xml").getroot()
        hand = next(body for body in root.iter("body") if body.get("name") == "hand")
        return "\n".join(line.strip() for line in ET.tostring(hand, encoding="unicode").splitlines())

    assert hand_of("kinova_gen3_leap") == hand_of("xarm6_leap")
