import pytest

from skillc.compiler.diff.meaning import changes
from skillc.compiler.diff.report import Difference, as_markdown, as_record, as_text
from skillc.compiler.diff.rerun import rerun
from skillc.compiler.diff.side import Side
from skillc.compiler.plan.stage import Stage
from skillc.compiler.resolve.front_end import require_spec

SPEC = """\
skill: example
language: 1
demonstrations: {recording: a.mp4}
cameras: {main: {model: realsense_d455, focal: 582 px}}
scene: {objects: {apple: {role: manipulated, material: plastic}, plate: {role: target}}}
task: {type: grasp}
hardware: kinova_gen3_leap
method: video2sim2real
randomization: {apple.yaw: ± 10 deg, apple.scale: 0.8 .. 1.2}
rewards: {flow_tracking: {weight: 1.0, scale: 5 cm}}
deploy: {rates: {control: 60 Hz, policy: 12 Hz}, on_fault: {object_lost: retry 2, else: hold}}
"""


def spec(*replacements: tuple[str, str]):
    text = SPEC
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return require_spec(text.encode(), "example.yaml")[0]


def side(resolved) -> Side:
    return Side(name="example.yaml", resolved=resolved)


def difference(*replacements: tuple[str, str]) -> Difference:
    found = changes(spec(), spec(*replacements))
    return Difference(before="old.yaml", after="new.yaml", changes=tuple(found), rerun=None)


def said(*replacements: tuple[str, str]) -> list[str]:
    return [change["text"] for change in as_record(difference(*replacements))["changes"]]


def test_rates_and_ranges_are_told_with_their_units() -> None:
    assert said(("control: 60 Hz, policy: 12 Hz", "control: 30 Hz, policy: 10 Hz")) == [
        "control rate 60 -> 30 Hz",
        "policy rate 12 -> 10 Hz",
    ]
    assert said(("± 10 deg", "± 20 deg")) == ["apple.yaw ±10 -> ±20 deg"]


def test_both_values_are_told_in_the_newer_ones_unit() -> None:
    assert said(("scale: 5 cm", "scale: 40 mm")) == ["flow_tracking scale 50 -> 40 mm"]


def test_another_spelling_of_the_same_value_is_no_change() -> None:
    same = (("scale: 5 cm", "scale: 50 mm"), ("0.8 .. 1.2", "× 0.8 .. 1.2"), ("60 Hz", "0.06 kHz"))
    assert said(same[0], same[2]) == []
    assert said(same[1]) == ["apple.scale 0.8 .. 1.2 -> ×0.8 .. 1.2"]  # multiplied instead of set: another meaning


def test_a_value_that_only_moves_into_the_spec_is_no_change() -> None:
    assert said(("rewards: {", "rewards: {action_l2: {weight: -0.01}, ")) == []


def test_preset_changes_show_through() -> None:
    found = said(("method: video2sim2real", "method: pure_rl_full"))
    assert "preset video2sim2real -> pure_rl_full" in found
    assert any(text.startswith("residual: act.arm.kind added: residual") for text in found)
    assert any(text.startswith("keyframe_pose: algorithm removed") for text in found)


def test_text_golden() -> None:
    found = difference(
        ("± 10 deg", "± 20 deg"), ("control: 60 Hz", "control: 30 Hz"), ("policy: 12 Hz", "policy: 10 Hz"),
        ("task: {type: grasp}", "task: {type: grasp, success: {final_offset: < 5 cm}}"),
        ("object_lost: retry 2", "object_lost: stop"),
    )  # fmt: skip
    assert as_text(found) == (
        "new.yaml: 5 changes against old.yaml\n"
        "\n"
        "task\n"
        "  success: final_offset < 7 -> < 5 cm\n"
        "\n"
        "training randomization\n"
        "  apple.yaw ±10 -> ±20 deg\n"
        "\n"
        "deployment\n"
        "  control rate 60 -> 30 Hz\n"
        "  policy rate 12 -> 10 Hz\n"
        "  on object lost retry 2 -> stop"
    )


def stage(name: str, *needs: str, reads: str = "") -> Stage:
    return Stage(
        name=name, needs=needs, makes=(f"{name}.json",), code=(), run=lambda ctx: None,
        parameters=lambda resolved: resolved.section(reads) if reads else {},
    )  # fmt: skip


STAGES = (
    stage("recording"),
    stage("hands", "recording"),
    stage("environment", "hands", reads="rewards"),
    stage("training", "environment"),
)


def test_what_must_run_again_follows_the_stages() -> None:
    found = rerun(side(spec()), side(spec(("scale: 5 cm", "scale: 4 cm"))), STAGES)
    assert found.changed == ("environment",)
    assert found.downstream == ("training",)
    assert found.kept == ("recording", "hands")
    assert found.policies == ("keyframe_pose", "residual")


def test_markdown_golden() -> None:
    old, new = spec(), spec(("scale: 5 cm", "scale: 4 cm"))
    found = Difference(
        before="old.yaml", after="new.yaml", changes=tuple(changes(old, new)), rerun=rerun(side(old), side(new), STAGES)
    )
    assert as_markdown([found]) == (
        "### `new.yaml`\n"
        "\n"
        "| what | change |\n"
        "|---|---|\n"
        "| **rewards** | |\n"
        "| flow_tracking scale | 5 -> 4 cm |\n"
        "\n"
        "- must run again: `environment`\n"
        "- run again if the stages above give other results: `training`\n"
        "- train again: `keyframe_pose`, `residual`\n"
        "- reused: `recording`, `hands`\n"
    )


def test_markdown_of_nothing_says_so() -> None:
    same = Difference(before="a", after="b", changes=(), rerun=None)
    assert as_markdown([same]) == "**skillc**: no spec changes its meaning.\n"
    assert as_text(same) == "b: means the same as a"


def test_a_default_is_no_change_where_it_was_written_and_shown_as_one_where_it_replaces_something() -> None:
    assert said((", else: hold", "")) == []
    before, after = spec((", else: hold", ", else: stop")), spec((", else: hold", ""))
    found = Difference(before="a", after="b", changes=tuple(changes(before, after)), rerun=None)
    assert [change["text"] for change in as_record(found)["changes"]] == ["any other fault stop -> hold (default)"]


def test_a_renamed_object_is_one_change() -> None:
    found = difference(("plate: {role", "dish: {role"), ("demonstrations:", "summary: x\ndemonstrations:"))
    assert [(c.kind, c.path, c.before, c.after) for c in found.changes if c.path != "summary"] == [
        ("renamed", "scene.objects.dish", "plate", "dish")
    ]
    found = difference(("apple: {role", "pear: {role"), ("apple.yaw", "pear.yaw"), ("apple.scale", "pear.scale"))
    assert [c.kind for c in found.changes] == ["renamed"]
    assert "pear renamed from apple" in as_text(found)


def test_a_thing_that_is_renamed_and_changed_is_another_thing() -> None:
    kinds = {c.kind for c in difference(("plate: {role: target}", "dish: {role: target, material: wood}")).changes}
    assert kinds == {"added", "removed"}


def test_one_of_two_equal_things_is_not_taken_for_a_rename() -> None:
    two = SPEC.replace("plate: {role: target}", "a: {role: obstacle}, b: {role: obstacle}")
    one = SPEC.replace("plate: {role: target}", "c: {role: obstacle}")
    found = changes(require_spec(two.replace("grasp", "lift").encode(), "x")[0],
                    require_spec(one.replace("grasp", "lift").encode(), "x")[0])  # fmt: skip
    assert "renamed" not in {c.kind for c in found}


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (("scale: 5 cm", "scale: 5 cm"), ("scale: 5 cm", "scale: 40 mm"), "flow_tracking scale 50 -> 40 mm"),
        (("± 10 deg", "± 0.1 rad"), ("± 10 deg", "± 20 deg"), "apple.yaw ±5.72958 -> ±20 deg"),
        (("60 Hz", "60 Hz"), ("60 Hz", "0.12 kHz"), "control rate 0.06 -> 0.12 kHz"),
        (("scale: 5 cm", "scale: 2 inches"), ("scale: 5 cm", "scale: 40 mm"), "flow_tracking scale 50.8 -> 40 mm"),
    ],
)
def test_one_unit_stands_in_a_line(old, new, text: str) -> None:
    found = changes(spec(old), spec(new))
    told = as_record(Difference(before="a", after="b", changes=tuple(found), rerun=None))
    assert [change["text"] for change in told["changes"]] == [text]
