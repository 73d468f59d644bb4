"""A strip of pictures of one rollout, seen by the demonstration's camera and from the side."""

from pathlib import Path

import mujoco
import numpy as np

from skillc.runtime.drivers.measurement import Measurement
from skillc.runtime.evaluate.evaluate import built_scene, simulated_robot
from skillc.runtime.evaluate.protocol import Trial
from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.formats.arrays import Image
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.reference import PHASES
from skillc.runtime.machine.execute import execute
from skillc.runtime.view.label_strip import save_strip
from skillc.runtime.view.render import Renderer, View

SIZE = (480, 360)
"""px, width and height of one picture."""


def draw_rollout(skill: Skill, path: Path) -> None:
    """Execute the skill once in its unperturbed twin and write the strip: one column per phase's end."""
    robot = simulated_robot(skill, built_scene(skill), Trial())
    wanted = _ticks_of_interest(skill)
    states: list[tuple[str, mujoco.MjData]] = []
    commanded = 0

    def keep(tick: int, state: str, measured: Measurement) -> None:
        nonlocal commanded
        commanded += robot_moves(skill, state)
        if commanded in wanted and wanted[commanded] not in [name for name, _ in states]:
            states.append((wanted[commanded], _copy(robot.world.model, robot.data)))

    execute(machine=skill.machine, contract=skill.contract, reference=skill.reference, robot=robot, on_tick=keep)
    states.append(("end", _copy(robot.world.model, robot.data)))
    views = _views(skill)
    rows = [[_picture(robot.world.model, data, view) for _, data in states] for view in views]
    save_strip(rows, [name for name, _ in states], SIZE[0], path)


def robot_moves(skill: Skill, state: str) -> bool:
    """Return whether `state` commands reference samples."""
    return skill.machine.state(state).kind == "motion"


def _ticks_of_interest(skill: Skill) -> dict[int, str]:
    """Return number of commanded samples -> name, at the end of every phase and in the middle of tracking."""
    phase = skill.reference.phase
    found: dict[int, str] = {
        int(np.flatnonzero(phase == k)[-1]): name for k, name in enumerate(PHASES) if np.any(phase == k)
    }
    tracking = np.flatnonzero(phase == PHASES.index("track"))
    if len(tracking):
        found[int(tracking[len(tracking) // 2])] = "halfway"
    return found


def _views(skill: Skill) -> tuple[View, View]:
    calibration = Calibration.load(skill.files / "calibration.json")
    whole = View.from_calibration(calibration)
    scale = SIZE[0] / whole.width
    K = whole.K * np.array([[scale], [scale], [1.0]])
    camera = View(width=SIZE[0], height=round(whole.height * scale), K=K, T_camera_table=whole.T_camera_table)
    centre = skill.twin.manipulated.T_table_object[:3, 3] + np.array([0.0, 0.0, 0.05])
    side = View.looking_at(centre, centre + np.array([-0.55, -0.25, 0.25]), width=SIZE[0], height=SIZE[1])
    return camera, side


def _picture(model: mujoco.MjModel, data: mujoco.MjData, view: View) -> Image:
    with Renderer(model, view) as renderer:
        return renderer.picture(data)


def _copy(model: mujoco.MjModel, data: mujoco.MjData) -> mujoco.MjData:
    copied = mujoco.MjData(model)
    copied.qpos[:] = data.qpos
    mujoco.mj_forward(model, copied)
    return copied
