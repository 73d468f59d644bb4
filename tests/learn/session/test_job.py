from pathlib import Path

import pytest

from skillc.runtime.learn.session.job import INPUTS, REPORT, PolicyJob
from skillc.runtime.learn.session.refusal import TrainingRefused
from tests.learn import tiny


@pytest.fixture
def job(tmp_path: Path) -> PolicyJob:
    build = tmp_path / "build"
    for name in INPUTS:
        (build / name).parent.mkdir(parents=True, exist_ok=True)
        (build / name).write_text(name)
    return PolicyJob(build=build, policy="residual", budget="cpu", seed=0, folder=tmp_path / "out")


def test_a_job_that_is_done_is_not_done_again(job: PolicyJob) -> None:
    assert job.once(tiny.settings(), {}, lambda: {"epochs": 3}) == {"epochs": 3}
    assert job.once(tiny.settings(), {}, lambda: pytest.fail("it was done again")) == {"epochs": 3}


def test_a_job_that_failed_leaves_no_report_and_is_done_again(job: PolicyJob) -> None:
    def fails() -> dict[str, int]:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        job.once(tiny.settings(), {}, fails)
    assert not (job.folder / REPORT).exists()
    assert job.once(tiny.settings(), {}, lambda: {"epochs": 4}) == {"epochs": 4}


def test_other_inputs_settings_or_surroundings_are_another_job(job: PolicyJob) -> None:
    job.once(tiny.settings(), {"threads": 1}, lambda: {})
    with pytest.raises(TrainingRefused, match="threads: 1 -> 2"):
        job.once(tiny.settings(), {"threads": 2}, lambda: {})
    with pytest.raises(TrainingRefused, match=r"settings\.batch_size: 16 -> 8"):
        job.once(tiny.settings(batch_size=8), {"threads": 1}, lambda: {})
    (job.build / INPUTS[0]).write_text("another twin")
    with pytest.raises(TrainingRefused, match=r"inputs\.twin/twin\.json"):
        job.once(tiny.settings(), {"threads": 1}, lambda: {})
