"""What a change does to safety: a limit that allows more, a fault that is answered less strongly."""

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from skillc.compiler.diff.meaning import Change
from skillc.compiler.emit.answers import responses
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.formats.machine import Response

Risk: TypeAlias = Literal["loosens a limit", "weakens a fault response", "needs retraining"]
"""What a reviewer must see at a change."""

_LIMITS = (
    r"deploy\.limits\.\w+",
    r"hardware\.limits\.\w+",
    r"hardware\.joints\..+\.(speed|acceleration|jerk|effort|lower|upper)",
    r"method\.stages\.contract\.safety\.\w+",
    r"task\.success\.\w+",
)
_LEAST = re.compile(r".*(clearance|margin|lower|_min)\w*")
"""Limits that hold from below: less is looser."""
_STRENGTH = {"stop": 3.0, "hold": 2.0, "retry": 1.0, "goto": 1.0}
"""stop ends the run, hold waits for the fault to end, retry and goto go on by themselves."""


def loosens_limit(change: Change, before: ResolvedSpec, after: ResolvedSpec) -> bool:
    """Whether a changed or removed limit allows more than it did."""
    if not any(re.fullmatch(pattern, change.path) for pattern in _LIMITS):
        return False
    if change.kind == "removed":
        return True
    if change.kind != "changed":
        return False
    old, new = _value(before, change.path), _value(after, change.path)
    if isinstance(old, Mapping) and isinstance(new, Mapping):  # `< 7 cm`
        if old.get("operator", "")[:1] != new.get("operator", "")[:1]:
            return False
        least, old, new = old["operator"].startswith(">"), old["value"], new["value"]
    else:
        least = _LEAST.fullmatch(change.path.rpartition(".")[2]) is not None
    if not isinstance(old, float | int) or not isinstance(new, float | int):
        return False
    return new < old if least else new > old


def weakened_faults(before: ResolvedSpec, after: ResolvedSpec) -> frozenset[str]:
    """Return the fault classes to which some state of the compiled machine answers less strongly than it did."""
    old, new = (responses(spec.section("deploy.on_fault")) for spec in (before, after))
    return frozenset(
        fault
        for fault, answers in new.items()
        if any(_strength(answer) < _strength(old[fault][where]) for where, answer in answers.items())
    )


def weakens_response(change: Change, weakened: frozenset[str], after: ResolvedSpec) -> bool:
    """Whether a changed answer is why a fault is answered less strongly."""
    place, _, name = change.path.rpartition(".")
    if place != "deploy.on_fault":
        return False
    if name == "else":
        return bool(weakened - after.section(place).keys())
    return name in weakened


def _strength(answer: Response) -> tuple[float, int]:
    return _STRENGTH[answer.kind], -answer.attempts


def _value(spec: ResolvedSpec, path: str) -> JSON:
    try:
        return spec.at(path)
    except KeyError:
        return None
