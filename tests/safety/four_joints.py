"""A contract of four joints, two of an arm and two of a hand, for tests of the safety filter."""

from typing import Any

import numpy as np

from skillc.runtime.formats.collision_model import Capsule, CollisionModel, Link
from skillc.runtime.formats.contract import Contract, JointContract, SafetyLimits

N, DT = 4, 1 / 60


def contract() -> Contract:
    joints = tuple(
        JointContract(
            name=f"j{i}",
            group="arm" if i < 2 else "hand",
            lower=-2,
            upper=2,
            speed=1,
            acceleration=5,
            jerk=100,
            effort=10,
            kp=1,
            kv=1,
            home=0,
        )
        for i in range(N)
    )
    safety = SafetyLimits(
        contact_force_n=20,
        tracking_error_rad=np.deg2rad(2.5),
        tracking_error_s=0.1,
        start_error_rad=0.05,
        feedback_age_ticks=2,
        feedback_stop_s=0.1,
        frame_age_periods=2,
        policy_stop_s=0.5,
        clamp_share=0.05,
        object_jump_m=0.05,
        overruns_per_s=3,
    )
    return Contract(
        skill="test",
        robot="four_joints",
        joints=joints,
        hand_groups=("hand",),
        base="fixed",
        control_rate_hz=60,
        policy_rate_hz=12,
        timestep_s=1 / 240,
        observation=(),
        action=(),
        T_table_robot=np.eye(4),
        placement="given",
        T_camera_table=np.eye(4),
        camera_matrix=np.eye(3),
        image_size=(640, 480),
        manipulated="cube",
        target=None,
        objects=("cube",),
        safety=safety,
        body=body(),
    )


def body(*capsules: Capsule, **more: object) -> CollisionModel:
    """Return a planar arm: each joint turns about y at the end of a link of 0.3 m along x, 0.5 m above the table."""
    links = [Link(name="base", parent=-1, T_parent_link=np.eye(4), joint=-1, axis=(0, 1, 0), anchor=(0, 0, 0))]
    for k in range(N):
        T = np.eye(4)
        T[0, 3] = 0.3 if k else 0.0
        links.append(Link(name=f"link{k}", parent=k, T_parent_link=T, joint=k, axis=(0, 1, 0), anchor=(0, 0, 0)))
    T_root = np.eye(4)
    T_root[2, 3] = 0.5
    as_arrays = {
        "pairs": np.int64, "pair_halt_m": float, "table_capsules": np.int64, "table_halt_m": float, "box_halt_m": float,
    }  # fmt: skip
    given = {
        "joint_names": tuple(f"j{i}" for i in range(N)), "T_table_root": T_root, "links": tuple(links),
        "capsules": capsules, "pairs": (), "pair_halt_m": (), "table_capsules": (), "table_halt_m": (), "boxes": (),
        "box_halt_m": (), "keep_m": 0.02, "slack_m": 0.005, "slow_m": 0.01, "keep_singular": 0.02, "arm_joints": (),
        "hand_link": 0, "singular_slow": 1.0, "singular_halt": 0.0,
    }  # fmt: skip
    values: dict[str, Any] = {**given, **more}
    values |= {name: np.array(values[name], dtype=kind) for name, kind in as_arrays.items()}
    moving, pairs = len(values["table_capsules"]), len(values["pairs"])
    boxes = (len(values["boxes"]), moving)
    shapes = {"pairs": (pairs, 2), "pair_halt_m": pairs, "table_halt_m": moving, "box_halt_m": boxes}
    values |= {name: values[name].reshape(shape) if values[name].size else np.zeros(shape, values[name].dtype)
               for name, shape in shapes.items()}  # fmt: skip
    return CollisionModel(**values)
