import mujoco
import numpy as np

from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.surface import object_surface
from skillc.runtime.motion.kinematics.hand_model import HandModel
from skillc.runtime.motion.push.contact import PushParameters, contact_point, refine_push

PARAMETERS = PushParameters(
    look_ahead_s=1.0, flip_score=0.0, axis_radius=0.3, alignment=0.9, far_percentile=80, height=0.6, standoff_m=0.001
)
BOX = """<mujoco><worldbody><body><freejoint/><inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/>
<geom type="box" size="0.05 0.1 0.06" pos="0 0 0.06"/></body></worldbody></mujoco>"""


def test_shortest_turn_maps_one_vector_to_the_other() -> None:
    rng = np.random.default_rng(0)
    for pair in rng.normal(size=(20, 2, 3)):
        a, b = pair / np.linalg.norm(pair, axis=1, keepdims=True)
        R = se3.shortest_turn(a, b)
        assert np.allclose(R @ a, b) and np.isclose(np.linalg.det(R), 1)
    level = np.array([0.6, 0.8, 0.0])
    assert np.allclose(se3.shortest_turn(level, -level) @ level, -level), "opposite level vectors turn about z"


def test_the_contact_lies_on_the_searched_side_at_the_wanted_height() -> None:
    surface = object_surface(mujoco.MjModel.from_xml_string(BOX), [0], count=4000, rng=np.random.default_rng(0))
    point = contact_point(surface, np.array([1.0, 0, 0]), PARAMETERS)
    assert np.isclose(point[0], 0.05, atol=1e-3)
    assert abs(point[1]) < 0.01 and np.isclose(point[2], 0.4 * 0.12, atol=0.01)


def test_the_fingertip_faces_the_motion_behind_the_object(robot_model: mujoco.MjModel, profile: RobotProfile) -> None:
    hand = HandModel.from_model(robot_model, profile)
    surface = object_surface(mujoco.MjModel.from_xml_string(BOX), [0], count=4000, rng=np.random.default_rng(0))
    T_table_object = se3.from_parts(np.eye(3), np.array([0.3, 0.2, 0.0]))
    T_hand = se3.from_parts(np.array([[-1.0, 0, 0], [0, 0, 1.0], [0, 1.0, 0]]), np.array([0.4, 0.1, 0.1]))
    q, finger = np.zeros(16), hand.finger_names.index("middle")
    contact = refine_push(
        hand, surface, T_table_object=T_table_object, T_table_hand=T_hand, q_hand=q, aligned=1.0,
        direction_table=np.array([-1.0, 0, 0]), finger=finger, along=False, parameters=PARAMETERS,
    )  # fmt: skip
    centres, pads = hand.tips(q[None])
    tip = se3.apply(contact.T_object_hand, centres[0, finger][None])[0]
    pad = contact.T_object_hand[:3, :3] @ pads[0, finger] * (-1 if contact.flipped else 1)
    assert np.allclose(pad, [-1, 0, 0], atol=1e-9)
    assert np.isclose(tip[0], 0.05 + 0.001 + hand.tip_radius[finger], atol=1e-3)
