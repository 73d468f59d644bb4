"""Every variant is a spec that is right, and leaves out what it says."""

from dataclasses import replace
from pathlib import Path

import pytest

from skillc.benchmarks.evidence_ablation import VARIANTS, as_markdown, varied
from skillc.benchmarks.evidence_cases import cases
from skillc.compiler.resolve.front_end import require_spec

SETTING = {
    "coarse": ("grasps", "grasp", "search", "attempts", 0),
    "unshaken": ("grasps", "grasp", "probed", 0),
    "keyframes": ("reference", "paths", "waypoints", 2),
    "unrehearsed": ("reference", "rehearsals", 0),
    "unshaken, unrehearsed": ("reference", "rehearsals", 0),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_a_right_spec_with_its_own_settings(name: str, tmp_path: Path) -> None:
    apple = cases(tmp_path, tmp_path, ())[0]
    case = varied(apple, name, tmp_path)
    if not VARIANTS[name].settings:
        assert case is apple
        return
    assert case.name != apple.name and case.spec != apple.spec
    spec, _ = require_spec(case.spec.read_bytes(), "apple.yaml")
    found = spec.section("method.stages")
    *path, wanted = SETTING[name]
    for key in path:
        found = found[key]  # type: ignore[index, assignment, call-overload]
    assert found == wanted
    assert spec.section("method")["name"] == "video2sim2real"


def test_a_spec_whose_method_is_not_one_line_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "apple.yaml"
    file.write_text("method: {extends: video2sim2real}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="0 lines"):
        varied(replace(cases(tmp_path, tmp_path, ())[0], spec=file), "coarse", tmp_path)


def test_variants_are_compared_with_the_whole_over_the_same_scenes() -> None:
    text = as_markdown({"real_tray": {"whole": {"success": "1111"}, "coarse": {"success": "0011"}}})
    assert "| real_tray | whole | 4/4" in text
    assert "| real_tray | coarse | 2/4" in text and "-50 %" in text
    assert "| all | coarse correction only" in text
