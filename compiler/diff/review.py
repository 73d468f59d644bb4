"""What a reviewer must see at each change: looser limits, weaker answers to faults, policies to train again."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

from skillc.compiler.diff.meaning import Change
from skillc.compiler.diff.rerun import digests_of
from skillc.compiler.diff.risk import Risk, loosens_limit, weakened_faults, weakens_response
from skillc.compiler.diff.side import Side
from skillc.compiler.diff.training import learned_from
from skillc.compiler.pipeline.chosen import chosen
from skillc.compiler.plan.digest import of_json
from skillc.compiler.plan.stage import Stage
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec

MOST_TRIED = 60
"""Changes that are tried one by one; of more, as when a preset is swapped, all are taken to be learned from."""


def reviewed(found: Sequence[Change], before: Side, after: Side, *, draft: bool) -> list[Change]:
    """Return the changes with their risks."""
    old, new = before.resolved, after.resolved
    weakened = weakened_faults(old, new)
    stages = () if draft else chosen(new)
    again = _Again(before, after, stages)
    reviewed_ = []
    for number, change in enumerate(found):
        risks: list[Risk] = []
        if loosens_limit(change, old, new):
            risks.append("loosens a limit")
        if weakens_response(change, weakened, new):
            risks.append("weakens a fault response")
        if again.any and (number >= MOST_TRIED or again.by(change)):
            risks.append("needs retraining")
        reviewed_.append(replace(change, risks=tuple(risks)))
    return reviewed_


class _Again:
    """Whether a change, made alone, changes what a policy learns from."""

    def __init__(self, before: Side, after: Side, stages: Sequence[Stage]) -> None:
        self.before, self.after, self.stages = before, after, stages
        self.inputs = digests_of(before.inputs)
        self.learned = self._learned(before.resolved, self.inputs)
        self.any = bool(stages) and self.learned != self._learned(after.resolved, digests_of(after.inputs))

    def by(self, change: Change) -> bool:
        if change.kind == "renamed":
            return change.path.startswith(("scene.", "cameras."))
        if change.kind == "edited":
            inputs = self.inputs | {change.after: digests_of(self.after.inputs).get(change.after, "")}
            return self.learned != self._learned(self.before.resolved, inputs)
        old = self.before.resolved
        values = deepcopy(dict(old.values))
        if not _laid(values, change, self.after.resolved):
            return change.path.startswith("hardware.")
        return self.learned != self._learned(replace(old, values=values), self.inputs)

    def _learned(self, spec: ResolvedSpec, inputs: Mapping[str, str]) -> str:
        try:
            return of_json({k: list(v) for k, v in learned_from(spec, self.stages, inputs).items()})
        except (KeyError, TypeError, ValueError):
            return ""  # One change alone need not make a sound spec; then it is one a policy would notice.


def _laid(values: dict[str, JSON], change: Change, after: ResolvedSpec) -> bool:
    """Lay one change on the values of the older spec; whether its place was found."""
    *group, key = _keys(change.path, values if change.kind == "removed" else after.values) or [""]
    node: JSON = values
    for name in group:
        if isinstance(node, dict):
            node = node.setdefault(name, {})
        elif isinstance(node, list):
            node = next((item for item in node if isinstance(item, dict) and item.get("name") == name), None)
    if not isinstance(node, dict) or not key:
        return False
    if change.kind == "removed":
        node.pop(key, None)
    else:
        node[key] = after.at(change.path)
    return True


def _keys(path: str, values: Mapping[str, JSON]) -> list[str] | None:
    """Split a dotted path into keys that may hold dots themselves; None where it leads into a list."""
    node: JSON = values
    keys: list[str] = []
    rest = path
    while rest:
        if isinstance(node, Mapping):
            key = next((k for k in node if rest == k or rest.startswith(f"{k}.")), None)
        else:
            key = None
        if key is None:
            return None
        keys.append(key)
        node, rest = node[key], rest[len(key) + 1 :]
    return keys
