"""Stage `contract`: what training and deployment must agree on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from skillc.compiler.emit.contract_rules import AskedContract, AskedPolicy, ContractError, Rates, check_contract
from skillc.compiler.emit.joint_limits import hand_groups, kept_limits, lowered_joints, lowered_safety
from skillc.compiler.emit.place import place
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.joint_groups import ALL
from skillc.runtime.formats.records import from_json

if TYPE_CHECKING:
    from skillc.runtime.formats.collision_model import CollisionModel
    from skillc.runtime.formats.contract import JointContract
    from skillc.runtime.formats.reference import Reference
    from skillc.runtime.formats.twin import Twin


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    hardware, own = spec.section("hardware"), spec.section("method.stages.contract")
    policy, rates = spec.section("policies.residual"), spec.section("deploy.rates")
    group_of = {joint: group["name"] for group in hardware["groups"] for joint in group["joints"]}
    joints = [{**joint, "group": group_of[joint["name"]]} for joint in hardware["joints"]]
    names = {group: [joint["name"] for joint in joints if joint["group"] == group] for group in group_of.values()}
    return {
        "skill": spec.at("skill"),
        "robot": {
            "name": str(hardware["name"]),
            "base": hardware["base"],
            "joints": joints,
            "hand_groups": list(hand_groups(hardware)),
        },
        "groups": {ALL: [joint["name"] for joint in joints], **names},
        "limits": kept_limits(spec),
        "rates": {
            "control_hz": rates.get("control", spec.at("method.simulation.control_rate_hz")),
            "policy_hz": rates.get("policy", policy.get("rate", rates.get("control"))),
            "timestep_s": spec.at("method.simulation.timestep_s"),
        },
        "policy": {
            "observe": [_observing(entry) for entry in policy.get("observe", ())],
            "act": {
                group: {"kind": act["kind"], "limit": act.get("limit"), "smoothing": act.get("smoothing", 0.0)}
                for group, act in policy.get("act", {}).items()
            },
            "base": policy.get("base", "reference"),
        },
        "safety": _safety(own["safety"]),
        "normalization": taken(own["normalization"], "clip", length_m="length", angle_rad="angle"),
        "collision": taken(own["collision"], "keep_singular", keep_m="keep", slack_m="slack", slow_m="slow"),
        "physics": spec.section("method.simulation"),
        "origins": {"observe": place(spec, "policies.residual.observe"), "act": place(spec, "policies.residual.act")},
    }


def _observing(entry: JSON) -> dict[str, JSON]:
    settings = entry if isinstance(entry, Mapping) else {"term": entry}
    further = [key for key in settings if key not in ("term", "group")]
    return {"term": settings["term"], "group": settings.get("group", ALL), "further": further}


def _safety(own: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return `SafetyLimits`."""
    return taken(
        own,
        *("feedback_age_ticks", "frame_age_periods", "clamp_share"),
        contact_force_n="contact_force",
        tracking_error_rad="tracking_error",
        tracking_error_s="tracking_error_time",
        start_error_rad="start_error",
        feedback_stop_s="feedback_stop",
        policy_stop_s="policy_stop",
        object_jump_m="object_jump",
        overruns_per_s="overruns_per_second",
    )


def _asked(read: Callable[[str, Any], Any]) -> AskedContract:
    return AskedContract(
        limits=read("limits", dict[str, float]),
        groups=read("groups", dict[str, tuple[str, ...]]),
        policy=read("policy", AskedPolicy),
        rates=read("rates", Rates),
    )


def _refuse(parameters: Mapping[str, JSON]) -> None:
    try:
        check_contract(_asked(lambda section, kind: from_json(kind, parameters[section], section)))
    except ContractError as error:
        raise StageError("SK610", error.message, path=error.path) from error


def _run(context: StageContext) -> None:
    from skillc.compiler.emit.contract import Agreed, CommandedRobot, Normalization, compile_contract
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.contract import SafetyLimits
    from skillc.runtime.formats.placement import Placement
    from skillc.runtime.formats.reference import Reference
    from skillc.runtime.formats.twin import Twin

    twin, reference = context.made.load(Twin), context.made.load(Reference)
    asked = _asked(context.read)
    robot = context.read("robot", CommandedRobot)
    joints = lowered_joints(robot.joints, robot.hand_groups, asked.limits)
    agreed = Agreed(
        skill=context.read("skill", str),
        robot=replace(robot, joints=joints),
        safety=lowered_safety(context.read("safety", SafetyLimits), asked.limits),
        normalization=context.read("normalization", Normalization),
        origins=context.read("origins", dict[str, str]),
    )
    try:
        contract = compile_contract(
            asked,
            agreed,
            placement=context.made.load(Placement).placement,
            calibration=context.made.load(Calibration),
            twin=twin,
            reference=reference,
            body=_body(context, joints, asked.rates.control_hz, twin, reference),
        )
    except ContractError as error:
        raise StageError("SK610", error.message, path=error.path) from error
    contract.save(context.out / "contract.json")


def _body(
    context: StageContext, joints: tuple[JointContract, ...], control_hz: float, twin: Twin, reference: Reference
) -> CollisionModel:
    """Return what the safety filter keeps the robot away from."""
    from skillc.compiler.emit.collision import CollisionSettings, compile_collision
    from skillc.runtime.formats.physics import PhysicsSettings
    from skillc.runtime.formats.robot_profile import RobotProfile
    from skillc.runtime.robot.capsules import TooManyCapsules

    try:
        return compile_collision(
            profile=context.made.load(RobotProfile),
            robot_folder=context.made.path("robot"),
            twin=twin,
            twin_folder=context.made.path("twin"),
            physics=context.read("physics", PhysicsSettings),
            joints=joints,
            control_rate_hz=control_hz,
            reference=reference,
            settings=context.read("collision", CollisionSettings),
        )
    except TooManyCapsules as error:
        hint = "give fewer bodies of the model collision geometry"
        raise StageError("SK630", str(error), hint, "hardware") from error


STAGE = Stage(
    name="contract",
    needs=("calibration", "twin", "robot", "placement", "reference"),
    makes=("contract.json",),
    code=("skillc.compiler.stages.deploy.contract",),
    parameters=_parameters,
    run=_run,
    refuse=_refuse,
)
