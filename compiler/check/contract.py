"""The contract pass: what a policy is trained with is what it gets when it runs.

Rates divide, a policy runs at the rate it was trained at, and what it observes exists at deployment.
"""

from collections.abc import Iterator, Mapping

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.parse_quantity import format_si
from skillc.compiler.source.tree import Path, Scalar
from skillc.compiler.validate.nearest import listed
from skillc.compiler.validate.schema import schema
from skillc.runtime.terms.observations import OBSERVATIONS

DEFAULT_CONTROL_HZ = 60.0
"""A.3.2: the simulation and its command stream run at 60 Hz."""
_DIVIDES = 1e-6
"""How far a ratio of rates may be from a whole number; rates are written with a few digits."""


def check_contract(placed: Placed) -> list[Diagnostic]:
    """Check rates and observations of all policies."""
    policies = {k: v for k, v in placed.resolved.section("policies").items() if isinstance(v, Mapping)}
    return [
        *_rates(placed, policies),
        *_observations(placed, policies),
    ]


def _rates(placed: Placed, policies: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    written = placed.number("deploy.rates.control")
    control = written if written is not None else DEFAULT_CONTROL_HZ
    deployed = placed.number("deploy.rates.policy")
    rates: dict[Path, float] = {("policies", name, "rate"): p["rate"] for name, p in policies.items() if _is_rate(p)}
    if deployed is not None:
        rates = {("deploy", "rates", "policy"): deployed} | rates
    told: set[float] = set()
    for path, rate in rates.items():
        if rate in told or not rate > 0.0:
            continue
        told.add(rate)
        ratio = control / rate
        both: tuple[Path, ...] = (path, ("deploy", "rates", "control")) if written is not None else (path,)
        shown, base = format_si(rate, "frequency"), format_si(control, "frequency")
        if ratio < 1.0 - _DIVIDES:
            hint = f"lower the policy rate to {base} or less"
            yield placed.error(
                "SK602",
                *both,
                what=f"the policy runs at {shown}, above the control rate of {base}",
                detail="an action is held for whole control steps",
                hint=hint,
            )
        elif abs(ratio - round(ratio)) > _DIVIDES * ratio:
            near = [format_si(rate, "frequency") for rate in _dividing(control, rate)]
            yield placed.error(
                "SK601",
                *both,
                what=f"{shown} does not divide the control rate of {base}",
                detail="an action is held for whole control steps",
                hint=f"write {' or '.join(dict.fromkeys(near))}",
            )
    yield from _trained_rate(placed, policies, deployed)


def _dividing(control: float, rate: float) -> list[float]:
    """Return the rates next to `rate`, below and above, that divide the control rate and are short to write."""
    rates = [control / n for n in range(1, 1001) if abs(control / n * 100 - round(control / n * 100)) < 1e-9]
    below, above = [r for r in rates if r < rate], [r for r in rates if r > rate]
    return [*below[:1], *above[-1:]]


def _trained_rate(placed: Placed, policies: Mapping[str, JSON], deployed: float | None) -> Iterator[Diagnostic]:
    acting = [name for name, policy in policies.items() if _is_rate(policy) and not _is_teacher(name, policies)]
    if deployed is None or len(acting) != 1:
        return
    rate = policies[acting[0]]["rate"]
    control = placed.number("deploy.rates.control") or DEFAULT_CONTROL_HZ
    divides = deployed > 0.0 and abs(control / deployed - round(control / deployed)) <= _DIVIDES * control / deployed
    if divides and abs(rate - deployed) > _DIVIDES * rate:
        paths: list[Path] = [("deploy", "rates", "policy"), ("policies", acting[0], "rate")]
        if placed.tree.at(paths[1]) is not None:
            paths.reverse()  # what the spec changes about its method is blamed
        shown, base = format_si(deployed, "frequency"), format_si(rate, "frequency")
        yield placed.error(
            "SK603",
            *paths,
            what=f"`{acting[0]}` is trained at {base} and deployed at {shown}",
            detail="a policy runs at the rate it was trained at",
            hint=f"write `policy: {base}`, or change the rate of `{acting[0]}` under `policies:`",
        )


def _is_rate(policy: Mapping[str, JSON]) -> bool:
    return isinstance(policy.get("rate"), (int, float))


def _is_teacher(name: str, policies: Mapping[str, JSON]) -> bool:
    sources = [policy.get("from") for policy in policies.values()]
    return any(name in (s if isinstance(s, list) else [s]) for s in sources)


def _observations(placed: Placed, policies: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    cameras = placed.resolved.section("cameras")
    for name, policy in policies.items():
        terms = policy.get("observe")
        if not isinstance(terms, list) or _is_teacher(name, policies):
            continue
        for index, entry in enumerate(terms):
            term = entry.get("term") if isinstance(entry, Mapping) else entry
            path: Path = ("policies", name, "observe", index)
            if placed.tree.at(path) is None:
                path = path[:-1]
            known = OBSERVATIONS.get(str(term))
            if known is None:
                continue
            if not known.sensed:
                yield placed.error(
                    "SK604",
                    path,
                    what=f"`{name}` observes `{term}`, which only a simulation knows",
                    detail="what a policy observes must exist at deployment",
                    hint="observe something a sensor gives; in a draft, `privileged` is for what none does",
                )
            elif known.camera and not cameras and placed.written.at(("cameras",)) is None:
                yield placed.error(
                    "SK606",
                    path,
                    what=f"`{name}` observes `{term}`, but the spec has no camera",
                    detail="what a policy observes must exist at deployment",
                    hint="add `cameras:`",
                )


def check_faults(placed: Placed) -> list[Diagnostic]:
    """Check that every class of fault has a response, and that `else` is not written where nothing is left for it."""
    answers = placed.resolved.section("deploy.on_fault")
    classes = schema().raw["properties"]["deploy"]["properties"]["on_fault"]["properties"]
    path = ("deploy", "on_fault", "else")
    missing = [name for name in classes if name not in answers and name != "else"]
    if missing and "else" not in answers:
        return [
            placed.error(
                "SK707",
                path,
                what=f"without the default response {len(missing)} classes of fault have none",
                detail=f"without a response: {listed(missing, 6)}",
                hint="delete `else`; then it is `hold`",
            )
        ]
    if missing or not isinstance(placed.tree.at(path), Scalar):
        return []
    return [
        placed.error("SK209", path, what="`else` has no effect: every class of fault is named", hint="delete the key")
    ]
