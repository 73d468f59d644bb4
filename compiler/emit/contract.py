"""Compile the contract: everything training and deployment must agree on, from profile, spec and measurements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from skillc.compiler.emit.contract_rules import AskedContract, ContractError, check_contract, observation, policy_rate
from skillc.compiler.source.units import si_unit
from skillc.runtime.env.layout import Layout
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.collision_model import CollisionModel
from skillc.runtime.formats.contract import ActionTerm, Contract, JointContract, ObservationTerm, SafetyLimits
from skillc.runtime.formats.joint_groups import ALL, Base
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.twin import Twin
from skillc.runtime.terms.observation import JOINTS


@dataclass(frozen=True, kw_only=True)
class Normalization:
    """How observations are scaled."""

    length_m: float
    """Length that counts as one."""
    angle_rad: float
    """Angle that counts as one."""
    clip: float
    """Largest scaled value."""


@dataclass(frozen=True, kw_only=True)
class CommandedRobot:
    """The robot as it may be commanded."""

    name: str
    base: Base
    joints: tuple[JointContract, ...]
    """In driver order."""
    hand_groups: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """What the contract takes over from spec and profile."""

    skill: str
    robot: CommandedRobot
    safety: SafetyLimits
    normalization: Normalization
    origins: Mapping[str, str]
    """`observe` and `act` -> where they were written: file:line:column."""


def compile_contract(
    asked: AskedContract,
    agreed: Agreed,
    *,
    placement: Literal["auto", "given"],
    calibration: Calibration,
    twin: Twin,
    reference: Reference,
    body: CollisionModel,
) -> Contract:
    """Return the contract.

    Raises:
        ContractError: as `check_contract`, or the reference has other joints.
    """
    check_contract(asked)
    robot = agreed.robot
    if tuple(joint.name for joint in robot.joints) != reference.joint_names:
        raise ContractError("the reference motion has another joint order than the robot profile", "hardware")
    return Contract(
        skill=agreed.skill,
        robot=robot.name,
        joints=robot.joints,
        hand_groups=robot.hand_groups,
        base=robot.base,
        control_rate_hz=asked.rates.control_hz,
        policy_rate_hz=policy_rate(asked.rates),
        timestep_s=asked.rates.timestep_s,
        observation=tuple(_observation(asked, agreed)),
        action=tuple(_action(asked, agreed)),
        T_table_robot=np.asarray(reference.T_table_robot),
        placement=placement,
        T_camera_table=np.asarray(calibration.T_camera_table),
        camera_matrix=calibration.camera.K,
        image_size=(calibration.camera.width, calibration.camera.height),
        manipulated=twin.manipulated.name,
        target=twin.target.name if twin.target is not None else None,
        objects=tuple(o.name for o in twin.objects),
        safety=agreed.safety,
        body=body,
    )


def _observation(asked: AskedContract, agreed: Agreed) -> Iterable[ObservationTerm]:
    """Yield the slices of the policy's observation."""
    joints = agreed.robot.joints
    layout = Layout(
        lower=np.array([j.lower for j in joints]),
        upper=np.array([j.upper for j in joints]),
        length_m=agreed.normalization.length_m,
        angle_rad=agreed.normalization.angle_rad,
    )
    start = 0
    for item in asked.policy.observe:
        kind = observation(item, asked.groups)
        at = [i for i, joint in enumerate(joints) if item.group in (joint.group, ALL)]
        offset, scale = layout.normalization(kind)
        if kind.size == JOINTS:
            offset, scale = offset[at], scale[at]
        yield ObservationTerm(
            name=item.term,
            joints=tuple(joints[i].name for i in at) if kind.size == JOINTS else (),
            start=start,
            size=len(offset),
            offset=tuple(offset.tolist()),
            scale=tuple(scale.tolist()),
            clip=agreed.normalization.clip,
            unit=si_unit(kind.dimension),
            frame=kind.frame,
            delay_ticks=0,
            filter_hz=None,
            history=1,
            origin=agreed.origins["observe"],
        )
        start += len(offset)


def _action(asked: AskedContract, agreed: Agreed) -> Iterable[ActionTerm]:
    """Yield the slices of the policy's action."""
    start = 0
    for group, act in asked.policy.act.items():
        names, limit = asked.groups[group], act.limit
        assert limit is not None  # As `check_contract` holds.
        yield ActionTerm(
            joints=names, start=start, kind=act.kind, scale_rad=limit, origin=agreed.origins["act"],
            smoothing=act.smoothing,
        )  # fmt: skip
        start += len(names)
