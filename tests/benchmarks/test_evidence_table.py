"""Figures of the tables are those of the recorded verdicts."""

from typing import Any

from skillc.benchmarks.evidence_table import as_markdown, kinds_table, paired_table, percent, success_table


def row(success: dict[str, str], *, kind: str = "rgbd", sealed: bool = False, back: list[str] | None = None) -> Any:
    arms = {
        name: {
            "n": len(bits),
            "success": bits,
            "safe": "1" * (len(bits) - 1) + "0",
            "jerk_rms": {"arm": 0.5, "hand": 0.25},
            "duration_s": 9.9,
            "penetration_p99_mm": 0.3,
            "pressing_n": {"hand-table": 3.0, "arm-table": 0.0},
            "fidelity": {"fell_back": back or [], "hand_mm": 4.0, "hand_deg": 2.0, "object_mm": 1.0},
        }
        for name, bits in success.items()
    }
    return {"kind": kind, "sealed": sealed, "build": {"codes": []}, "arms": arms}


def test_a_rate_is_shown_with_its_counts_and_interval() -> None:
    assert percent({"success": "1" * 50}) == "50/50 (93 .. 100)"
    assert percent({"success": "0" * 20}) == "0/20 (0 .. 16)"
    assert percent(None) == ""


def test_arms_are_compared_scene_by_scene_and_pooled() -> None:
    cases = {"a": row({"replay": "1111", "retargeted": "0011"}), "b": row({"replay": "10", "retargeted": "01"})}
    text = paired_table(cases)
    assert "| a | retargeted | 2 | 0 | +50 %" in text
    assert "| b | retargeted | 1 | 1 | +0 %" in text
    assert "| all, pooled | retargeted | 3 | 1 | +33 %" in text
    assert "unrefined" not in text, "what was not run is not compared"


def test_a_build_that_failed_counts_as_no_success_and_says_why() -> None:
    failed = {"kind": "rgbd", "sealed": True, "build": {"error": "x", "codes": ["SK516"]}}
    cases = {"good": row({"replay": "1111", "truth": "11"}), "bad": failed, "seen": row({"replay": "11"}, sealed=True)}
    assert "bad (sealed) | not built: SK516" in success_table(cases)
    text = kinds_table(cases)
    assert "| simulated, RGB-D | 1 | 100 %, least 100 %" in text
    assert "| simulated, RGB-D, sealed seeds | 2 | 50 %, least 0 %" in text


def test_fallbacks_safety_and_motion_are_told_beside_success() -> None:
    text = as_markdown({"a": row({"replay": "1111"}, back=["SK514"])})
    assert "| 75 % | SK514 |" in text
    assert "0.50 / 0.25" in text and "hand-table 3.0 N" in text and "4.0 mm, 2.0 deg" in text
