"""Stages `contract`, `environment` and `machine` tell what does not fit, at the place in the spec."""

from pathlib import Path

import pytest

from skillc.compiler.plan.stage import StageError
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.stages import contract, environment, machine
from tests.check.code_examples import completed, spec_of
from tests.stages.film import run_stage


def test_a_base_and_a_rate_that_nothing_plays_are_told(small_build: Path, tmp_path: Path) -> None:
    assert run_stage(contract.STAGE, spec_of("SK610", "right"), small_build, tmp_path) == []
    ((code, text, path),) = run_stage(contract.STAGE, spec_of("SK610", "wrong"), small_build, tmp_path)
    assert (code, path) == ("SK610", "policies.residual.base") and "retargeted" in text
    slow = "deploy: {rates: {control: 60 Hz, policy: 7 Hz}, on_fault: {else: hold}}\n"
    with pytest.raises(StageError, match="7 Hz does not divide 60 Hz") as caught:
        run_stage(contract.STAGE, require_spec(completed(slow).encode(), "slow.yaml")[0], small_build, tmp_path)
    assert (caught.value.code, caught.value.path) == ("SK610", "deploy.rates.policy")


def test_a_term_whose_package_is_not_installed_here_is_told(small_build: Path, tmp_path: Path) -> None:
    assert run_stage(environment.STAGE, spec_of("SK340", "right"), small_build, tmp_path) == []
    with pytest.raises(StageError, match="no installed package adds 'gloss_pack:closeness'") as caught:
        run_stage(environment.STAGE, spec_of("SK340", "wrong"), small_build, tmp_path)
    assert (caught.value.code, caught.value.path) == ("SK340", "rewards.gloss_pack:closeness")


def test_a_state_that_waits_for_a_phase_the_motion_lacks_is_told(small_build: Path, tmp_path: Path) -> None:
    """The small build's motion approaches, tracks and releases; it never closes the hand."""
    assert run_stage(machine.STAGE, spec_of("SK710", "right"), small_build, tmp_path) == []
    with pytest.raises(StageError, match="contact") as caught:
        run_stage(machine.STAGE, spec_of("SK710", "wrong"), small_build, tmp_path)
    assert (caught.value.code, caught.value.path) == ("SK710", "deploy.states.contact")
