"""What each policy learns from: its settings, the simulated world, and the stages these are made by.

Texts that a build carries along (summary, origins), what is only tested or watched (evaluation, safety thresholds,
speed limits) and answers to faults change nothing a policy has learned.
"""

from collections.abc import Mapping, Sequence

from skillc.compiler.plan.stage import Stage
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

WORLD = ("environment", "contract", "training")
"""Stages that training reads; with all they need, they are the world a policy learns in."""
UNLEARNED = frozenset(
    ("skill", "summary", "spec", "origins", "sources", "test", "safety", "limits", "policies", "draws")
)
"""Parameters of those stages that no policy learns from; policies and what they draw are taken policy by policy."""
REWARDED = frozenset(("rewards", "terminations", "randomization", "policy"))
"""Parameters that only a policy learns from that is rewarded; others learn from labels."""


def learned_from(
    spec: ResolvedSpec, stages: Sequence[Stage], inputs: Mapping[str, JSON]
) -> dict[str, tuple[JSON, ...]]:
    """Return, for every policy, all it learns from; equal for two specs if it need not be trained again.

    Args:
        spec: the spec.
        stages: of its method, in order.
        inputs: input file -> digest.
    """
    world = _world(stages)
    parameters = {stage.name: stage.parameters(spec) for stage in world}
    files = {name: inputs.get(name) for stage in world for name in stage.files(spec)}
    policies = spec.section("policies")
    own: dict[str, tuple[JSON, ...]] = {}
    for name, policy in policies.items():
        left_out = UNLEARNED if policy.get("algorithm") == "ppo" else UNLEARNED | REWARDED
        seen = {
            stage: {key: value for key, value in found.items() if key not in left_out}
            for stage, found in parameters.items()
        }
        own[name] = (policy, seen, files)
    return {name: (*own[name], *(own[t] for t in _teachers(name, policies))) for name in policies}


def _world(stages: Sequence[Stage]) -> list[Stage]:
    by_name = {stage.name: stage for stage in stages}
    needed, pending = set[str](), [name for name in WORLD if name in by_name]
    while pending:
        if (name := pending.pop()) not in needed:
            needed.add(name)
            pending += by_name[name].needs
    return [stage for stage in stages if stage.name in needed]


def _teachers(name: str, policies: Mapping[str, JSON]) -> list[str]:
    """Return the policies a policy is taught by, directly or not."""
    found: list[str] = []
    pending = [name]
    while pending:
        asked = policies[pending.pop()].get("from", ())
        for teacher in [asked] if isinstance(asked, str) else asked:
            if teacher in policies and teacher not in (*found, name):
                found.append(teacher)
                pending.append(teacher)
    return found
