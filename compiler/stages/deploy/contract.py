"""Stage `contract`: what training and deployment must agree on."""

from collections.abc import Mapping

from skillc.compiler.emit.place import place
from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

BASE = "policies.residual.base"


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    from skillc.compiler.emit.joint_limits import parameters as joint_parameters

    own = spec.section("method.stages.contract")
    policy = spec.section("policies.residual")
    rates = spec.section("deploy.rates")
    return {
        **joint_parameters(spec),
        "skill": spec.at("skill"),
        "control_hz": rates.get("control", spec.at("method.simulation.control_rate_hz")),
        "policy_hz": rates.get("policy", policy.get("rate", rates.get("control"))),
        "timestep_s": spec.at("method.simulation.timestep_s"),
        "policy": policy,
        "safety": own["safety"],
        "normalization": own["normalization"],
        "origins": {"observe": place(spec, "policies.residual.observe"), "act": place(spec, "policies.residual.act")},
    }


def _refuse(parameters: Mapping[str, JSON]) -> None:
    from skillc.compiler.emit.contract_rules import ContractError, check_parameters

    try:
        check_parameters(parameters)
    except ContractError as error:
        raise StageError("SK610", error.message, path=error.path) from error


def _run(context: StageContext) -> None:
    from skillc.compiler.emit.contract import compile_contract
    from skillc.compiler.emit.contract_rules import ContractError
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.placement import Placement
    from skillc.runtime.formats.reference import Reference
    from skillc.runtime.formats.twin import Twin

    try:
        contract = compile_contract(
            skill=context.parameters["skill"],
            parameters=context.parameters,
            placement=context.made.load(Placement).placement,
            calibration=context.made.load(Calibration),
            twin=context.made.load(Twin),
            reference=context.made.load(Reference),
        )
    except ContractError as error:
        raise StageError("SK610", error.message, path=error.path) from error
    base = context.parameters["policy"].get("base", "reference")
    if base == "retargeted":
        context.warn("SK610", "environments play the refined reference, not the retargeted motion", BASE)
    contract.save(context.out / "contract.json")


STAGE = Stage(
    name="contract",
    needs=("calibration", "twin", "placement", "reference"),
    makes=("contract.json",),
    code=("skillc.compiler.stages.deploy.contract",),
    parameters=_parameters,
    run=_run,
    refuse=_refuse,
)
