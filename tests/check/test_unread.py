import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.source.load import load_bytes
from tests.check.code_examples import completed


def codes(text: str, severity: str = "error", *, draft: bool = False) -> list[str]:
    checked = check_tree(load_bytes(completed(text).encode(), "spec.yaml"), None, draft=draft)
    return [d.code for d in checked.diagnostics if d.severity == severity and d.code != "SK801"]


@pytest.mark.parametrize("limit", ["hand_speed: 0.3 m/s", "table_clearance: 2 cm"])
def test_a_limit_that_nobody_keeps_is_for_drafts(limit: str) -> None:
    text = f"deploy: {{limits: {{{limit}}}, on_fault: {{else: hold}}}}"
    assert codes(text) == ["SK321"] and codes(text, draft=True) == []


@pytest.mark.parametrize("key", ["train: a/*.mp4", "recording: a.mp4, initial_states: play/a.npz"])
def test_demonstrations_of_another_kind_of_method_are_refused(key: str) -> None:
    assert "SK320" in codes(f"demonstrations: {{{key}}}")


def test_words_that_no_estimator_reads_are_a_warning() -> None:
    scene = "scene: {objects: {apple: {role: manipulated, prompt: the ripe one}}}\n"
    assert codes(scene, "warning") == ["SK320"]
    method = "method: {extends: video2sim2real, stages: {scene: {estimator: sam3}}}"
    assert codes(scene + method, "warning") == []


def test_when_pushes_come_needs_a_push() -> None:
    assert "SK320" in codes("randomization: {apple.push.interval: 4 s}", draft=True)
    assert "SK320" not in codes("randomization: {apple.push.interval: 4 s, apple.push.force: 0 .. 2 N}", draft=True)


def test_a_line_for_all_policies_is_drawn_by_one_of_them() -> None:
    assert codes("randomization: {apple.yaw: ± 20 deg, apple.mass: × 0.9 .. 1.1}") == []
    assert codes("randomization: {apple.yaw: ± 20 deg}\nmethod: residual_rl") == ["SK320"]
    assert codes("randomization: {apple.position.x: ± 2 cm}") == ["SK320"]


def test_a_skills_own_test_draws_no_delay() -> None:
    assert codes("evaluation: {test: {control.delay: 0 .. 20 ms}}") == ["SK321"]


def test_a_horizon_beside_a_demonstration_is_refused() -> None:
    task = "task: {type: lift, horizon: 20 s}\n"
    assert codes(f"{task}demonstrations: {{recording: a.mp4}}") == ["SK209"]


def test_every_unnamed_fault_cannot_be_tried_again() -> None:
    assert codes("deploy: {on_fault: {else: retry 3}}") == ["SK713"]


def test_a_fitted_factor_is_above_zero() -> None:
    tune = "tune: {{log: a.csv, parameters: {{joint.damping: × {} .. 2}}}}"
    assert "SK405" in codes(tune.format("0"), draft=True)
    assert "SK405" not in codes(tune.format("0.5"), draft=True)
