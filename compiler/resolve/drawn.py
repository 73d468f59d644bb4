"""What varies in training belongs to a policy: `policies.NAME.randomization`.

The spec's own `randomization` is for all of them at once: each of its lines lies over that line of every policy that
draws the quantity, and below what the spec says of one policy alone.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Named

from skillc.compiler.resolve.merged import Clash, Merged, merge
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.source.tree import Path

SHARED = "randomization"
"""The spec's section, and the part of a policy."""


def laid_over(policies: Merged, shared: Merged, clashes: list[Clash]) -> Merged:
    """Return the policies with the spec's own `randomization` laid over what each of them draws."""
    if not isinstance(policies, dict) or not isinstance(shared, dict):
        return policies
    found = dict(policies)
    for name, policy in policies.items():
        drawn = policy.get(SHARED) if isinstance(policy, dict) else None
        if isinstance(policy, dict) and isinstance(drawn, dict):
            path = ("policies", name, SHARED)
            own = {q: merge(v, shared[q], clashes, (*path, q)) if q in shared else v for q, v in drawn.items()}
            found[name] = {**policy, SHARED: own}
    return found


def of_policies(resolved: ResolvedSpec) -> Iterator[tuple[Path, Named[str, JSON]]]:
    """Yield where each policy's draws are, and the draws: quantity -> how it is drawn."""
    for name, policy in resolved.section("policies").items():
        drawn = policy.get(SHARED) if isinstance(policy, dict) else None
        if isinstance(drawn, dict):
            yield ("policies", name, SHARED), drawn


def everywhere(resolved: ResolvedSpec) -> Iterator[tuple[Path, JSON]]:
    """Yield the path and value of every quantity that varies in training or in tests, each written line once."""
    shared = resolved.section(SHARED)
    for quantity, value in shared.items():
        yield (SHARED, quantity), value
    for section, drawn in of_policies(resolved):
        for quantity, value in drawn.items():
            if shared.get(quantity) != value:
                yield (*section, quantity), value
    for name, box in resolved.section("evaluation").items():
        for quantity, value in box.items() if isinstance(box, dict) else ():
            yield ("evaluation", name, quantity), value
