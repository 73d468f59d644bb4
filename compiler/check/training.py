"""The training pass: policies that exist, teach in no circle, and whose numbers fit each other and their algorithm."""

from collections.abc import Iterator, Mapping
from typing import Any

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.resolve import method_policies
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Path
from skillc.compiler.validate.nearest import did_you_mean, listed
from skillc.runtime.terms import catalog

_LABELLED = (
    *(
        "samples",
        "cloud_bank",
        "bank_points",
        "voxel",
        "viewpoint",
        "contact_follows",
        "camera_position_error",
        "camera_rotation_error",
        "max_points",
        "encoder",
        "fused",
        "residual_blocks",
        "batch_size",
        "max_epochs",
    ),
    *("patience", "position_weight", "rotation_weight", "validation_share", "jitter", "jitter_clip", "point_dropout"),
    "keyframes",
)
"""Settings of learning poses from labelled clouds (A.3.1)."""
_REINFORCED = (
    *("steps_per_update", "minibatch", "minibatches", "gae_lambda", "clip", "kl_target", "entropy_weight"),
    *("value_weight", "initial_noise", "terminate", "discount"),
)
"""Settings of learning from rewards (A.3.2)."""
UNREAD = {"ppo": (*_LABELLED, "training_time"), "distill": (*_REINFORCED, "training_time", "seeds")}
"""Algorithm -> settings that it never reads."""
CLOUDS = "distill"
"""The algorithm that learns from labelled clouds, without an environment."""
_NOT_ABOVE = (("jitter", "jitter_clip"), ("learning_rate_end", "learning_rate"), ("patience", "max_epochs"))
"""Settings of which the first is not larger than the second."""
DEMONSTRATIONS = "demonstrations"
"""In place of a policy: what a policy may be cloned from."""


def check_training(placed: Placed) -> list[Diagnostic]:
    """Check the policies of a spec."""
    policies = {k: v for k, v in placed.resolved.section("policies").items() if isinstance(v, Mapping)}
    findings: list[Diagnostic] = []
    for name, policy in policies.items():
        findings += _nobody(placed, name, policy)
        findings += _unread(placed, name, policy)
        findings += _drawn(placed, name, policy)
        findings += _sizes(placed, name, policy)
        findings += _observed(placed, name, policy)
        findings += _action_limits(placed, name, policy)
    return [*findings, *_circles(placed, policies), *_per_stage(placed, policies)]


def _written_first(placed: Placed, *paths: Path) -> tuple[Path, ...]:
    """Order paths so that what the spec itself writes is blamed."""
    return tuple(sorted(paths, key=lambda path: placed.tree.at(path) is None))


def _nobody(placed: Placed, name: str, policy: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    """Report a policy that the method does not have and that says not how it is trained."""
    path: Path = ("policies", name)
    known = sorted(method_policies(placed.tree))
    if "algorithm" in policy or placed.tree.at(path) is None or placed.written.at((*path, "algorithm")) is not None:
        return
    yield placed.error(
        "SK438",
        path,
        what=f"the method has no policy `{name}`, and nothing says how it is trained",
        detail=f"its policies: {listed(known)}" if known else "it has none",
        hint=did_you_mean(name, known) or "add `algorithm: ppo`",
    )


def _unread(placed: Placed, name: str, policy: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    algorithm = str(policy.get("algorithm"))
    for key in UNREAD.get(algorithm, ()):
        path: Path = ("policies", name, key)
        if placed.tree.at(path) is not None:
            yield placed.error(
                "SK320",
                path,
                what=f"policies.{name}.{key} has no effect: {algorithm} never reads it",
                detail="every key of a spec must change something",
                hint="delete the key",
            )


def _drawn(placed: Placed, name: str, policy: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    """Report draws that a policy which learns from clouds alone cannot see."""
    drawn = policy.get("randomization")
    if policy.get("algorithm") != CLOUDS or not isinstance(drawn, Mapping):
        return
    for key in drawn:
        try:
            seen = catalog.quantity(key).in_clouds
        except catalog.UnknownTerm:
            continue  # SK416 tells
        if not seen:
            yield placed.error(
                "SK341",
                ("policies", name, "randomization", key),
                what=f"`{name}` cannot use `{key}`: no cloud shows it",
                detail="a policy that learns poses from clouds meets places, turns and sizes of objects",
                hint="delete the line, or write it for a policy that is trained in the environment",
            )


def _sizes(placed: Placed, name: str, policy: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    """Report numbers that do not fit each other."""
    for lower, upper in _NOT_ABOVE:
        small, large = policy.get(lower), policy.get(upper)
        if isinstance(small, (int, float)) and isinstance(large, (int, float)) and small > large:
            yield placed.error(
                "SK440",
                *_written_first(placed, ("policies", name, lower), ("policies", name, upper)),
                what=f"`{lower}` of `{name}` is above `{upper}`: {small:g} and {large:g}",
                detail="it is not larger",
                hint="change one of the two",
            )
    sizes = [policy[k] for k in ("minibatch", "environments", "steps_per_update") if isinstance(policy.get(k), int)]
    if len(sizes) == 3 and sizes[0] > sizes[1] * sizes[2]:
        yield placed.error(
            "SK440",
            *_written_first(placed, *(("policies", name, key) for key in ("minibatch", "environments"))),
            what=f"a minibatch of `{name}` is larger than a batch: {sizes[0]} of {sizes[1] * sizes[2]} samples",
            detail="a batch has `environments` times `steps_per_update` samples",
            hint=f"write `minibatch: {sizes[1] * sizes[2]}` or less",
        )


def _term(entry: JSON) -> str:
    return str(entry.get("term", "")) if isinstance(entry, Mapping) else str(entry)


def _observed(placed: Placed, name: str, policy: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    """Report settings that a term does not take, and terms of goals that the spec has not."""
    for key in ("observe", "privileged"):
        entries = policy.get(key)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            path: Path = ("policies", name, key, index)
            if placed.tree.at(path) is None:
                path = path[:-1]
            term = _term(entry)
            if isinstance(entry, Mapping) and "future" in entry and not term.startswith("reference_"):
                yield placed.error(
                    "SK209",
                    (*path, "future"),
                    what=f"`future` has no effect: nobody knows `{term}` of coming steps",
                    detail="only the reference has a future",
                    hint=f"delete the key, or observe `reference_{term}`",
                )
            if term == "stage" and "goals" not in placed.resolved.values and placed.tree.at(path) is not None:
                yield placed.error(
                    "SK209",
                    path,
                    what="`stage` has no effect: the spec has no goals, hence no stage",
                    detail="the stage is the number of the present goal",
                    hint="delete it, or write goals",
                )


def _action_limits(placed: Placed, name: str, policy: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    acts = policy.get("act")
    for group, action in acts.items() if isinstance(acts, Mapping) else ():
        if not isinstance(action, Mapping):
            continue
        limit, scale = action.get("limit"), action.get("scale")
        path: Path = ("policies", name, "act", group)
        if action.get("kind") == "residual" and isinstance(limit, (int, float)) and limit > _WIDEST:
            yield placed.error(
                "SK405",
                (*path, "limit"),
                what=f"a residual of up to {limit:.3g} rad is no correction",
                detail=f"expected {_WIDEST} rad or less; A.3.2 clips to 0.06",
                hint="write the limit in radians or with `deg`",
            )
        if isinstance(scale, (int, float)) and isinstance(limit, (int, float)) and scale > limit:
            yield placed.error(
                "SK440",
                *_written_first(placed, (*path, "scale"), (*path, "limit")),
                what=f"an action of 1 is {scale:.3g} rad, above the limit of {limit:.3g} rad",
                detail="the scale is not larger than the limit",
                hint="write a scale up to the limit",
            )


_WIDEST = 0.5
"""rad; ours: a correction of a demonstrated posture, eight times A.3.2's."""


def _circles(placed: Placed, policies: Mapping[str, Mapping[str, JSON]]) -> Iterator[Diagnostic]:
    """Report policies that are their own teacher or driver, directly or around."""
    for key, what in (("from", "learns from itself"), ("drives", "drives itself")):
        edges = {name: [str(other) for other in _listed(policy.get(key))] for name, policy in policies.items()}
        told: set[str] = set()
        for name in edges:
            around = _circle(name, edges)
            if not around or told & set(around):
                continue
            told |= set(around)
            paths = tuple(("policies", member, key) for member in around)
            way = " -> ".join((*around, around[0]))
            yield placed.error(
                "SK439",
                *_written_first(placed, *paths),
                what=f"`{name}` {what}" + (f": {way}" if len(around) > 1 else ""),
                detail="each policy waits for the next, and none can be first",
                hint=f"take one `{key}` out",
            )


def _listed(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _circle(start: str, edges: Mapping[str, list[str]]) -> list[str]:
    """Return the policies on a way from `start` back to it, in order, or none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for other in edges.get(way[-1], ()):
            if other == start:
                return way
            if other in edges and other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []


def _per_stage(placed: Placed, policies: Mapping[str, Mapping[str, JSON]]) -> Iterator[Diagnostic]:
    """Report lists of weights of another length than every curriculum they could belong to."""
    lengths = {len(_listed(policy.get("curriculum"))) for policy in policies.values()} - {0}
    for term, reward in placed.resolved.section("rewards").items():
        weight: Any = reward.get("weight") if isinstance(reward, Mapping) else None
        weights = weight.get("per_stage") if isinstance(weight, Mapping) else None
        path: Path = ("rewards", term, "weight")
        if lengths and isinstance(weights, list) and len(weights) not in lengths and placed.tree.at(path) is not None:
            stages = " or ".join(map(str, sorted(lengths)))
            yield placed.error(
                "SK207",
                path,
                what=f"`per_stage` has {len(weights)} weights for {stages} stages",
                detail="one weight for each stage of the curriculum, in their order",
                hint="write one weight, or one for each stage",
            )
