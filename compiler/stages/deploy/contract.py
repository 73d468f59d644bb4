"""Stage `contract`: what training and deployment must agree on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from skillc.compiler.emit.joint_limits import contact_force, hand_groups, joint_contracts
from skillc.compiler.emit.place import place
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.joint_groups import ALL

if TYPE_CHECKING:
    from skillc.runtime.formats.collision_model import CollisionModel
    from skillc.runtime.formats.contract import JointContract

BASE = "policies.residual.base"


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    hardware, own = spec.section("hardware"), spec.section("method.stages.contract")
    return {
        "asked": _asked(spec, hardware),
        "agreed": {
            "skill": spec.at("skill"),
            "robot": str(hardware["name"]),
            "base": hardware["base"],
            "joints": joint_contracts(spec),
            "hand_groups": list(hand_groups(hardware)),
            "safety": _safety(spec, own["safety"]),
            "normalization": taken(own["normalization"], "clip", length_m="length", angle_rad="angle"),
            "observe_origin": place(spec, "policies.residual.observe"),
            "act_origin": place(spec, "policies.residual.act"),
        },
        "collision": taken(own["collision"], "keep_singular", keep_m="keep", slack_m="slack", slow_m="slow"),
        "physics": spec.section("method.simulation"),
        "plays_over": spec.section("policies.residual").get("base", "reference"),
    }


def _asked(spec: ResolvedSpec, hardware: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return an `AskedContract`."""
    policy, rates = spec.section("policies.residual"), spec.section("deploy.rates")
    names = [joint["name"] for joint in hardware["joints"]]
    groups = {group["name"]: [name for name in names if name in group["joints"]] for group in hardware["groups"]}
    return {
        "limits": list(spec.section("deploy.limits")),
        "groups": {ALL: names, **groups},
        "observe": [_observing(entry) for entry in policy.get("observe", ())],
        "act": {
            group: {"kind": act["kind"], "limit": act.get("limit")} for group, act in policy.get("act", {}).items()
        },
        "control_hz": rates.get("control", spec.at("method.simulation.control_rate_hz")),
        "policy_hz": rates.get("policy", policy.get("rate", rates.get("control"))),
        "timestep_s": spec.at("method.simulation.timestep_s"),
    }


def _observing(entry: JSON) -> dict[str, JSON]:
    settings = entry if isinstance(entry, Mapping) else {"term": entry}
    further = [key for key in settings if key not in ("term", "group")]
    return {"term": settings["term"], "group": settings.get("group", ALL), "further": further}


def _safety(spec: ResolvedSpec, own: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return `SafetyLimits`."""
    return {
        **taken(
            own,
            *("feedback_age_ticks", "frame_age_periods", "clamp_share"),
            tracking_error_rad="tracking_error",
            tracking_error_s="tracking_error_time",
            start_error_rad="start_error",
            feedback_stop_s="feedback_stop",
            policy_stop_s="policy_stop",
            object_jump_m="object_jump",
            overruns_per_s="overruns_per_second",
        ),
        "contact_force_n": contact_force(spec, own["contact_force"]),
    }


def _refuse(parameters: Mapping[str, JSON]) -> None:
    from skillc.compiler.emit.contract_rules import AskedContract, ContractError, check_contract
    from skillc.runtime.formats.records import from_json

    try:
        check_contract(from_json(AskedContract, parameters["asked"], "asked"))
    except ContractError as error:
        raise StageError("SK610", error.message, path=error.path) from error


def _run(context: StageContext) -> None:
    from skillc.compiler.emit.contract import Agreed, compile_contract
    from skillc.compiler.emit.contract_rules import AskedContract, ContractError
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.placement import Placement
    from skillc.runtime.formats.reference import Reference
    from skillc.runtime.formats.twin import Twin

    asked, agreed = context.read("asked", AskedContract), context.read("agreed", Agreed)
    try:
        contract = compile_contract(
            asked,
            agreed,
            placement=context.made.load(Placement).placement,
            calibration=context.made.load(Calibration),
            twin=context.made.load(Twin),
            reference=context.made.load(Reference),
            body=_body(context, agreed.joints, asked.control_hz),
        )
    except ContractError as error:
        raise StageError("SK610", error.message, path=error.path) from error
    if context.read("plays_over", str) == "retargeted":
        context.warn("SK610", "environments play the refined reference, not the retargeted motion", BASE)
    contract.save(context.out / "contract.json")


def _body(context: StageContext, joints: tuple[JointContract, ...], control_hz: float) -> CollisionModel:
    """Return what the safety filter keeps the robot away from."""
    from skillc.compiler.emit.collision import CollisionSettings, compile_collision
    from skillc.runtime.formats.physics import PhysicsSettings
    from skillc.runtime.formats.reference import Reference
    from skillc.runtime.formats.robot_profile import RobotProfile
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.robot.capsules import TooManyCapsules

    try:
        return compile_collision(
            profile=context.made.load(RobotProfile),
            robot_folder=context.made.path("robot"),
            twin=context.made.load(Twin),
            twin_folder=context.made.path("twin"),
            physics=context.read("physics", PhysicsSettings),
            joints=joints,
            control_rate_hz=control_hz,
            reference=context.made.load(Reference),
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
