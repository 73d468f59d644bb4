from pathlib import Path
from types import SimpleNamespace

import pytest

from skillc.runtime.cli import plan_motion
from skillc.runtime.cli.failures import InputError


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner = SimpleNamespace(plan=lambda *asked, **more: pytest.fail("planned"))
    monkeypatch.setattr("skillc.runtime.planning.load.load_planner", lambda build: planner)
    monkeypatch.setattr("dataclasses.replace", lambda made, **changes: made)
    monkeypatch.setattr(plan_motion, "arrangement_of", lambda *asked: None)
    file = tmp_path / "plan.json"
    file.write_text("")
    with pytest.raises(InputError, match="--out"):
        plan_motion.command(tmp_path, out=file)
