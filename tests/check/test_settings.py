"""Settings of methods: every one has bounds, shipped presets keep them, and settings fit each other."""

from collections.abc import Iterator
from typing import Any

import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.resolve.merged import Leaf, Merged
from skillc.compiler.resolve.preset import preset_names
from skillc.compiler.resolve.shipped import shipped
from skillc.compiler.source.load import load_bytes
from skillc.compiler.validate.schema import schema
from tests.check.code_examples import completed

SECTIONS = ("simulation", "stages", "protocol")


def found(text: str) -> list[tuple[str, str]]:
    checked = check_tree(load_bytes(completed(text).encode(), "spec.yaml"), ())
    return [(d.code, d.summary) for d in checked.diagnostics if d.severity == "error"]


def codes(text: str) -> list[str]:
    return [code for code, _ in found(text)]


def rules(node: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, below in node.get("properties", {}).items():
        if "properties" in below:
            yield from rules(below, (*path, key))
        else:
            yield (*path, key)


def settings(node: Merged, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(node, dict):
        for key, below in node.items():
            yield from settings(below, (*path, key))
    elif isinstance(node, Leaf):
        yield path


def method(name: str) -> set[tuple[str, ...]]:
    layers = shipped("method", name).layers
    return {path for key in SECTIONS for path in settings(layers.get(key, {}), (key,))}


def test_every_setting_of_the_method_that_is_built_has_bounds_and_no_other_has() -> None:
    known = set(rules(schema("settings").raw))
    assert method("video2sim2real") <= known
    assert known <= {path for name in preset_names("method") for path in method(name)}


def test_every_number_among_the_settings_has_two_ends() -> None:
    def ends(path: tuple[str, ...]) -> bool:
        rule = schema("settings").rule
        for key in path:
            below = rule.key_rule(key)
            assert below is not None
            rule = below
        measured = [b for b in rule.any_of if b.marks.get("x-measure") or {"number", "integer"} & set(b.types)]
        lower = {"x-least", "x-above"} & rule.marks.keys()
        return not measured or bool(lower and "x-most" in rule.marks)

    assert [path for path in rules(schema("settings").raw) if not ends(path)] == []


@pytest.mark.parametrize(
    "setting",
    [
        "stages: {landmarks: {detection: 7}}",
        "stages: {hands: {iterations: 0}}",
        "stages: {hands: {iterations: 2.5}}",
        "stages: {keyframes: {detachment_height: 3 m}}",
        "stages: {contract: {safety: {policy_stop: 500 s}}}",
        "stages: {scene: {segmentation: {shadow_share: [-0.1, 1.05]}}}",
        "simulation: {integrator: rk5}",
        "simulation: {iterations: 0}",
        "protocol: {rollouts: 0}",
    ],
)
def test_a_setting_that_means_nothing_is_refused(setting: str) -> None:
    (code,) = codes(f"method: {{extends: video2sim2real, {setting}}}")
    assert code in ("SK203", "SK204", "SK405")


def test_a_setting_may_say_where_it_is_from() -> None:
    length = "{value: 17 cm, source: measured}"
    assert codes(f"method: {{extends: video2sim2real, stages: {{hands: {{hand_length: {length}}}}}}}") == []
    length = "{value: 17 m, source: measured}"
    assert codes(f"method: {{extends: video2sim2real, stages: {{hands: {{hand_length: {length}}}}}}}") == ["SK405"]


def test_ends_are_compared_whichever_was_changed() -> None:
    assert codes("method: {extends: video2sim2real, stages: {recording: {depth_near: 7 m}}}") == ["SK430"]
    assert codes("method: {extends: video2sim2real, stages: {recording: {depth_far: 10 cm}}}") == ["SK430"]
    assert codes("method: {extends: video2sim2real, stages: {twin: {table_near: [2, -0.3]}}}") == ["SK430"]
    lists = "method: {extends: video2sim2real, stages: {scene: {segmentation: {shadow_share: [1.05, 0.2]}}}}"
    assert found(lists) == [("SK430", "`shadow_share` runs downwards: [1.05, 0.2]")]


def test_the_simulation_is_commanded_at_the_robots_rate() -> None:
    deploy = "deploy: {rates: {control: 30 Hz, policy: 10 Hz}, on_fault: {else: hold}}\n"
    deploy += "policies: {residual: {rate: 10 Hz}}\n"
    assert codes(deploy) == ["SK431"]
    assert codes(deploy + "method: {extends: video2sim2real, simulation: {control_rate_hz: 30 Hz}}") == []


def test_a_limit_above_what_counts_as_unsafe_is_refused_in_both_places() -> None:
    own = "method: {extends: video2sim2real, stages: {contract: {safety: {contact_force: 60 N}}}}"
    assert codes(own) == ["SK432"]
    raised = "method: {extends: video2sim2real, protocol: {unsafe_force: 30 N}}\n"
    assert codes(raised + "deploy: {limits: {contact_force: 25 N}, on_fault: {else: hold}}") == []


@pytest.mark.parametrize("name", [name for name in preset_names("method") if method(name)])
def test_shipped_presets_keep_their_own_ends(name: str) -> None:
    unchanged = f"method: {{extends: {name}, protocol: {{}}}}"
    checked = check_tree(load_bytes(completed(unchanged).encode(), "spec.yaml"), (), draft=True)
    assert "SK430" not in [d.code for d in checked.diagnostics]


def test_a_border_is_whole_pixels_and_an_opening_need_not_be() -> None:
    assert codes("method: {extends: video2sim2real, stages: {twin: {border: 3.5}}}") == ["SK203"]
    assert codes("method: {extends: video2sim2real, stages: {scene: {table: {opening: 7.5 px}}}}") == []
