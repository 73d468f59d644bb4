"""The part of the terms pass that drafts are spared: what no environment, contract or evaluation here executes (SK321),
and settings that a term's function asks for (SK414).

Terms of installed packages are not loaded here: a spec is reviewed without running their code; `plan` judges them.
"""

from collections.abc import Iterator, Mapping

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.drawn import everywhere
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Path, path_text
from skillc.compiler.validate.implemented import not_implemented
from skillc.runtime.terms import actions, catalog, observations
from skillc.runtime.terms.actions import ACTIONS
from skillc.runtime.terms.observations import OBSERVATIONS
from skillc.runtime.terms.reward import EVERY_REWARD
from skillc.runtime.terms.rewards import REWARDS
from skillc.runtime.terms.success import SUCCESS
from skillc.runtime.terms.term import Parameter, Term
from skillc.runtime.terms.terminations import TERMINATIONS

OF_A_POLICY = ("control.delay",)
"""Quantities beside noise that are no part of the scene, which is all that a skill's own test draws."""
TRAINED = "ppo"
"""The algorithm whose policies the environment trains; what others observe goes into their configs alone."""
_UNREAD = {
    "privileged": "the environment gives its critic what the policy observes",
    "rewards": "the environment has one list of rewards",
    "curriculum": "the environment does not change during training",
}
"""Part of a policy that nothing reads -> what is so instead."""


def check_unimplemented(placed: Placed) -> list[Diagnostic]:
    """Report every term, and every setting of one, that has no implementation, and settings that are missing."""
    if "pipeline" not in placed.resolved.section("method"):
        return []  # That the method cannot be built is said already.
    return [*_rewards(placed), *_policies(placed), *_draws(placed), *_success(placed)]


def _refused(placed: Placed, kind: str, name: str, missing: str, path: Path) -> Diagnostic:
    return not_implemented(kind, name, missing=f"it needs {missing}", path=path_text(path), span=placed.span(path))


def _term(placed: Placed, kind: str, term: Term, path: Path) -> Iterator[Diagnostic]:
    if term.needs:
        yield _refused(placed, kind, term.name, term.needs, path)


def _settings(
    placed: Placed, term: Term, parameters: tuple[Parameter, ...], given: Mapping[str, JSON], path: Path
) -> Iterator[Diagnostic]:
    """Report settings given that are not implemented, and those missing that the term's function asks for."""
    for parameter in parameters:
        if parameter.name in given and parameter.needs:
            where = (*path, parameter.name)
            yield _refused(placed, f"setting of {term.name}", parameter.name, parameter.needs, where)
        elif parameter.name not in given and not parameter.needs and not parameter.optional:
            yield placed.error(
                "SK414",
                path,
                what=f"`{term.name}` has no `{parameter.name}`",
                detail=parameter.meaning.rstrip("."),
                hint=f"add `{parameter.name}: {parameter.example}`",
            )


def _rewards(placed: Placed) -> Iterator[Diagnostic]:
    for name, settings in placed.resolved.section("rewards").items():
        term, path = REWARDS.get(name), ("rewards", name)
        if term is None or not isinstance(settings, Mapping):
            continue
        if term.needs:
            yield from _term(placed, "reward", term, path)
            continue
        yield from _settings(placed, term, (*EVERY_REWARD, *term.parameters), settings, path)
        if isinstance(settings.get("weight"), Mapping):
            several = next(iter(settings["weight"]), "per_goal")
            missing = "an environment whose weights change with the goal or the stage of training"
            yield _refused(placed, f"setting of {name}", several, missing, (*path, "weight", several))


def _policies(placed: Placed) -> Iterator[Diagnostic]:
    for name, policy in placed.resolved.section("policies").items():
        if not isinstance(policy, Mapping) or policy.get("algorithm") != TRAINED:
            continue
        path: Path = ("policies", name)
        for key, instead in _UNREAD.items():
            if key in policy:
                where = (*path, key)
                span = placed.span(where)
                yield not_implemented(f"part of policy {name}", key, missing=instead, path=path_text(where), span=span)
        for index, entry in enumerate(policy.get("observe") or ()):
            yield from _observation(placed, entry, (*path, "observe", index))
        for group, act in (policy.get("act") or {}).items():
            yield from _action(placed, act, (*path, "act", group))
        for end in policy.get("terminate") or {}:
            if end in TERMINATIONS:
                yield from _term(placed, "termination", TERMINATIONS[end], (*path, "terminate", end))


def _observation(placed: Placed, entry: JSON, path: Path) -> Iterator[Diagnostic]:
    settings = entry if isinstance(entry, Mapping) else {"term": entry}
    if placed.tree.at(path) is None:
        path = path[:-1]
    term = OBSERVATIONS.get(str(settings.get("term")))
    if term is None:
        return
    found = [*_term(placed, "observation", term, path)]
    yield from found or _settings(placed, term, observations.SETTINGS, settings, path)


def _action(placed: Placed, act: JSON, path: Path) -> Iterator[Diagnostic]:
    term = ACTIONS.get(str(act.get("kind"))) if isinstance(act, Mapping) else None
    if term is None:
        return
    found = [*_term(placed, "kind of action", term, (*path, "kind"))]
    unused = tuple(p for p in actions.SETTINGS if p.needs or p in term.parameters)
    yield from found or _settings(placed, term, unused, act, path)


def _draws(placed: Placed) -> Iterator[Diagnostic]:
    for path, drawn in everywhere(placed.resolved):
        key = str(path[-1])
        try:
            quantity = catalog.quantity(key)
        except catalog.UnknownTerm:
            continue
        if quantity.needs:
            yield _refused(placed, "randomization of", key, quantity.needs, path)
            continue
        normal = isinstance(drawn, Mapping) and drawn.get("kind") == "normal"
        name = "normal" if normal else drawn.get("operation", "") if isinstance(drawn, Mapping) else "value"
        operation = quantity.operation(str(name))
        missing = operation.needs if operation is not None else ""
        if isinstance(drawn, Mapping) and drawn.get("logarithmic") and name != "scale":
            missing = "draws even in the logarithm of more than factors"
        elif path[0] == "evaluation" and (normal or key in OF_A_POLICY):
            missing = "protocols draw delay and noise by themselves, the same for every skill"
        if missing:
            shown = placed.resolved.origins[path_text(path)][-1].text
            yield _refused(placed, f"randomization of {key} by", shown, missing, path)


def _success(placed: Placed) -> Iterator[Diagnostic]:
    for name in placed.resolved.section("task.success"):
        if name in SUCCESS:
            yield from _term(placed, "condition", SUCCESS[name], ("task", "success", name))
