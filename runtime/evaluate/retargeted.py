"""The retargeted motion before refinement as a reference, to be replayed beside the refined one."""

import numpy as np
from scipy.interpolate import CubicSpline

from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.reference import PHASES, Reference


def as_reference(skill: Skill) -> Reference:
    """Return the raw retargeted motion at the control rate, slowed down as a whole until it keeps the speed limits.

    Phases follow the demonstrated keyframes; the motion itself is not touched (the paper's "retargeted replay").
    """
    raw, keys, rate = skill.retargeted, skill.keyframes, skill.contract.control_rate_hz
    order = [raw.joint_names.index(name) for name in skill.contract.joint_names]
    limits = np.array([j.speed for j in skill.contract.joints])
    q, t = raw.qpos[:, order], raw.time_s - raw.time_s[0]
    slow = max(1.0, float(np.max(np.abs(np.diff(q, axis=0)) / np.diff(t)[:, None] / limits)))
    time_s = np.arange(0.0, t[-1] * slow, 1.0 / rate)
    frame = np.clip(np.searchsorted(t * slow, time_s, side="right") - 1, 0, len(t) - 1)
    qpos = CubicSpline(t * slow, q)(time_s)
    release = keys.release if keys.release is not None else len(t)
    phase = np.full(len(time_s), PHASES.index("approach"))
    phase[frame >= keys.contact] = PHASES.index("track")
    phase[frame >= release] = PHASES.index("release")
    nowhere = np.full((len(PHASES), 4, 4), np.nan)
    poses = skill.object_motion.T_table_object
    return Reference(
        time_s=time_s,
        qpos=qpos,
        joint_names=skill.contract.joint_names,
        phase=phase,
        T_table_robot=raw.T_table_robot,
        anchor_index=np.zeros(0, dtype=np.int64),
        anchor_name=(),
        anchor_T_table_hand=np.zeros((0, 4, 4)),
        T_manip_hand=nowhere,
        T_target_hand=nowhere,
        T_table_manip=poses[np.clip(frame, 0, len(poses) - 1)],
    )
