"""Stage `recording` on a made-up RGB-D film: what is known is used, what is assumed is said."""

import json
from pathlib import Path

import numpy as np

from skillc.compiler.stages.demonstration.recording import STAGE
from skillc.runtime.formats.recording import Recording
from tests.check.code_examples import spec_of
from tests.run_stage import run_on
from tests.stages.film import RED, ball_points, mask_of, shoot


def test_what_nobody_states_is_assumed_and_said(tmp_path: Path) -> None:
    shoot(tmp_path, 12, lambda k: [(mask_of(ball_points() + np.array([0.008 * k, 0.05, 0.0])), RED)])
    about = tmp_path / "film" / "camera.json"
    about.write_text(json.dumps({"fps": 8, "depth_unit_m": 0.001}), encoding="utf-8")
    assert run_on(STAGE, spec_of("SK811", "right"), (), tmp_path / "right", data=tmp_path) == []
    assert Recording.load(tmp_path / "right" / "recording.json").camera.fx == 340
    ((code, text, path),) = run_on(STAGE, spec_of("SK811", "wrong"), (), tmp_path / "wrong", data=tmp_path)
    assert (code, path) == ("SK811", "demonstrations.recording") and "from the device table" in text
    about.write_text(json.dumps({"fps": 8}), encoding="utf-8")
    ((code, text, path),) = run_on(STAGE, spec_of("SK811", "right"), (), tmp_path / "bare", data=tmp_path)
    assert (code, path) == ("SK811", "demonstrations.recording") and "depth is read as millimetres" in text
