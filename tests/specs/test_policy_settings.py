"""Every setting of the methods' policies acts: it is read by the trainer, or changes what the stages are given."""

import ast
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.load import load_bytes
from skillc.compiler.stages.deploy import contract
from skillc.compiler.stages.policy import environment
from skillc.runtime.formats.records import from_json
from skillc.runtime.learn.distill.settings import DistillSettings
from skillc.runtime.learn.residual.settings import ELSEWHERE, ResidualSettings
from skillc.runtime.policies.training_config import HEAD
from tests.check.code_examples import completed

METHODS = (
    "video2sim2real", "plain_hold", "residual_rl", "residual_rl_aux", "deepmimic_rl", "deepmimic_rl_aux",
    "precontact_init", "precontact_init_aux", "opt_precontact_init", "opt_precontact_init_aux", "object_only",
    "object_only_aux", "pure_rl_finger", "pure_rl_full",
)  # fmt: skip
"""Whose policies can be trained; the others are refused, or drafts."""
SETTINGS: dict[str, Any] = {"ppo": ResidualSettings, "distill": DistillSettings}
OTHERWISE: dict[str, Any] = {
    "base": {"reference": "retargeted", "retargeted": "reference", "measured": "reference"},
    "rate": {12.0: 6.0},
}
"""Setting -> value -> another one, where a number cannot simply be made larger."""


def resolved(method: str) -> ResolvedSpec:
    spec, _ = require_spec(completed(f"method: {method}").encode(), "spec.yaml")
    return spec


def given(spec: ResolvedSpec) -> str:
    """Return what contract and environment are made of."""
    return repr([stage.STAGE.parameters(spec) for stage in (contract, environment)])


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, str(key)))
    else:
        yield path, value


def changed(section: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return value
    return {**section, path[0]: changed(section[path[0]], path[1:], value)}


def another(path: tuple[str, ...], value: Any) -> Any:
    if path[0] in OTHERWISE:
        return OTHERWISE[path[0]][value]
    return {"residual": "absolute", "absolute": "delta", "delta": "absolute"}[value] if path[-1] == "kind" else (
        0.5 * value if isinstance(value, float | int) and value else 0.5
    )  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_trainers_know_every_setting_of_a_method(method: str) -> None:
    for name, policy in resolved(method).section("policies").items():
        own = SETTINGS[policy["algorithm"]]
        kept = {k: v for k, v in policy.items() if k not in (*HEAD, *ELSEWHERE)}
        from_json(own, kept, name)  # raises where the trainer has no such setting, or a kind of value it does not take


@pytest.mark.parametrize("method", METHODS)
def test_what_trainers_do_not_read_changes_contract_or_environment(method: str) -> None:
    spec = resolved(method)
    policies, before = spec.section("policies"), given(spec)
    for key in (k for k in ELSEWHERE if k in policies["residual"] and k != "seeds"):
        for path, value in leaves(policies["residual"][key], (key,)):
            other = changed(policies["residual"], path, another(path, value))
            values = {**spec.values, "policies": {**policies, "residual": other}}
            assert given(replace(spec, values=values)) != before, ".".join(path)


@pytest.mark.parametrize("algorithm", SETTINGS)
def test_trainers_use_every_setting_they_know(project: Path, algorithm: str) -> None:
    used = {
        node.attr
        for path in (project / "runtime" / "learn").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert {f.name for f in fields(SETTINGS[algorithm])} - used == set()


@pytest.mark.parametrize("policy", ["residual: {training_time: 10 h}", "keyframe_pose: {training_time: 10 h}"])
def test_a_time_that_no_training_keeps_is_refused(policy: str) -> None:
    tree = load_bytes(completed(f"policies: {{{policy}}}").encode(), "spec.yaml")
    assert [d.code for d in check_tree(tree, ()).diagnostics if d.severity == "error"] == ["SK320"]


@pytest.mark.parametrize(("method", "code"), [("pose_estimate", "SK321"), ("pure_il", "SK610")])
def test_a_method_whose_policies_nothing_trains_or_runs_is_refused(method: str, code: str) -> None:
    tree = load_bytes(completed(f"method: {method}").encode(), "spec.yaml")
    assert code in [d.code for d in check_tree(tree, ()).diagnostics if d.severity == "error"]
