"""The terms of the merged spec against the registry: what nothing executes is refused outside drafts."""

import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.resolve.preset import preset_names
from skillc.compiler.resolve.shipped import pipeline_of
from skillc.compiler.source.load import load_bytes
from tests.check.code_examples import completed


def found(text: str, *, draft: bool = False) -> list[tuple[str, str, str]]:
    written = completed(text)
    checked = check_tree(load_bytes(written.encode(), "spec.yaml"), (), draft=draft)
    lines = written.splitlines()
    return [(d.code, d.path, lines[d.spans[0].line - 1].strip()) for d in checked.diagnostics if d.severity == "error"]


def policy(settings: str) -> str:
    return f"policies:\n  residual:\n    {settings}\n"


UNDONE = [
    ("rewards:\n  joint_torque_l2: {weight: -1.0}\n", "rewards.joint_torque_l2"),
    ("rewards:\n  lift: {weight: 0.2, height: 5 cm, slope: 2}\n", "rewards.lift.slope"),
    ("rewards:\n  contact: {weight: 1.0, when: fingers_in_contact > 1}\n", "rewards.contact.when"),
    ("rewards:\n  contact: {weight: {per_stage: [1.0, 2.0]}}\n", "rewards.contact.weight.per_stage"),
    (policy("observe: [joint_velocity]"), "policies.residual.observe[0]"),
    (policy("observe: [{term: joint_position, history: 5}]"), "policies.residual.observe[0].history"),
    (policy("privileged: [object_mass]"), "policies.residual.privileged"),
    (policy("rewards: {contact: {weight: 1.0}}"), "policies.residual.rewards"),
    (policy("curriculum: [{steps: 100, learning_rate: 0.1}]"), "policies.residual.curriculum"),
    (policy("act: {hand: {kind: absolute}}"), "policies.residual.act.hand.kind"),
    (policy("terminate: {body_far: 1 m}"), "policies.residual.terminate.body_far"),
    (policy("terminate: {after: 10 s}"), "policies.residual.terminate.after"),
    ("randomization:\n  gravity: normal 0.1 m/s^2\n", "randomization.gravity"),
    ("randomization:\n  apple.position.z: ± 1 cm\n", "randomization.apple.position.z"),
    ("randomization:\n  apple.yaw: normal 5 deg\n", "randomization.apple.yaw"),
    ("randomization:\n  apple.scale: log 0.5 .. 2\n", "randomization.apple.scale"),
    ("randomization:\n  observation.lag_probability: 10 %\n", "randomization.observation.lag_probability"),
    ("evaluation:\n  test:\n    observation.point: normal 2 mm\n", "evaluation.test.observation.point"),
    ('task:\n  type: grasp\n  success: {hold_time: "> 1 s"}\n', "task.success.hold_time"),
]


@pytest.mark.parametrize(("text", "path"), UNDONE, ids=[path for _, path in UNDONE])
def test_what_nothing_executes_is_refused_at_its_line(text: str, path: str) -> None:
    assert found(text) == [("SK321", path, text.strip().splitlines()[-1].strip())]


@pytest.mark.parametrize(("text", "path"), UNDONE, ids=[path for _, path in UNDONE])
def test_a_draft_may_use_it(text: str, path: str) -> None:
    assert found(text, draft=True) == []


@pytest.mark.parametrize("method", [name for name in preset_names("method") if pipeline_of(name)])
def test_methods_that_can_be_built_bring_no_term_without_an_implementation(method: str) -> None:
    checked = check_tree(load_bytes(completed(f"method: {method}\n").encode(), "spec.yaml"), ())
    about = ("rewards", "policies", "randomization", "evaluation", "task")
    assert [d for d in checked.diagnostics if d.code == "SK321" and d.path.startswith(about)] == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("rewards: {approach: {weight: 0.2}}\n", "rewards.approach"),
        ("rewards: {table_clearance: {weight: -0.2}}\n", "rewards.table_clearance"),
        (policy("act: {arm: {kind: residual}}"), "policies.residual.act.arm"),
    ],
)
def test_a_setting_that_a_function_asks_for_is_due(text: str, path: str) -> None:
    assert [(code, where) for code, where, _ in found(text)] == [("SK414", path)]


@pytest.mark.parametrize(
    "settings",
    [
        "observe: [joint_position, flow_centroid, joint_position]",
        "observe: [joint_position, {term: joint_position, history: 5}]",
        "observe: [joint_position]\n    privileged: [joint_position]",
        "privileged: [object_mass, object_mass]",
    ],
)
def test_an_observation_is_given_once(settings: str) -> None:
    assert [code for code, _, _ in found(policy(settings), draft=True)] == ["SK415"]


@pytest.mark.parametrize("owner", ["manipulated", "arm", "obstacle"])
def test_what_is_no_object_here_cannot_vary(owner: str) -> None:
    assert [(code, path) for code, path, _ in found(f"randomization:\n  {owner}.mass: × 0.5 .. 1.5\n")] == [
        ("SK416", f"randomization.{owner}.mass")
    ]


def test_a_warning_hides_no_error_at_its_place() -> None:
    assert [code for code, _, _ in found(policy("observe: ['a_pack:b', 'a_pack:b']"))] == ["SK415"]


@pytest.mark.parametrize("key", ["table.mass", "robot.position.xy", "control.friction", "camera.yaw", "table.scale"])
def test_what_a_thing_does_not_have_cannot_vary(key: str) -> None:
    width = "± 1 cm" if "position" in key else "± 1 deg" if "yaw" in key else "× 0.5 .. 1.5"
    assert [(code, path) for code, path, _ in found(f"randomization:\n  {key}: {width}\n", draft=True)] == [
        ("SK416", f"randomization.{key}")
    ]


def test_a_task_without_a_condition_is_refused() -> None:
    none = "{rise: null, final_offset: null, max_height_above_target: null, released_force: null}"
    assert [code for code, _, _ in found(f"task: {{type: grasp, success: {none}}}\n")] == ["SK417"]


def test_one_condition_is_enough() -> None:
    text = "task: {type: grasp, success: {rise: null, max_height_above_target: null, released_force: null}}\n"
    assert found(text) == []


POUR = "scene: {{objects: {{jar: {{role: manipulated}}, pan: {{role: target}}}}}}\ntask: {{type: pour, success: {}}}\n"


def test_a_tilt_is_turned_as_the_tasks_own() -> None:
    wrong = found(POUR.format('{tilt: "< 90 deg"}'))
    assert [(code, path) for code, path, _ in wrong] == [("SK412", "task.success.tilt")]
    assert found(POUR.format('{tilt: "> 120 deg"}')) == []


APPLE = "scene: {{objects: {{apple: {{role: manipulated{}}}, plate: {{role: target}}}}}}\nrandomization: {{{}}}\n"


@pytest.mark.parametrize(
    ("own", "drawn", "codes"),
    [
        ("", "apple.mass: ± 5 kg", ["SK418"]),
        (", mass: 120 g", "apple.mass: ± 120 g", ["SK418"]),
        (", mass: 120 g", "apple.mass: ± 40 g", []),
        ("", "apple.friction: ± 0.2", ["SK418"]),
        (", friction: 0.6", "apple.friction: ± 0.2", []),
        ("", "apple.mass: ± 20 %", []),
        ("", "apple.mass: 100 .. 140 g", []),
    ],
)
def test_what_is_added_to_a_mass_leaves_some_of_it(own: str, drawn: str, codes: list[str]) -> None:
    assert [code for code, _, _ in found(APPLE.format(own, drawn))] == codes
