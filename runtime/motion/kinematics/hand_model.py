"""The robot hand alone: finger kinematics in the hand frame, batched, read from the compiled model."""

from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.chain import Chain
from skillc.runtime.robot.chain import read_chain


@dataclass(frozen=True, kw_only=True)
class HandModel:
    """Kinematics of the hand; F fingers, m joints in driver order."""

    chain: Chain
    """Root: the hand body; columns: the hand joints."""
    finger_names: tuple[str, ...]
    """(F,) thumb first."""
    tip_body: IntArray
    """(F,) chain body of each fingertip."""
    tip_offset_m: FloatArray
    """(F, 3) centre of the fingertip's round end, in the tip body."""
    pad_normal: FloatArray
    """(F, 3) outward pad normal in the tip body."""
    tip_radius: FloatArray
    """(F,) m."""
    columns: tuple[IntArray, ...]
    """(F) columns of q that belong to each finger."""
    lower: FloatArray
    """(m,) rad."""
    upper: FloatArray
    """(m,) rad."""
    open_posture: FloatArray
    """(m,) rad."""
    kp: FloatArray
    """(m,) Nm/rad."""
    effort: FloatArray
    """(m,) Nm."""
    hold_torque: FloatArray
    """(m,) Nm, what each motor holds without end; its effort where the profile says nothing about it."""
    T_hand_palm: FloatArray
    """(4, 4); z out of the palm."""
    T_hand_wrist: FloatArray
    """(4, 4); x from wrist to middle knuckle, z out of the palm."""

    @classmethod
    def from_model(cls, model: mujoco.MjModel, profile: RobotProfile) -> "HandModel":
        """Read the hand from any compiled model that holds the robot."""
        own = profile.manipulator
        chain = read_chain(model, root=own.hand_body, joints=own.hand_joints)
        bodies, offsets, normals = [], [], []
        for finger in own.fingers:
            site = model.site(finger.tip_site)
            bodies.append(chain.body(model.body(int(model.site_bodyid[site.id])).name))
            T_body_site = se3.from_quat_wxyz(site.quat, site.pos)
            offsets.append(T_body_site[:3, 3])
            normals.append(T_body_site[:3, :3] @ np.asarray(finger.pad_normal))
        found = [profile.joint(name) for name in own.hand_joints]
        return cls(
            chain=chain,
            finger_names=tuple(f.name for f in own.fingers),
            tip_body=np.array(bodies),
            tip_offset_m=np.array(offsets),
            pad_normal=np.array(normals),
            tip_radius=np.array([f.tip_radius for f in own.fingers]),
            columns=tuple(np.array([own.hand_joints.index(j) for j in f.joints]) for f in own.fingers),
            lower=np.array([j.lower for j in found]),
            upper=np.array([j.upper for j in found]),
            open_posture=np.array([j.home for j in found]),
            kp=np.array([j.kp for j in found]),
            effort=np.array([j.effort for j in found]),
            hold_torque=np.array([profile.continuous_torque(name) for name in own.hand_joints]),
            T_hand_palm=_site(model, profile, own.palm_site),
            T_hand_wrist=_site(model, profile, own.wrist_site),
        )

    def tips(self, q: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return tip centres (N, F, 3) m and pad normals (N, F, 3) in the hand frame for q (N, m)."""
        R, p = self.chain.forward(q, np.eye(4))
        R_tip = R[:, self.tip_body]
        centres = p[:, self.tip_body] + np.einsum("nfij,fj->nfi", R_tip, self.tip_offset_m)
        return centres, np.einsum("nfij,fj->nfi", R_tip, self.pad_normal)

    def tip_motion(self, q: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return tip centres (N, F, 3), pad normals (N, F, 3) and both Jacobians (N, F, 3, m), hand frame."""
        R, p = self.chain.forward(q, np.eye(4))
        R_tip = R[:, self.tip_body]
        centres = p[:, self.tip_body] + np.einsum("nfij,fj->nfi", R_tip, self.tip_offset_m)
        normals = np.einsum("nfij,fj->nfi", R_tip, self.pad_normal)
        pairs = [self.chain.jacobian(R, p, int(body), centres[:, f]) for f, body in enumerate(self.tip_body)]
        return centres, normals, np.stack([a for a, _ in pairs], axis=1), np.stack([b for _, b in pairs], axis=1)


def _site(model: mujoco.MjModel, profile: RobotProfile, name: str) -> FloatArray:
    """Pose of a site fixed to the hand body, in the hand frame."""
    site = model.site(name)
    if model.body(int(model.site_bodyid[site.id])).name != profile.manipulator.hand_body:
        raise ValueError(f"site {name!r} must belong to the hand body {profile.manipulator.hand_body!r}")
    return se3.from_quat_wxyz(site.quat, site.pos)
