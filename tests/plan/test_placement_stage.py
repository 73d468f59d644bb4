"""A measured place of the robot's base: from `skillc calibrate robot` through the spec into the contract."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.compiler.check.open_job import open_job
from skillc.compiler.plan.job import Job
from skillc.compiler.plan.stage import Stage, StageError
from skillc.compiler.resolve.front_end import require_spec
from skillc.compiler.resolve.resolved import ResolvedSpec
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.stages.deploy import contract
from skillc.compiler.stages.twin import placement, robot
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.robot_calibration import RobotCalibration
from skillc.runtime.geometry import se3
from tests.run_stage import run_on

SPEC = """\
skill: lift-it
language: 1
summary: Lift it.
cameras: {main: {model: realsense_d455}}
scene: {objects: {it: {role: manipulated}}}
task: {type: lift}
hardware: {extends: kinova_gen3_leap, placement: PLACE}
method: video2sim2real
deploy: {on_fault: {else: hold}}
"""
MEASURED = "{file: cell/robot_calibration.json}"


def spec_with(place: str) -> ResolvedSpec:
    return require_spec(SPEC.replace("PLACE", place).encode(), "lift.yaml")[0]


def save(path: Path, T_table_robot: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    RobotCalibration(
        T_table_robot=T_table_robot, method="touched_points", count=4, position_rms_m=1e-3, rotation_rms_rad=0.0,
        worst_m=2e-3, worst_index=1, position_sigma_m=1e-3,
    ).save(path)  # fmt: skip


def run(stage: Stage, spec: ResolvedSpec, made: Sequence[Path], data: Path, out: Path) -> Path:
    assert run_on(stage, spec, made, out, data=data) == []
    return out


def test_the_measured_place_reaches_the_contract_as_given(small_build: Path, tmp_path: Path) -> None:
    T = se3.exp(np.array([0.31, 0.72, 0.01, 0.02, -0.01, 0.7]))
    save(tmp_path / "cell" / "robot_calibration.json", T)
    spec = spec_with(MEASURED)
    placed = run(placement.STAGE, spec, (), tmp_path, tmp_path / "placed")
    reference = replace(Reference.load(small_build / "motion" / "reference.npz"), T_table_robot=T)
    (tmp_path / "moved" / "motion").mkdir(parents=True)
    reference.save(tmp_path / "moved" / "motion" / "reference.npz")
    inputs = (placed, tmp_path / "moved", small_build)
    made = Contract.load(run(contract.STAGE, spec, inputs, tmp_path, tmp_path / "contract") / "contract.json")
    assert made.placement == "given"
    np.testing.assert_allclose(made.T_table_robot, T, atol=1e-9)


def test_a_place_that_is_not_given_is_chosen() -> None:
    for text in (
        SPEC.replace("PLACE", "auto"),
        SPEC.replace("{extends: kinova_gen3_leap, placement: PLACE}", "xarm6_leap"),
    ):
        spec, _ = require_spec(text.encode(), "lift.yaml")
        assert placement.STAGE.parameters(spec)["given"] == {"file": None}
        assert placement.STAGE.files(spec) == ()


def test_the_place_is_no_part_of_the_robot_itself() -> None:
    assert robot.STAGE.parameters(spec_with(MEASURED)) == robot.STAGE.parameters(spec_with("auto"))


def test_the_calibration_is_an_input_file_of_the_build(tmp_path: Path) -> None:
    (tmp_path / "lift.yaml").write_text(SPEC.replace("PLACE", MEASURED))
    save(tmp_path / "cell" / "robot_calibration.json", np.eye(4))
    # The recording is of no interest here, and there is none.
    job = replace(with_stage(tmp_path), stages=(placement.STAGE,))
    before = job.input_digests()
    assert list(before) == ["cell/robot_calibration.json"]
    save(tmp_path / "cell" / "robot_calibration.json", se3.exp(np.full(6, 0.1)))
    assert job.input_digests() != before


def with_stage(folder: Path) -> Job:
    return open_job(folder / "lift.yaml", out=None, data=None, last="robot")[0]


@pytest.mark.parametrize(
    "T",
    [np.diag([1.0, 1.0, -1.0, 1.0]), np.diag([2.0, 2.0, 2.0, 1.0]), np.eye(3), np.eye(4)[::-1], np.zeros(16)],
    ids=["mirror", "scaled", "3x3", "rows swapped", "flat"],
)
def test_a_place_that_is_no_rigid_motion_is_refused(tmp_path: Path, T: np.ndarray) -> None:
    save(tmp_path / "cell" / "robot_calibration.json", T)
    with pytest.raises(StageError) as refused:
        run(placement.STAGE, spec_with(MEASURED), {}, tmp_path, tmp_path / "out")
    assert (refused.value.code, refused.value.path) == ("SK826", "hardware.placement.file")


def test_another_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "cell").mkdir()
    (tmp_path / "cell" / "robot_calibration.json").write_text('{"format": "skillc.calibration", "version": 1}')
    with pytest.raises(StageError, match=r"robot_calibration\.json") as refused:
        run(placement.STAGE, spec_with(MEASURED), {}, tmp_path, tmp_path / "out")
    assert refused.value.code == "SK826"


@pytest.mark.parametrize(
    "place", ["somewhere", "{}", "{file: 3}", "{file: /etc/x.json}", "{file: ../x.json}", "{x: 1 m}"]
)
def test_other_ways_to_write_a_place_are_mistakes_of_the_spec(place: str) -> None:
    with pytest.raises(SourceError) as refused:
        spec_with(place)
    assert any(d.path.startswith("hardware.placement") for d in refused.value.diagnostics), refused.value.diagnostics
