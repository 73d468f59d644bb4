import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from skillc.runtime.learn.session.loop import TrainingProgress
from skillc.runtime.learn.session.refusal import TrainingRefused
from skillc.runtime.learn.session.supervisor import supervise

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Work:
    """What a worker does until it has been begun as often as it takes."""

    name: str
    folder: Path
    what: str
    begins: int = 2


def run(job: Work, tell: Callable[[TrainingProgress], None]) -> Mapping[str, Any]:
    tell(TrainingProgress(name=job.name, number=0, most=1, left_s=0.0, values={}))
    begun = len(list(job.folder.glob(f"{job.name}-*")))
    (job.folder / f"{job.name}-{begun}").touch()
    if job.what == "refused":
        raise TrainingRefused("SK901", "other settings", "train elsewhere")
    if begun + 1 < job.begins:
        if job.what == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60.0)
    return {"begun": begun + 1}


def quiet(progress: TrainingProgress) -> None:
    pass


def test_jobs_run_side_by_side_and_report_by_name(tmp_path: Path) -> None:
    jobs = [Work(name, tmp_path, "done", begins=1) for name in ("a", "b", "c")]
    assert supervise(jobs, run, workers=2, tell=quiet) == {name: {"begun": 1} for name in "abc"}


def test_a_killed_training_is_begun_again_and_told(tmp_path: Path) -> None:
    told: list[TrainingProgress] = []
    assert supervise([Work("a", tmp_path, "killed")], run, workers=1, tell=told.append) == {"a": {"begun": 2}}
    assert [p.note for p in told if p.note] == ["ended with exit code -9: begun again"]


@pytest.mark.slow
def test_a_hanging_training_is_killed_and_begun_again(tmp_path: Path) -> None:
    found = supervise([Work("a", tmp_path, "hangs")], run, workers=1, tell=quiet, hangs_s=6.0)
    assert found == {"a": {"begun": 2}}


def test_a_training_that_always_dies_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(
        TrainingRefused, match="SK908: the training of a ended with exit code -9, and was begun again 3"
    ):
        supervise([Work("a", tmp_path, "killed", begins=9)], run, workers=1, tell=quiet)
    assert len(list(tmp_path.iterdir())) == 4


def test_what_a_job_refuses_is_told_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(TrainingRefused) as refused:
        supervise([Work("a", tmp_path, "refused")], run, workers=1, tell=quiet)
    assert (refused.value.code, refused.value.message, refused.value.hint) == (
        "SK901", "other settings", "train elsewhere",
    )  # fmt: skip
