"""Specs of recordings without a tag place the camera by clicked crosses, and are valid."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from skillc.compiler.resolve.front_end import require_spec
from skillc.runtime.demonstrator.ready_spec import CLICKED_PX, marked_points, spec_text
from skillc.runtime.demonstrator.scripts import TASKS
from skillc.runtime.demonstrator.tablecloth import CROSSES_M
from skillc.runtime.demonstrator.viewpoint import choose_viewpoint


@pytest.mark.parametrize("recording", ["rgbd", "color.mp4"])
@pytest.mark.parametrize("task", TASKS)
def test_a_spec_with_clicked_points_is_valid_and_has_no_tag(task: str, recording: str) -> None:
    marks = marked_points(choose_viewpoint(np.random.default_rng(1)), np.random.default_rng(0))
    assert len(marks) >= 4
    text = spec_text(cast(Any, SimpleNamespace(task=task)), recording, 612.0, marks)
    assert "tag:" not in text and ("focal: 612 px" in text) == (recording != "rgbd")
    spec, _ = require_spec(text.encode(), f"{task}.yaml")
    points = spec.section("cameras.main.calibration")["points"]
    assert [(p["table"]["x"], p["table"]["y"]) for p in points] == [pytest.approx(at) for _, at in marks]


def test_clicks_are_near_the_crosses() -> None:
    view = choose_viewpoint(np.random.default_rng(1))
    off = []
    for seed in range(40):
        for px, at in marked_points(view, np.random.default_rng(seed)):
            assert at in CROSSES_M
            off.append(px - view.project(np.array([*at, 0.0])))
    assert np.std(off) == pytest.approx(CLICKED_PX, rel=0.2)
