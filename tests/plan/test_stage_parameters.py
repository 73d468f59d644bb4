"""Every stage's first seconds: what `check` accepts, a stage can read."""

import ast
import importlib
import inspect
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from skillc.benchmarks.mutations import SPECS, is_draft, with_another_setting
from skillc.compiler.check.check import check_tree
from skillc.compiler.pipeline.chosen import chosen
from skillc.compiler.plan.stage import Stage
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.load import load_bytes
from skillc.compiler.stages.motion import refinement_inputs
from skillc.runtime.formats.records import from_json

pytestmark = pytest.mark.slow

BUILT = [file.read_text(encoding="utf-8") for file in SPECS if not is_draft(file)]
SHORTEST = """\
skill: shortest
language: 1
demonstrations: {recording: apple.mp4}
cameras: {main: {model: realsense_d455, calibration: {tag: tagStandard41h12, id: 0, size: 53.3 mm}}}
scene: {objects: {apple: {role: manipulated, material: plastic}, plate: {role: target, material: ceramic}}}
task: {type: grasp}
hardware: kinova_gen3_leap
method: video2sim2real
"""
"""What only this has are all the defaults."""
CASES = 400


@cache
def records(stage: Stage) -> dict[str, Any]:
    """Return the sections that a stage's module reads, with the kind of record it reads each as."""
    found: dict[str, Any] = {}
    for module in (importlib.import_module(stage.run.__module__), refinement_inputs):
        found |= {section: kind for section, kind in _reads(module)}
    return found


def _reads(module: ModuleType) -> Iterator[tuple[str, Any]]:
    tree = ast.parse(inspect.getsource(module))
    names = dict(vars(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("skillc"):
            source = importlib.import_module(node.module)
            names |= {alias.name: getattr(source, alias.name) for alias in node.names if hasattr(source, alias.name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "read":
            section, kind = node.args
            assert isinstance(section, ast.Constant)
            yield str(section.value), eval(ast.unparse(kind), names)


def read_all(spec: ResolvedSpec) -> int:
    """Read every section of every stage of a spec; returns how many."""
    count = 0
    for stage in chosen(spec):
        parameters = stage.parameters(spec)
        for section, kind in records(stage).items():
            if section in parameters:
                from_json(kind, parameters[section], f"{stage.name}.{section}")
                count += 1
    return count


@pytest.mark.parametrize("text", [SHORTEST, *BUILT])
def test_every_stage_reads_the_examples(text: str) -> None:
    resolved = check_tree(load_bytes(text.encode(), "spec.yaml"), None).resolved
    assert resolved is not None and read_all(resolved) > 25


def test_every_setting_that_check_accepts_is_one_the_stages_can_read() -> None:
    accepted, random_ = 0, random.Random(0)
    for _ in range(CASES):
        text = with_another_setting(random_.choice(BUILT), random_)
        try:
            resolved = check_tree(load_bytes(text.encode(), "spec.yaml"), None).resolved
        except SourceError:
            continue
        if resolved is not None:
            accepted += 1
            assert read_all(resolved), text
    assert accepted > CASES / 10


def test_a_spec_that_bounds_no_speed_is_read_too() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    spec = readme.split("```yaml\n")[1].split("```")[0]
    resolved = check_tree(load_bytes(spec.encode(), "spec.yaml"), None).resolved
    assert resolved is not None and "joint_speed" not in resolved.section("deploy.limits") and read_all(resolved)
