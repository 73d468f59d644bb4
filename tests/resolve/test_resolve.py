import pytest

from skillc.compiler.resolve import store
from skillc.compiler.resolve.front_end import read_spec, require_spec
from skillc.compiler.resolve.preset import preset_names
from skillc.compiler.resolve.resolve import method_policies, resolve
from skillc.compiler.resolve.resolved import at
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.load import load_bytes
from skillc.compiler.validate.validate import validate

SPEC = """\
skill: example
language: 1
demonstrations: {recording: a.mp4}
cameras: {main: {model: realsense_d455, focal: 582 px}}
scene:
  objects:
    apple: {role: manipulated, material: plastic}
    plate: {role: target, material: ceramic}
task: {type: grasp, success: {final_offset: < 5 cm}}
hardware: kinova_gen3_leap
method: video2sim2real
randomization: {apple.yaw: ± 10 deg, apple.mass: × 0.9 .. 1.1}
rewards: {flow_tracking: {weight: 2.0}}
deploy: {rates: {control: 60 Hz, policy: 12 Hz}, on_fault: {else: hold}}
"""


def resolved(text: str = SPEC):
    return require_spec(text.encode(), "dir/example.yaml")[0]


def findings(old: str, new: str) -> list[tuple[str, int, str]]:
    assert old in SPEC
    spec, found = read_spec(SPEC.replace(old, new).encode(), "example.yaml")
    assert spec is None
    return [(d.code, d.spans[0].line, d.hint) for d in found]


def test_task_defaults_lie_below_the_specs_conditions() -> None:
    success = resolved().at("task.success")
    assert success["final_offset"] == {"operator": "<", "value": 0.05}
    assert success["rise"] == {"operator": ">", "value": 0.05}


def test_origins_name_spec_and_preset_with_their_lines() -> None:
    origins = resolved().origins["task.success.final_offset"]
    assert [(o.file, o.text) for o in origins] == [
        ("skillc:specs/tasks/grasp.yaml", "< 7 cm"),
        ("dir/example.yaml", "< 5 cm"),
    ]
    assert origins[0].source.startswith("Table 4") and origins[1].source == ""
    assert (origins[1].line, origins[1].column) == (9, 45)


def test_method_defaults_use_the_specs_object_names() -> None:
    drawn = resolved().at("policies.residual")["randomization"]
    assert "apple.friction" in drawn and not any(key.startswith("manipulated") for key in drawn)


def test_a_line_for_all_policies_lies_over_that_of_each_that_draws_the_quantity() -> None:
    policies = resolved().section("policies")
    assert policies["residual"]["randomization"]["apple.mass"]["low"] == 0.9
    assert "apple.yaw" not in policies["residual"]["randomization"]
    assert "apple.mass" not in policies["keyframe_pose"]["randomization"]
    narrow = SPEC.replace("apple.yaw: ± 10 deg", "apple.yaw: ± 2 deg")
    assert resolved(narrow).at("policies.keyframe_pose")["randomization"]["apple.yaw"]["high"] == pytest.approx(
        0.0349, abs=1e-4
    )


def test_what_the_spec_says_of_one_policy_lies_above_its_line_for_all() -> None:
    text = SPEC + "policies: {residual: {randomization: {apple.mass: × 0.5 .. 2}}}\n"
    assert resolved(text).at("policies.residual")["randomization"]["apple.mass"]["high"] == 2.0


def test_a_null_takes_a_draw_from_every_policy() -> None:
    text = SPEC.replace("apple.yaw: ± 10 deg", "apple.scale: null")
    assert not any("apple.scale" in policy["randomization"] for policy in resolved(text).section("policies").values())


def test_a_key_with_dots_is_found_beside_one_that_begins_like_it() -> None:
    values = {"randomization": {"apple": {"yaw": 1.0}, "apple.mass": 2.0}, "goals": [{"name": "a"}]}
    assert [at(values, f"randomization.apple{key}") for key in (".yaw", ".mass")] == [1.0, 2.0]
    assert at(values, "goals[0].name") == "a"
    with pytest.raises(KeyError, match=r"randomization\.apple\.tilt"):
        at(values, "randomization.apple.tilt")


def test_an_unchanged_robot_keeps_the_line_that_names_it_last() -> None:
    origins = resolved().origins["hardware.name"]
    assert (origins[-1].file, origins[-1].text) == ("dir/example.yaml", "kinova_gen3_leap")


def test_rewards_merge_line_by_line() -> None:
    rewards = resolved().section("rewards")
    assert rewards["flow_tracking"]["weight"] == 2.0
    assert rewards["flow_tracking"]["scale"] == 0.05
    assert rewards["action_l2"]["weight"] < 0


def test_stage_parameters_are_plain_si_values() -> None:
    assert resolved().at("method.stages.keyframes.detachment_height") == 0.03
    assert resolved().at("method.name") == "video2sim2real"


def test_a_stage_setting_is_overridden_line_by_line() -> None:
    text = SPEC.replace(
        "method: video2sim2real",
        "method: {extends: video2sim2real, stages: {keyframes: {detachment_height: 25 mm}}}",
    )
    spec = resolved(text)
    assert spec.at("method.stages.keyframes.detachment_height") == 0.025
    assert spec.at("method.stages.scene.materials")[0] == "wood"
    assert [o.text for o in spec.origins["method.stages.keyframes.detachment_height"]] == ["3 cm", "25 mm"]


def test_limits_lower_the_joints_and_never_raise_them() -> None:
    text = SPEC.replace(
        "hardware: kinova_gen3_leap",
        "hardware: {extends: kinova_gen3_leap, limits: {joint_speed: 1.3 rad/s}}",
    )
    before = {j["name"]: j["speed"] for j in resolved().at("hardware.joints")}
    after = {j["name"]: j["speed"] for j in resolved(text).at("hardware.joints")}
    assert after == {name: min(speed, 1.3) for name, speed in before.items()}
    assert max(before.values()) > 1.3 > min(before.values())


def test_signal_names_keep_their_dots() -> None:
    assert resolved().at("randomization.apple.yaw")["high"] == pytest.approx(0.17453292519943295)
    with pytest.raises(KeyError, match=r"randomization\.apple\.colour"):
        resolved().at("randomization.apple.colour")


def test_unknown_preset_names_the_nearest() -> None:
    assert findings("method: video2sim2real", "method: video2sim2rael") == [("SK310", 11, "write video2sim2real")]


def test_a_piece_of_presets_is_no_method() -> None:
    new = "method: parts/refinement_baseline"
    assert [code for code, _, _ in findings("method: video2sim2real", new)] == ["SK310"]


def test_unknown_stage_setting_is_told_with_the_nearest_name() -> None:
    new = "method: {extends: video2sim2real, stages: {keyframes: {detachment_hight: 3 cm}}}"
    assert findings("method: video2sim2real", new) == [("SK312", 11, "write detachment_height")]


def test_a_methods_defaults_are_overridden_in_the_specs_own_sections() -> None:
    new = "method: {extends: video2sim2real, defaults: {rewards: {action_l2: {weight: -0.5}}}}"
    ((code, line, hint),) = findings("method: video2sim2real", new)
    assert (code, line) == ("SK312", 11) and "its own section" in hint


def test_a_setting_of_another_dimension_is_told_with_the_presets_value() -> None:
    new = "method: {extends: dex4d, stages: {goals: {video_length: 5 m}}}"
    assert ("SK410", 11, "write it like 5 s") in findings("method: video2sim2real", new)


def test_a_value_in_place_of_a_group_is_told() -> None:
    new = "method: {extends: dex4d, stages: {goals: 3}}"
    assert "SK230" in [code for code, _, _ in findings("method: video2sim2real", new)]


def test_rewards_without_a_policy_that_reads_them_are_told_but_leave_the_spec_to_other_methods() -> None:
    text = SPEC.replace("method: video2sim2real", "method: pure_il")
    spec, found = read_spec(text.encode(), "example.yaml")
    assert spec is not None
    assert [(d.code, d.severity, d.path) for d in found] == [("SK320", "warning", "rewards")]


def test_a_range_that_changes_nothing_is_dead() -> None:
    assert [code for code, _, _ in findings("apple.yaw: ± 10 deg", "apple.yaw: ± 0 deg")] == ["SK320"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rewards: {", "rewards: {contact_goal: {weight: 1.0}, "),
        ("randomization: {", "randomization: {observation.joint_velocity: normal 0.1 rad/s, "),
    ],
)
def test_terms_that_can_never_count_are_dead(old: str, new: str) -> None:
    assert [code for code, _, _ in findings(old, new)] == ["SK320"]


def test_a_lifting_reward_is_dead_where_nothing_is_lifted() -> None:
    text = SPEC.replace("type: grasp", "type: push").replace("rewards: {", "rewards: {lift: {weight: 1.0}, ")
    _, found = read_spec(text.encode(), "example.yaml")
    assert [d.path for d in found if d.code == "SK320"] == ["rewards.lift"]


def test_a_methods_lifting_reward_stays_away_from_tasks_that_lift_nothing() -> None:
    aux = SPEC.replace("method: video2sim2real", "method: residual_rl_aux")
    assert "lift" in resolved(aux).section("rewards")
    push = aux.replace("task: {type: grasp, success: {final_offset: < 5 cm}}", "task: {type: push}")
    push = push.replace("    plate: {role: target, material: ceramic}\n", "")
    assert "lift" not in resolved(push).section("rewards") and "approach" in resolved(push).section("rewards")


def test_a_preset_with_lost_numbers_needs_a_draft() -> None:
    text = SPEC.replace("method: video2sim2real", "method: sugar").replace(
        "randomization: {apple.yaw: ± 10 deg, ", "randomization: {"
    )
    _, found = read_spec(text.encode(), "example.yaml")
    assert "SK411" in [d.code for d in found]
    spec, found = read_spec(text.encode(), "example.yaml", draft=True)
    assert spec is not None and "SK411" not in [d.code for d in found]


def test_resolve_takes_a_valid_spec() -> None:
    tree = load_bytes(SPEC.encode(), "example.yaml")
    valid = validate(tree, preset_policies=method_policies(tree))
    assert not isinstance(valid, list)
    assert resolve(valid).at("skill") == "example"


def test_resolve_raises_all_findings_at_once() -> None:
    text = SPEC.replace("method: video2sim2real", "method: nope").replace("kinova_gen3_leap", "nope")
    with pytest.raises(SourceError) as error:
        require_spec(text.encode(), "example.yaml")
    assert [d.code for d in error.value.diagnostics] == ["SK310", "SK310"]


@pytest.mark.parametrize("name", preset_names("method"))
def test_every_method_resolves_as_a_draft(name: str) -> None:
    text = SPEC.replace("method: video2sim2real", f"method: {name}").replace(
        "rewards: {flow_tracking: {weight: 2.0}}\n", ""
    )
    spec, found = read_spec(text.encode(), "example.yaml", draft=True)
    assert spec is not None, found
    assert spec.at("method.name") == name


def test_the_refinement_baselines_differ_as_appendix_c_says() -> None:
    def of(method: str):
        text = SPEC.replace("method: video2sim2real", f"method: {method}")
        return require_spec(text.encode(), "dir/example.yaml", draft=True)[0]

    assert of("residual_rl").at("policies.residual.base") == "retargeted"
    assert "arm" in of("residual_rl").at("policies.residual.act")
    assert "reference_joint_position_next" not in of("deepmimic_rl").at("policies.residual.observe")
    assert "joint_tracking" in of("deepmimic_rl").section("rewards")
    assert "joint_tracking" not in of("precontact_init").section("rewards")
    assert of("precontact_init").at("reset.before_contact") == 10
    assert of("opt_precontact_init").at("reset.trajectory") == "reference"
    assert of("object_only").section("reset") == {} and not of("object_only").section("policies.residual.terminate")
    aux = of("object_only_aux").section("rewards")
    assert {"approach", "contact", "lift"} <= aux.keys() and "lift" not in of("object_only").section("rewards")


def test_the_written_file_reads_back_and_hides_the_folder(tmp_path) -> None:
    spec = resolved()
    store.save(spec, tmp_path / "resolved.yaml")
    again = store.load(tmp_path / "resolved.yaml")
    assert again.values == spec.values
    assert again.origins["rewards.flow_tracking.weight"][-1].file == "example.yaml"
    elsewhere, _ = require_spec(SPEC.encode(), "/other/place/example.yaml")
    assert store.as_text(elsewhere) == store.as_text(spec)


def test_a_file_of_another_version_is_refused(tmp_path) -> None:
    file = tmp_path / "resolved.yaml"
    file.write_text("format: skillc.resolved\nversion: 9\n")
    with pytest.raises(store.ResolvedFormatError, match="version 9"):
        store.load(file)
    file.write_text("a: [")
    with pytest.raises(store.ResolvedFormatError, match="not readable"):
        store.load(file)


def test_the_answer_to_faults_is_hold_where_nobody_writes_one() -> None:
    for written in (", on_fault: {else: hold}", ", on_fault: {object_lost: retry 2}"):
        spec = resolved(SPEC.replace(", on_fault: {else: hold}", written))
        assert spec.at("deploy.on_fault.else") == "hold"
    origin = resolved(SPEC.replace(", on_fault: {else: hold}", "")).origins["deploy.on_fault.else"][-1]
    assert origin.file == "skillc:specs/defaults.yaml" and "the default" in origin.source
    assert resolved(SPEC.replace("else: hold", "else: stop")).at("deploy.on_fault.else") == "stop"
