"""Keys of a spec that end up having no effect, each with the reason (SK320).

What can be seen without building: rewards nobody is trained with, randomization nobody meets, rates and roles nothing
reads, success conditions the task type's stages never look at.
"""

from collections.abc import Iterator

from skillc.compiler.resolve.drawn import SHARED, everywhere, of_policies
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Mapping, Path, SourceTree, path_text
from skillc.runtime.tasks.catalog import lifts
from skillc.runtime.terms.randomization import QUANTITIES
from skillc.runtime.terms.rewards import REWARDS


def dead_keys(tree: SourceTree, resolved: ResolvedSpec) -> list[Diagnostic]:
    """Return one finding per written key without effect."""
    return [_finding(tree, path, reason, hint) for path, reason, hint in _dead(tree, resolved)]


def _dead(tree: SourceTree, resolved: ResolvedSpec) -> Iterator[tuple[Path, str, str]]:
    method = resolved.section("method").get("name", "the method")
    algorithms = {_algorithm(p) for p in resolved.section("policies").values()}
    if "ppo" not in algorithms and tree.at(("rewards",)) is not None:
        yield ("rewards",), f"{method} trains no policy with rewards", "delete the section, or take a method that does"
    if not algorithms:
        for key in (SHARED, "tune"):
            if tree.at((key,)) is not None:
                yield (key,), f"{method} trains no policy, so nothing is randomized", "delete the section"
        if tree.at(("deploy", "rates", "policy")) is not None:
            yield ("deploy", "rates", "policy"), f"{method} has no policy to run", "delete the rate"
    yield from _unseen(tree, resolved)
    yield from _unearned(tree, resolved)
    yield from _fixed(tree, resolved)
    yield from _unpicked(tree, resolved)


def _unseen(tree: SourceTree, resolved: ResolvedSpec) -> Iterator[tuple[Path, str, str]]:
    """Noise on what no policy that draws it observes."""
    observed: dict[str, list[set[str]]] = {}
    for section, drawn in of_policies(resolved):
        seen = _observed(resolved.section("policies")[str(section[1])])
        for key in drawn:
            observed.setdefault(key, []).append(seen)
            if tree.at((*section, key)) is not None and _unobserved(key, seen):
                yield (*section, key), f"{section[1]} does not observe what it disturbs", "delete the line"
    every = [_observed(policy) for policy in resolved.section("policies").values() if isinstance(policy, dict)]
    for key in resolved.section(SHARED):
        if every and all(_unobserved(key, seen) for seen in observed.get(key, every)):
            yield (SHARED, key), "no policy observes what it disturbs", "delete the line"


def _observed(policy: JSON) -> set[str]:
    return {_term(entry) for key in ("observe", "privileged") for entry in policy.get(key) or ()}


def _unobserved(key: str, seen: set[str]) -> bool:
    noise = QUANTITIES.get(key)
    return noise is not None and bool(noise.disturbs) and not seen & set(noise.disturbs)


def _unearned(tree: SourceTree, resolved: ResolvedSpec) -> Iterator[tuple[Path, str, str]]:
    """Rewards that the task can never give."""
    task = resolved.section("task").get("type", "")
    rewards = tree.at(("rewards",))
    for term in rewards.entries if isinstance(rewards, Mapping) else ():
        if term == "lift" and not lifts(str(task)):  # C.2: it belongs to tasks that lift
            yield ("rewards", term), f"a {task} lifts nothing", "delete the term"
        known = REWARDS.get(term)
        if known is not None and known.of_goals and "goals" not in resolved.values:
            yield ("rewards", term), "the spec has no goals", "delete the term, or write goals"


def _term(observation: JSON) -> str:
    return str(observation.get("term", "")) if isinstance(observation, dict) else str(observation)


def _fixed(tree: SourceTree, resolved: ResolvedSpec) -> Iterator[tuple[Path, str, str]]:
    """Ranges of zero width change nothing."""
    for path, value in everywhere(resolved):
        if tree.at(path) is None or not isinstance(value, dict):
            continue
        if value.get("kind") == "uniform" and value["low"] == value["high"] and _neutral(value):
            yield path, "the range changes nothing", "delete the line or widen the range"
        if value.get("kind") == "normal" and value["sigma"] == 0.0 and value["mean"] == 0.0:
            yield path, "the distribution has no width", "delete the line or give it a width"


def _neutral(value: dict[str, JSON]) -> bool:
    return bool(value["low"] == {"add": 0.0, "scale": 1.0}.get(value["operation"]))


def _unpicked(tree: SourceTree, resolved: ResolvedSpec) -> Iterator[tuple[Path, str, str]]:
    """A calibration tag's print width says nothing beside its size."""
    for name, camera in resolved.section("cameras").items():
        calibration = camera.get("calibration") if isinstance(camera, dict) else None
        if isinstance(calibration, dict) and {"size", "print_width"} <= calibration.keys():
            path = ("cameras", name, "calibration", "print_width")
            yield path, "the tag's size is already given by `size`", "keep one of the two"


def _algorithm(policy: JSON) -> str:
    return str(policy.get("algorithm", "")) if isinstance(policy, dict) else ""


def _finding(tree: SourceTree, path: Path, reason: str, hint: str) -> Diagnostic:
    return Diagnostic(
        code="SK320",
        severity="warning" if path == ("rewards",) else "error",
        summary=f"{path_text(path)} has no effect: {reason}",
        detail="every key of a spec must change something",
        hint=hint,
        path=path_text(path),
        spans=(tree.key_span(path),),
    )
