"""A running skill that is told where objects are by pictures: rendered or recorded, and what goes wrong with them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from skillc.runtime.drivers.measurement import DeviceReport
from skillc.runtime.drivers.picture import LiveCamera, Picture
from skillc.runtime.machine.execute import Run, execute
from skillc.runtime.machine.seeing_robot import SeeingRobot
from skillc.runtime.sight.recorded import RecordedCamera
from skillc.runtime.sight.scene_sight import SceneFound, SceneSight
from tests.machine.kinematic import KinematicRobot, machine, reference
from tests.sight.conftest import MATRIX, PHYSICS, Q, Show, at, contract, twin
from tests.sight.conftest import show as show
from tests.sight.conftest import sight as sight

POSES = {"cube": at(-0.1, 0.0), "bowl": at(0.14, 0.03)}
PERIOD_S = 1 / 15
Change = Callable[[int, Picture], Picture | None]


class PlayedCamera:
    """Shows one picture again and again under new numbers; `change` falsifies the number-th, None drops it."""

    def __init__(self, robot: KinematicRobot, picture: Picture, change: Change = lambda k, p: p) -> None:
        self._robot, self._picture, self._change, self._newest = robot, picture, change, None
        self._said: tuple[DeviceReport, ...] = ()

    def newest(self) -> Picture | None:
        number = int(self._robot.time_s / PERIOD_S + 1e-6)
        if self._newest is None or number > self._newest[0]:
            t = number * PERIOD_S
            frame = replace(self._picture.frame, number=number, colour_s=t, depth_s=t, period_s=PERIOD_S)
            shown = self._change(number, replace(self._picture, frame=frame, received_s=t))
            self._newest = (number, shown or (self._newest and self._newest[1]))  # type: ignore[assignment]
        return self._newest[1]  # type: ignore[index]

    def age_s(self) -> float:
        shown = self.newest()
        return float("inf") if shown is None else self._robot.time_s - shown.received_s

    def reports(self) -> tuple[DeviceReport, ...]:
        return self._said

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def plain(show: Show) -> Picture:
    return show(POSES)


def run_seen(sight: SceneSight, camera: LiveCamera, robot: KinematicRobot) -> tuple[Run, SeeingRobot]:
    seeing = SeeingRobot(robot, camera, sight, "cube")
    return execute(machine=machine(), contract=contract(), reference=reference(), robot=seeing), seeing


def played(sight: SceneSight, picture: Picture, change: Change = lambda k, p: p) -> tuple[Run, SeeingRobot]:
    robot = KinematicRobot(Q)
    return run_seen(sight, PlayedCamera(robot, picture, change), robot)


def codes(run: Run) -> set[str]:
    return {trip.code for trip in run.trips}


def between(first: int, last: int, changed: Callable[[Picture], Picture | None]) -> Change:
    return lambda number, picture: changed(picture) if first <= number <= last else picture


def test_a_run_that_sees_its_objects_succeeds_and_knows_where_they_are(sight: SceneSight, plain: Picture) -> None:
    run, seeing = played(sight, plain)
    assert run.log.final_state == "done" and not run.trips
    assert np.linalg.norm(run.log.T_table_manip[-1][:3, 3] - POSES["cube"][:3, 3]) < 0.004
    assert np.isnan(run.log.T_table_manip[0]).all() or np.isfinite(run.log.T_table_manip[0]).all()
    measured = seeing.measure()
    assert measured.frame is not None and measured.objects_age_s <= PERIOD_S + 1e-9
    assert measured.manip_lowest_z == pytest.approx(0.0, abs=1e-3)


FAULTS = [
    ("R7", "hold", between(20, 22, lambda p: None)),
    ("R7", "stop", between(20, 32, lambda p: None)),
    ("R8", "hold", between(20, 22, lambda p: replace(p, frame=replace(p.frame, number=20)))),
    ("R9", "hold", between(20, 22, lambda p: replace(p, frame=replace(p.frame, colour_s=p.frame.colour_s - 0.2)))),
    ("R10", "hold", between(20, 22, lambda p: replace(
        p, depth_m=np.zeros_like(p.depth_m), frame=replace(p.frame, invalid_depth=1.0)))),
]  # fmt: skip


@pytest.mark.parametrize(("row", "ends", "change"), FAULTS)
def test_pictures_that_stay_away_repeat_or_show_nothing_hold_and_then_stop(
    sight: SceneSight, plain: Picture, row: str, ends: str, change: Change
) -> None:
    run, _ = played(sight, plain, change)
    assert {"R8": "R7", "R9": "R7"}.get(row, row) in codes(run)
    assert run.log.final_state == ("done" if ends == "hold" else "stop")


def test_a_camera_that_was_moved_stops_before_anything_moves(sight: SceneSight, show: Show) -> None:
    run, _ = played(sight, show(POSES, off_by=(0, 0, 0, np.deg2rad(6.0), 0, 0)))
    assert "R12" in codes(run) and run.log.final_state == "stop"
    assert np.ptp(run.log.q_command, axis=0).max() == 0.0


def test_an_object_that_jumps_is_not_believed_at_once(sight: SceneSight, plain: Picture, show: Show) -> None:
    moved = show({**POSES, "cube": at(-0.15, 0.2)})
    run, _ = played(sight, plain, lambda k, p: p if k < 20 else replace(moved, frame=p.frame, received_s=p.received_s))
    assert codes(run) & {"R7", "R13"} and run.log.final_state == "stop"


def test_an_object_that_is_taken_away_is_lost(sight: SceneSight, plain: Picture, show: Show) -> None:
    gone = show({"bowl": POSES["bowl"]})
    run, _ = played(sight, plain, lambda k, p: p if k < 20 else replace(gone, frame=p.frame, received_s=p.received_s))
    assert codes(run) & {"R7", "R14"} and run.log.final_state == "stop"


def test_an_object_that_is_not_there_is_waited_for(sight: SceneSight, show: Show) -> None:
    run, _ = played(sight, show({"bowl": POSES["bowl"]}))
    assert run.log.final_state == "failed" and np.ptp(run.log.q_command, axis=0).max() == 0.0


def test_the_robots_own_word_on_objects_is_not_passed_on(sight: SceneSight, plain: Picture) -> None:
    robot = KinematicRobot(Q)
    seeing = SeeingRobot(robot, PlayedCamera(robot, plain, lambda k, p: None), sight, "cube")
    assert seeing.measure().T_table_objects == {} and seeing.measure().objects_age_s == float("inf")


def test_where_the_robot_was_when_the_picture_was_exposed_counts(sight: SceneSight, plain: Picture) -> None:
    asked: list[float] = []

    class Region(type(sight.robot)):  # type: ignore[misc]
        def holds(self, points: np.ndarray, q: np.ndarray) -> np.ndarray:
            asked.append(float(q[0]))
            return super().holds(points, q)

    robot = KinematicRobot(Q)
    own = SceneSight(sight.shapes, Region(contract().body), twin(), contract().T_camera_table)
    late = PlayedCamera(robot, plain, lambda k, p: replace(p, received_s=p.received_s - 0.05))
    seeing = SeeingRobot(robot, late, own, "cube")
    for k in range(5):
        robot.send(np.full(4, float(k)))
        seeing.advance()
    # The second picture comes at tick 4, when the robot stands at 3; it was exposed at tick 1.
    assert asked[-1] == pytest.approx(0.0)


def test_a_picture_of_two_moments_is_not_looked_at(sight: SceneSight, plain: Picture) -> None:
    robot = KinematicRobot(Q)
    apart = PlayedCamera(robot, plain, lambda k, p: replace(p, frame=replace(p.frame, colour_s=p.frame.colour_s - 1.0)))
    seeing = SeeingRobot(robot, apart, sight, "cube")
    assert seeing.measure().frame is not None and seeing.found is None


def test_a_picture_is_looked_at_once(plain: Picture) -> None:
    looked: list[Picture] = []

    class Counting(SceneSight):
        def find(self, picture: Picture, q: np.ndarray) -> SceneFound:
            looked.append(picture)
            return super().find(picture, q)

    robot = KinematicRobot(Q)
    unseen = replace(plain, depth_m=np.zeros_like(plain.depth_m))
    own = SceneSight.of(contract(), twin(), None, PHYSICS)  # type: ignore[arg-type]
    counting = Counting(own.shapes, own.robot, twin(), contract().T_camera_table)
    seeing = SeeingRobot(robot, PlayedCamera(robot, unseen), counting, "cube")
    for _ in range(3):
        seeing.measure()
    assert len(looked) == 1


@pytest.fixture
def recorded(plain: Picture, tmp_path: Path) -> Path:
    """One second of a still scene, as a folder of frames."""
    for name in ("color", "depth"):
        (tmp_path / name).mkdir()
    for k in range(16):
        cv2.imwrite(str(tmp_path / "color" / f"{k:03d}.png"), plain.colour)
        cv2.imwrite(str(tmp_path / "depth" / f"{k:03d}.png"), np.round(plain.depth_m * 1e4).astype(np.uint16))
    about = {"width": 240, "height": 180, "fx": MATRIX[0, 0], "fy": MATRIX[1, 1], "cx": MATRIX[0, 2],
             "cy": MATRIX[1, 2], "depth_unit_m": 1e-4, "fps": 15.0}  # fmt: skip
    (tmp_path / "camera.json").write_text(json.dumps(about))
    return tmp_path


def test_a_recorded_stream_is_seen_until_it_ends_and_then_its_camera_is_gone(sight: SceneSight, recorded: Path) -> None:
    robot = KinematicRobot(Q)
    run, seeing = run_seen(sight, RecordedCamera(recorded, lambda: robot.time_s), robot)
    assert seeing.found is not None and not seeing.found.objects["cube"].refused
    assert np.linalg.norm(seeing.found.objects["cube"].T[:3, 3] - POSES["cube"][:3, 3]) < 0.004
    assert "R7" in codes(run) and run.log.final_state == "stop"
    for _ in range(60):
        robot.advance()
    assert [r.code for r in seeing.measure().reports] == ["R11"]
