"""A machine that runs where things stand elsewhere: it looks, plans, and looks again where they move on its way."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.evaluate.evaluate import in_scene, simulated_robot
from skillc.runtime.evaluate.moved_scene import MovedScene, moved_scene
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.artifact import Artifacts
from skillc.runtime.formats.environment import Environment
from skillc.runtime.formats.machine import Response
from skillc.runtime.formats.records import from_json
from skillc.runtime.formats.reference import PHASES
from skillc.runtime.geometry import se3
from skillc.runtime.machine.execute import Run, execute
from skillc.runtime.motion.cell.cell import PathParameters, raised
from skillc.runtime.motion.cell.load import load_cell
from skillc.runtime.planning.arrangement import Arrangement, box_obstacle, standing_at
from skillc.runtime.planning.plan import MotionPlanner
from skillc.runtime.planning.shown_contact import ShownContact
from skillc.runtime.policies.training_config import training_config
from tests.motion import synthetic
from tests.small_build import SPEC, make_small_build

pytestmark = pytest.mark.slow
TEXT = (
    SPEC.partition("policies:")[0].replace("residual_rl_aux", "video2sim2real")
    + "deploy:" + SPEC.partition("deploy:")[2].replace("object_lost: retry 2", "infeasible: retry 2")
)  # fmt: skip


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = tmp_path_factory.mktemp("moved") / "build"
    make_small_build(build, TEXT)
    return build


@pytest.fixture(scope="module")
def planner(build: Path) -> MotionPlanner:
    """Of a hand that stops, open, above the box."""
    made = Artifacts(folders=(build,))
    cell, example = load_cell(made, made.load(Environment).physics), synthetic.apple()
    aside = se3.exp(np.array([0.0, 0.0, 0.0, 0.0, 0.0, np.deg2rad(120.0)]))  # from where the arm reaches both places
    T_hand = aside @ se3.inverse(example.twin.manipulated.T_table_object) @ example.T_table_hand
    T_hand[2, 3] += 0.1
    T_end, home = raised(np.eye(4), np.array([0.05, 0.1, 0.1])), cell.hand_start
    shown = ShownContact(
        T_manip_hand=T_hand, T_target_hand=None, T_manip_end=T_end, approach=np.array([0.0, 0.0, -1.0]), q_open=home,
        q_pre=home, q_grasp=home, q_squeeze=home, q_hold=home,
    )  # fmt: skip
    paths = training_config(build / "training" / "keyframe_pose.yaml")["adjustment"]["paths"]
    return MotionPlanner(skill="lift-a-box", cell=cell, shown=shown, paths=from_json(PathParameters, paths, "paths"))


@pytest.fixture(scope="module")
def there(build: Path, planner: MotionPlanner) -> MovedScene:
    """The box 27 cm aside, and a post that its twin does not know."""
    post = box_obstacle("post", standing_at(np.eye(4), 0.55, 0.55, 0.0), (0.04, 0.04, 0.2))
    asked = Arrangement.of(planner.cell.twin).shifted(0.25, 0.1)
    return moved_scene(Skill.load(build), planner, replace(asked, obstacles=(post,)))


def run_in(there: MovedScene, *, shove_m: float = 0.0, answers: bool = True) -> Run:
    """Run, the object slid along x within half a second of the approach; by default the machine looks again."""
    skill = in_scene(there.layer.skill, there.scene)
    robot = simulated_robot(skill, there.scene, Trial())

    moved = there.scene.twin.manipulated

    def shove(tick: int, state: str, measured: Measurement) -> None:
        if shove_m and 120 <= tick <= 150:
            T = np.array(moved.T_table_object)
            T[0, 3] += shove_m * (tick - 120) / 30
            robot.put(moved.name, T)

    states = [replace(s, timeout_s=4 * s.timeout_s) for s in skill.machine.states]  # its own motion lasts a second
    if not answers:
        states = [replace(s, on_fault={**s.on_fault, "infeasible": Response(kind="hold")}) for s in states]
    machine = replace(skill.machine, states=tuple(states))
    return execute(
        machine=machine, contract=skill.contract, reference=skill.reference, robot=robot,
        planner=there.planner_for(robot), on_tick=shove,
    )  # fmt: skip


def states_of(run: Run) -> list[str]:
    return [event.target for event in run.events]


def test_the_motion_that_is_planned_for_where_the_object_stands_is_followed(
    there: MovedScene, planner: MotionPlanner
) -> None:
    run = run_in(there)
    assert "contact" in states_of(run) and not [trip for trip in run.trips if trip.code == "R40"]
    k = int(np.flatnonzero(run.log.phase == PHASES.index("pregrasp"))[-1])
    T_hand = planner.cell.T_table_robot @ planner.cell.arm.hand_pose(run.log.q_measured[k : k + 1, :7])[0]
    wanted = np.asarray(there.scene.twin.manipulated.T_table_object) @ planner.shown.T_manip_hand
    assert np.linalg.norm(T_hand[:3, 3] - wanted[:3, 3]) < 0.005


def test_what_is_moved_again_during_the_approach_is_planned_for_again(there: MovedScene) -> None:
    run = run_in(there, shove_m=0.05)
    states = states_of(run)
    first = states.index("back_off")
    assert "contact" not in states[:first] and "approach" in states[first:]
    assert next(trip.message for trip in run.trips if trip.code == "R40").startswith("box was moved by")


def test_a_machine_that_is_not_told_to_look_again_stops_before_contact(there: MovedScene) -> None:
    run = run_in(there, shove_m=0.05, answers=False)
    assert run.log.final_state == "stop" and "contact" not in states_of(run)
