"""Compile the contract: everything training and deployment must agree on, from profile, spec and measurements."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from skillc.compiler.emit.joint_limits import hand_groups, joint_contracts
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.units import si_unit
from skillc.runtime.env.layout import Layout
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.contract import ActionTerm, Contract, JointContract, ObservationTerm, SafetyLimits
from skillc.runtime.formats.extension import ExtensionError
from skillc.runtime.formats.joint_groups import ALL
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.twin import Twin
from skillc.runtime.terms import catalog
from skillc.runtime.terms.observation import JOINTS

KEPT_LIMITS = {"contact_force", "joint_speed", "joint_acceleration", "joint_jerk"}
"""Limits of `deploy.limits` that reach the contract; any other would be a promise nobody keeps."""


class ContractError(ValueError):
    """Training and deployment cannot agree; `path` is the spec path to blame."""

    def __init__(self, message: str, path: str) -> None:
        """Keep what does not fit and where it was written."""
        super().__init__(message)
        self.message, self.path = message, path


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Ticks of the skill."""

    control_hz: float
    policy_hz: float
    timestep_s: float


def check_parameters(parameters: Mapping[str, JSON]) -> tuple[tuple[JointContract, ...], Rates]:
    """Return the joints and rates that the spec alone decides.

    Raises:
        ContractError: a limit nobody keeps, rates that do not divide each other, an observation that is unknown, or
            an action of joints that the robot has not, or without a limit.
    """
    for limit in sorted(set(parameters["limits"]) - KEPT_LIMITS):
        raise ContractError(f"the safety filter keeps no limit {limit!r}", f"deploy.limits.{limit}")
    joints = joint_contracts(parameters["hardware"], parameters["limits"])
    _observation(parameters["policy"], joints, parameters)
    _action(parameters["policy"], joints, parameters)
    return joints, _rates(parameters)


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
    joints, rates = check_parameters(parameters)
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
        action=_action(policy, joints, parameters),
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


def _rates(parameters: Mapping[str, JSON]) -> Rates:
    control, policy = float(parameters["control_hz"]), float(parameters["policy_hz"])
    timestep = float(parameters["timestep_s"])
    for slow, fast, path in (
        (policy, control, "deploy.rates.policy"),
        (control, 1.0 / timestep, "deploy.rates.control"),
    ):
        if abs(fast / slow - round(fast / slow)) > 1e-6 or round(fast / slow) < 1:
            raise ContractError(f"{slow:g} Hz does not divide {fast:g} Hz", path)
    return Rates(control_hz=control, policy_hz=policy, timestep_s=timestep)


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
        settings = entry if isinstance(entry, Mapping) else {"term": entry}
        name, group = settings["term"], settings.get("group", ALL)
        if not settings.keys() <= {"term", "group"}:
            raise ContractError(
                f"settings of the observation {name} but its group are not compiled yet", "policies.residual.observe"
            )
        try:
            kind = catalog.observation(name)
        except (catalog.UnknownTerm, ExtensionError) as error:
            raise ContractError(str(error), "policies.residual.observe") from error
        if kind.needs:
            message = f"the observation {name} is not implemented: it needs {kind.needs}"
            raise ContractError(message, "policies.residual.observe")
        at = [i for i, joint in enumerate(joints) if group in (joint.group, ALL)]
        if group != ALL and (kind.size != JOINTS or not at):
            told = f"the robot has no joint group {group!r}" if not at else f"{name} has no entries for joints"
            raise ContractError(told, "policies.residual.observe")
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


def _action(
    policy: Mapping[str, JSON], joints: tuple[JointContract, ...], parameters: Mapping[str, JSON]
) -> tuple[ActionTerm, ...]:
    terms: list[ActionTerm] = []
    start = 0
    for group, act in policy.get("act", {}).items():
        names = tuple(joint.name for joint in joints if group in (joint.group, ALL))
        if not names:
            raise ContractError(f"the robot has no joint group {group!r}", f"policies.residual.act.{group}")
        if "limit" not in act:
            told = f"an action of the kind {act['kind']} is not compiled without a limit"
            raise ContractError(told, f"policies.residual.act.{group}")
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
