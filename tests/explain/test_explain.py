from pathlib import Path

import pytest

from skillc.compiler.explain import subject, term, value
from skillc.compiler.explain.stage import stage_names
from skillc.compiler.resolve.front_end import require_spec

SPEC = """\
skill: example
language: 1
scene: {objects: {apple: {role: manipulated}}}
task: {type: lift}
hardware: kinova_gen3_leap
method: {extends: video2sim2real, stages: {keyframes: {detachment_height: 25 mm}}}
rewards: {flow_tracking: {weight: 2.0}}
deploy: {rates: {policy: 12 Hz}, on_fault: {else: hold}}
"""


@pytest.fixture(scope="module")
def resolved():
    return require_spec(SPEC.encode(), "example.yaml")[0]


def test_a_value_comes_with_every_place_and_its_source(resolved) -> None:
    text = value.as_text(value.explain_value(resolved, "method.stages.keyframes.detachment_height"))
    first, second, third = text.splitlines()
    assert first == "method.stages.keyframes.detachment_height = 25 mm (0.025 m)"
    assert second.strip() == "example.yaml:6:75"
    assert third.strip().startswith("overrides 3 cm  skillc:specs/methods/video2sim2real.yaml:")
    assert third.endswith("[A.2.1]")


def test_a_group_lists_what_is_in_it(resolved) -> None:
    found = value.explain_value(resolved, "rewards.flow_tracking")
    assert [v.path for v in found] == ["rewards.flow_tracking.weight", "rewards.flow_tracking.scale"]
    assert value.as_records(found)[1]["value"] == 0.05


def test_a_misspelt_path_names_the_nearest(resolved) -> None:
    with pytest.raises(value.NoSuchValue) as error:
        value.explain_value(resolved, "rewards.flow_traking.weight")
    assert error.value.nearest == "rewards.flow_tracking.weight"


def test_every_value_of_an_example_can_be_explained(resolved) -> None:
    for path, origins in resolved.origins.items():
        (found,) = value.explain_value(resolved, path)
        assert found.origins == tuple(reversed(origins))
        assert value.as_text([found])


def test_a_code_is_explained_with_its_examples() -> None:
    text = subject.explain("sk402")
    assert text.startswith("SK402") and "wrong:" in text and "right:" in text


@pytest.mark.parametrize("name", stage_names())
def test_every_stage_is_explained(name: str) -> None:
    text = subject.explain(name)
    assert text.startswith(f"stage {name}") and "needs:" in text and "makes:" in text


def test_a_stage_lists_its_settings_with_sources() -> None:
    assert "detachment_height: 3 cm  (above 0 cm, at most 50 cm)  [A.2.1]" in subject.explain("keyframes")


def test_a_term_is_explained_by_the_schema() -> None:
    assert "centroids" in subject.explain("flow_tracking")
    assert subject.explain("deploy.limits.contact_force").splitlines()[0] == "deploy.limits.contact_force"


def test_a_signal_key_is_explained() -> None:
    found = term.key("randomization.apple.yaw")
    assert found is not None and found.dimension == "angle"


def test_an_unknown_word_names_the_nearest() -> None:
    with pytest.raises(subject.UnknownSubject) as error:
        subject.explain("flow_traking")
    assert "flow_tracking" in error.value.hint
    with pytest.raises(subject.UnknownSubject, match="SK999"):
        subject.explain("SK999")


def test_a_preset_tells_its_paper_and_where_its_numbers_come_from() -> None:
    text = subject.explain("residual_rl_aux")
    assert "arXiv:2606.08828" in text and "extends: residual_rl, parts/auxiliary_rewards" in text
    assert " lost" in subject.explain("sugar")


def test_the_overview_counts_what_the_spec_and_what_presets_say(resolved) -> None:
    lines = value.overview(resolved).splitlines()
    assert "    rewards: 1 written here, 2 from presets" in lines
    assert lines[1] == "    skill: 1 written here"


def test_a_robot_s_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "robots" / "my_arm").mkdir(parents=True)
    (tmp_path / "robots" / "my_arm" / "profile.yaml").write_text(
        "name: my_arm\nsummary: Ours.\ncontrol_rate_hz: {value: 40.0, source: 'data sheet'}\n"
    )
    monkeypatch.chdir(tmp_path)
    text = subject.explain("robots/my_arm")
    assert text.startswith("hardware robots/my_arm") and "Ours." in text and "1 from a publication" in text


def test_a_default_of_the_language_is_shown_as_one() -> None:
    spec = require_spec(SPEC.replace(", on_fault: {else: hold}", "").encode(), "example.yaml")[0]
    text = value.as_text(value.explain_value(spec, "deploy.on_fault.else"))
    assert text.startswith("deploy.on_fault.else = hold\n    skillc:specs/defaults.yaml:") and "the default" in text
