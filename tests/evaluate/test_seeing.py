"""What a seen run believed is one thing, what was true another: scores are of the second."""

from dataclasses import replace
from typing import cast

import numpy as np

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.drivers.simulated import SimulatedRobot
from skillc.runtime.evaluate.seeing import CAMERA_POSITION_M, CAMERA_ROTATION_RAD, Witness, camera_error, mounting_of
from skillc.runtime.machine.execute import execute
from tests.machine.kinematic import KinematicRobot, machine, reference, skill_contract
from tests.sight.conftest import at
from tests.sight.conftest import contract as seen_contract


class Believing:
    """Passes on that the object is where the robot says, and a metre beside."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    def send(self, q: np.ndarray) -> None:
        self._witness.send(q)

    def advance(self) -> Measurement:
        return replace(self._witness.advance(), T_table_objects={"cube": at(1.0, 0.0)}, manip_lowest_z=9.0)

    def measure(self) -> Measurement:
        return replace(self._witness.measure(), T_table_objects={"cube": at(1.0, 0.0)})

    @property
    def time_s(self) -> float:
        return self._witness.time_s

    @property
    def bad_state(self) -> str:
        return self._witness.bad_state


def test_a_run_is_scored_by_where_objects_truly_are() -> None:
    witness = Witness(cast(SimulatedRobot, KinematicRobot(np.zeros(4))))
    run = execute(machine=machine(), contract=skill_contract(), reference=reference(), robot=Believing(witness))
    assert run.log.T_table_manip[-1, 0, 3] == 1.0
    true = witness.corrected(run, skill_contract())
    assert true.log.T_table_manip.shape == run.log.T_table_manip.shape
    assert np.all(true.log.T_table_manip[:, 0, 3] == 0.0) and np.all(true.log.manip_lowest_z == 0.0)
    assert np.isnan(true.log.T_table_target).all(), "the skill has no target"
    assert np.array_equal(true.log.q_command, run.log.q_command) and true.trips == run.trips


def test_a_camera_is_off_by_no_more_than_is_said_and_equal_seeds_give_equal_cameras() -> None:
    drawn = np.array([camera_error(np.random.default_rng(k)) for k in range(200)])
    far, turned = np.linalg.norm(drawn[:, :3], axis=1), np.linalg.norm(drawn[:, 3:], axis=1)
    assert 0.9 * CAMERA_POSITION_M < far.max() <= CAMERA_POSITION_M
    assert 0.9 * CAMERA_ROTATION_RAD < turned.max() <= CAMERA_ROTATION_RAD
    assert mounting_of(seen_contract(), 3).off_by == mounting_of(seen_contract(), 3).off_by
    assert mounting_of(seen_contract(), 3, exact=True).off_by == (0.0,) * 6


def test_a_pixel_of_the_smaller_picture_looks_where_those_it_stands_for_do() -> None:
    contract = replace(
        seen_contract(), image_size=(960, 720), camera_matrix=np.array([[600.0, 0, 479.5], [0, 600, 359.5], [0, 0, 1]])
    )
    small = mounting_of(contract, 0)
    assert small.size == (240, 180) and small.matrix[:2, 2].tolist() == [119.5, 89.5] and small.matrix[0, 0] == 150.0
