"""Values that a term of the registry takes: directions of comparisons, operations and bounds of draws."""

import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.source.load import load_bytes
from tests.check.code_examples import completed


def found(text: str) -> list[tuple[str, str]]:
    checked = check_tree(load_bytes(completed(text).encode(), "spec.yaml"), (), draft=True)
    return [(d.code, d.path) for d in checked.diagnostics if d.severity == "error"]


def success(kind: str, condition: str) -> list[tuple[str, str]]:
    return found(f"task: {{type: {kind}, success: {{{condition}}}}}\n")


@pytest.mark.parametrize(
    "condition",
    [
        'final_offset: "> 7 cm"', 'final_offset: ">= 7 cm"', 'rise: "< 5 cm"', 'max_height_above_target: "> 1 cm"',
        'released_force: "> 0.1 N"', 'orientation_error: "> 60 deg"',
    ],
)  # fmt: skip
def test_a_condition_the_wrong_way_round_is_refused(condition: str) -> None:
    assert success("grasp", condition) == [("SK412", f"task.success.{condition.partition(':')[0]}")]


def test_the_hint_turns_the_comparison_alone() -> None:
    text = completed('task: {type: grasp, success: {rise: "≤ 5 cm"}}\n')
    (finding,) = [d for d in check_tree(load_bytes(text.encode(), "spec.yaml"), ()).diagnostics if d.code == "SK412"]
    assert finding.hint == 'write ">= 5 cm"'


@pytest.mark.parametrize("condition", ['final_offset: "<= 7 cm"', 'rise: ">= 5 cm"', 'tilt: "< 20 deg"'])
def test_a_condition_the_right_way_round_passes(condition: str) -> None:
    assert success("grasp", condition) == []


@pytest.mark.parametrize(
    "condition",
    [
        'rise: "> 5 km"', 'rise: "> 0 cm"', 'final_offset: "< 1 um"', 'orientation_error: "< 180 deg"',
        'tilt: "< 0 deg"', 'released_force: "< 1000 N"', 'released_force: "< 0 N"', 'final_offset: "< -7 cm"',
    ],
)  # fmt: skip
def test_a_bound_that_always_or_never_holds_is_refused(condition: str) -> None:
    assert success("grasp", condition) == [("SK405", f"task.success.{condition.partition(':')[0]}")]


def drawn(line: str) -> list[tuple[str, str]]:
    return found(f"randomization:\n  {line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "apple.position.xy: 10 .. 20 cm", "apple.yaw: × 0.5 .. 2", "apple.scale: ± 0.2", "gravity: × 0.5 .. 2",
        "observation.delay: × 0.5 .. 2", "observation.point: × normal 5 %", "control.stiffness: + 1 .. 5 N m/rad",
        "apple.push.interval: + 1 .. 2 s",
    ],
)  # fmt: skip
def test_an_operation_without_sense_for_the_quantity_is_refused(line: str) -> None:
    assert drawn(line) == [("SK413", f"randomization.{line.partition(':')[0]}")]


@pytest.mark.parametrize(
    "line",
    [
        "apple.mass: × 0.5 .. 1200", "apple.scale: 0.8 .. 1200", "apple.scale: 0.001 .. 1", "apple.mass: ± 50 kg",
        "observation.delay: 0 .. 50 s", "apple.friction: -1 .. 2", "apple.mass: -10 .. 10 g",
        "observation.point: normal 5 m", "observation.point: normal 5 m, 2 mm", "apple.yaw: ± 300 deg",
        "apple.mass: × normal 200 %",
    ],
)  # fmt: skip
def test_a_draw_beyond_all_bounds_is_refused(line: str) -> None:
    assert drawn(line) == [("SK405", f"randomization.{line.partition(':')[0]}")]


@pytest.mark.parametrize(
    "line",
    [
        "apple.position.xy: ± 5 cm", "apple.position.xy: + 1 .. 3 cm", "apple.yaw: ± 180 deg",
        "apple.mass: 100 .. 140 g",
        "apple.scale: 0.8 .. 1.2", "apple.scale: × 0.8 .. 1.2", "apple.mass: × log 0.25 .. 4", "apple.mass: ± 10 %",
        "apple.friction: 0.5 .. 1.5", "observation.point: normal 2 mm", "control.stiffness: × 0.8 .. 1.1",
        "apple.mass: × normal 5 %",
    ],
)  # fmt: skip
def test_a_draw_with_sense_passes(line: str) -> None:
    assert drawn(line) == []
