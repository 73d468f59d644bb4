"""Compile the contract: everything training and deployment must agree on, from profile, spec and measurements."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from skillc.compiler.emit.contract_rules import ContractError, action_joints, check_parameters, observed
from skillc.compiler.emit.joint_limits import hand_groups, joint_contracts
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.units import si_unit
from skillc.runtime.env.layout import Layout
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.contract import ActionTerm, Contract, JointContract, ObservationTerm, SafetyLimits
from skillc.runtime.formats.joint_groups import ALL
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.twin import Twin
from skillc.runtime.terms.observation import JOINTS


def compile_contract(
    *,
    skill: str,
    parameters: Mapping[str, JSON],
    placement: Literal["auto", "given"],
    calibration: Calibration,
    twin: Twin,
    reference: Reference,
) -> Contract:
    """Return the contract.

    Raises:
        ContractError: as `check_parameters`, or the reference has other joints.
    """
    rates = check_parameters(parameters)
    joints = joint_contracts(parameters["hardware"], parameters["limits"])
    names = tuple(j.name for j in joints)
    if names != reference.joint_names:
        raise ContractError("the reference motion has another joint order than the robot profile", "hardware")
    policy: Mapping[str, JSON] = parameters["policy"]
    manipulated, target = twin.manipulated, twin.target
    return Contract(
        skill=skill,
        robot=str(parameters["hardware"]["name"]),
        joints=joints,
        hand_groups=hand_groups(parameters["hardware"]),
        base=parameters["hardware"]["base"],
        control_rate_hz=rates.control_hz,
        policy_rate_hz=rates.policy_hz,
        timestep_s=rates.timestep_s,
        observation=_observation(policy, joints, parameters),
        action=_action(policy, parameters),
        T_table_robot=np.asarray(reference.T_table_robot),
        placement=placement,
        T_camera_table=np.asarray(calibration.T_camera_table),
        camera_matrix=calibration.camera.K,
        image_size=(calibration.camera.width, calibration.camera.height),
        manipulated=manipulated.name,
        target=target.name if target is not None else None,
        objects=tuple(o.name for o in twin.objects),
        safety=_safety(parameters),
    )


def _observation(
    policy: Mapping[str, JSON], joints: tuple[JointContract, ...], parameters: Mapping[str, JSON]
) -> tuple[ObservationTerm, ...]:
    layout = Layout(
        lower=np.array([j.lower for j in joints]),
        upper=np.array([j.upper for j in joints]),
        length_m=float(parameters["normalization"]["length"]),
        angle_rad=float(parameters["normalization"]["angle"]),
    )
    terms: list[ObservationTerm] = []
    start = 0
    for entry in policy.get("observe", ()):
        name, kind, group = observed(entry, parameters["hardware"])
        at = [i for i, joint in enumerate(joints) if group in (joint.group, ALL)]
        offset, scale = layout.normalization(kind)
        if kind.size == JOINTS:
            offset, scale = offset[at], scale[at]
        terms.append(
            ObservationTerm(
                name=name,
                joints=tuple(joints[i].name for i in at) if kind.size == JOINTS else (),
                start=start,
                size=len(offset),
                offset=tuple(offset.tolist()),
                scale=tuple(scale.tolist()),
                clip=float(parameters["normalization"]["clip"]),
                unit=si_unit(kind.dimension),
                frame=kind.frame,
                delay_ticks=0,
                filter_hz=None,
                history=1,
                origin=parameters["origins"]["observe"],
            )
        )
        start += len(offset)
    return tuple(terms)


def _action(policy: Mapping[str, JSON], parameters: Mapping[str, JSON]) -> tuple[ActionTerm, ...]:
    terms: list[ActionTerm] = []
    start = 0
    for group, act in policy.get("act", {}).items():
        names = action_joints(group, parameters["hardware"])
        terms.append(
            ActionTerm(
                joints=names,
                start=start,
                kind=act["kind"],
                scale_rad=float(act["limit"]),
                origin=parameters["origins"]["act"],
            )
        )
        start += len(names)
    return tuple(terms)


def _safety(parameters: Mapping[str, JSON]) -> SafetyLimits:
    safety: Mapping[str, JSON] = parameters["safety"]
    return SafetyLimits(
        contact_force_n=float(parameters["limits"].get("contact_force", safety["contact_force"])),
        limit_margin_rad=float(safety["limit_margin"]),
        tracking_error_rad=float(safety["tracking_error"]),
        tracking_error_s=float(safety["tracking_error_time"]),
        start_error_rad=float(safety["start_error"]),
        feedback_age_ticks=int(safety["feedback_age_ticks"]),
        feedback_stop_s=float(safety["feedback_stop"]),
        frame_age_periods=float(safety["frame_age_periods"]),
        policy_stop_s=float(safety["policy_stop"]),
        clamp_share=float(safety["clamp_share"]),
        object_jump_m=float(safety["object_jump"]),
        overruns_per_s=int(safety["overruns_per_second"]),
    )
