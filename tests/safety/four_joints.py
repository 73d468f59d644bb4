"""A contract of four joints, two of an arm and two of a hand, for tests of the safety filter."""

import numpy as np

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
    )
