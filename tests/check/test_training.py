import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.source.load import load_bytes
from tests.check.code_examples import completed


def codes(text: str, *, draft: bool = False) -> list[str]:
    tree = load_bytes(completed(text).encode(), "spec.yaml")
    return [d.code for d in check_tree(tree, (), draft=draft).diagnostics if d.severity == "error"]


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ("residul: {learning_rate: 0.0003}", "SK438"),
        ("residual: {patience: 300}", "SK320"),
        ("keyframe_pose: {clip: 0.2}", "SK320"),
        ("residual: {minibatch: 10000000}", "SK440"),
        ("keyframe_pose: {jitter: 5 cm}", "SK440"),
        ("keyframe_pose: {jitter_clip: 0.5 mm}", "SK440"),
        ("keyframe_pose: {learning_rate_end: 0.5}", "SK440"),
        ("residual: {act: {hand: {kind: residual, limit: 2 rad}}}", "SK405"),
        ("residual: {act: {hand: {kind: residual, limit: 3 deg, scale: 10 deg}}}", "SK440"),
        ("residual: {observe: [{term: joint_position, future: 2}]}", "SK209"),
        ("keyframe_pose: {randomization: {apple.mass: × 0.5 .. 1.5}}", "SK341"),
        ("keyframe_pose: {randomization: {observation.point: normal 2 mm}}", "SK341"),
        ("residual: {randomization: {table.mass: × 0.5 .. 1.5}}", "SK416"),
        ("residual: {randomization: {apple.yaw: ± 0 deg}}", "SK320"),
        ("residual: {randomization: {gravity: normal 0.1 m/s^2}}", "SK321"),
        ("residual: {randomization: {apple.position.xy: ± 5 m}}", "SK501"),
    ],
)
def test_a_policy_that_means_nothing_is_refused(policy: str, code: str) -> None:
    assert codes(f"policies: {{{policy}}}") == [code]


@pytest.mark.parametrize(
    "policy",
    [
        "mine: {algorithm: ppo, observe: [joint_position], act: {hand: {kind: residual, limit: 3 deg}}, rate: 12 Hz}",
        "residual: {minibatch: 131072}",
        "residual: {randomization: {apple.position.xy: ± 3 cm, apple.mass: null}}",
        "keyframe_pose: {randomization: {apple.position.xy: null, apple.position.x: ± 3 cm}}",
        "keyframe_pose: {jitter: 2 mm, jitter_clip: 6 mm}",
    ],
)
def test_a_policy_that_differs_from_the_methods_is_left_alone(policy: str) -> None:
    assert codes(f"policies: {{{policy}}}") == []


@pytest.mark.parametrize(
    "policies",
    [
        "student: {from: student}",
        "teacher: {from: [student]}",
        "teacher: {drives: student}, student: {drives: teacher}",
    ],
)
def test_circles_of_teachers_and_drivers_are_told_once(policies: str) -> None:
    assert codes(f"method: dex4d\npolicies: {{{policies}}}", draft=True).count("SK439") == 1


def test_weights_per_stage_are_as_many_as_the_stages() -> None:
    rewards = "method: dex4d\nrewards: {{goal_distance: {{weight: {{per_stage: {}}}}}}}"
    assert "SK207" not in codes(rewards.format("[1.0, 1.0, 0.5]"), draft=True)
    assert "SK207" in codes(rewards.format("[1.0, 1.0]"), draft=True)


@pytest.mark.parametrize(
    "number",
    [
        "policies: {residual: {minibatch: lost}}",
        "policies: {residual: {learning_rate: lost}}",
        "rewards: {action_l2: {weight: lost}}",
    ],
)
def test_an_open_number_is_for_drafts(number: str) -> None:
    assert "SK408" in codes(number)
    assert "SK408" not in codes(number, draft=True)


def test_a_method_without_its_policy_is_told_and_does_not_crash() -> None:
    assert codes("policies: {residual: null}") == ["SK610"]
