"""Stages `contract`, `environment` and `machine` tell what does not fit, at the place in the spec."""

from pathlib import Path

import pytest

from skillc.compiler.check.check import check_file
from skillc.compiler.check.open_job import open_job
from skillc.compiler.plan.stage import StageError
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.stages.deploy import contract, machine
from skillc.compiler.stages.policy import environment
from tests.check.code_examples import completed, pages, spec_of
from tests.run_stage import run_on


def test_a_rate_that_does_not_divide_is_told(small_build: Path, tmp_path: Path) -> None:
    assert run_on(contract.STAGE, spec_of("SK610", "right"), (small_build,), tmp_path) == []
    slow = "deploy: {rates: {control: 60 Hz, policy: 7 Hz}, on_fault: {else: hold}}\n"
    with pytest.raises(StageError, match="7 Hz does not divide 60 Hz") as caught:
        run_on(contract.STAGE, require_spec(completed(slow).encode(), "slow.yaml")[0], (small_build,), tmp_path)
    assert (caught.value.code, caught.value.path) == ("SK610", "deploy.rates.policy")


def test_a_term_whose_package_is_not_installed_here_is_told(small_build: Path, tmp_path: Path) -> None:
    assert run_on(environment.STAGE, spec_of("SK340", "right"), (small_build,), tmp_path) == []
    with pytest.raises(StageError, match="no installed package adds 'gloss_pack:closeness'") as caught:
        run_on(environment.STAGE, spec_of("SK340", "wrong"), (small_build,), tmp_path)
    assert (caught.value.code, caught.value.path) == ("SK340", "rewards.gloss_pack:closeness")


def test_what_a_build_needs_is_asked_for_before_it_begins(tmp_path: Path) -> None:
    """A missing package, of which `check` only warns; a recording, which the completed examples do not name."""
    spec = tmp_path / "spec.yaml"
    term, recording = ("SK340", "rewards.gloss_pack:closeness"), ("SK801", "demonstrations")
    for which, refused in (("wrong", [recording, term]), ("right", [recording])):
        spec.write_text(completed(pages()["SK340"][which]), encoding="utf-8")
        assert [(d.code, d.path) for d in check_file(spec).diagnostics if d.severity == "warning"] == refused
        with pytest.raises(SourceError) as caught:
            open_job(spec, out=None, data=None, last=None)
        assert [(d.code, d.path) for d in caught.value.diagnostics] == refused


def test_a_state_that_waits_for_a_phase_the_motion_lacks_is_told(small_build: Path, tmp_path: Path) -> None:
    """The small build's motion approaches, closes the hand and tracks; it never retreats."""
    assert run_on(machine.STAGE, spec_of("SK710", "right"), (small_build,), tmp_path) == []
    with pytest.raises(StageError, match="retreat") as caught:
        run_on(machine.STAGE, spec_of("SK710", "wrong"), (small_build,), tmp_path)
    assert (caught.value.code, caught.value.path) == ("SK710", "deploy.states.retreat")


def test_a_robot_of_too_many_bodies_is_told(small_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skillc.runtime.robot.capsules.MOST", 10)
    with pytest.raises(StageError, match="at most 10 can be watched") as caught:
        run_on(contract.STAGE, spec_of("SK610", "right"), (small_build,), tmp_path)
    assert (caught.value.code, caught.value.path) == ("SK630", "hardware")
