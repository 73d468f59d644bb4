"""Pictures of a planned motion, and of the posture that shows why there is none."""

from collections.abc import Sequence
from pathlib import Path

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.reference import PHASES, Reference
from skillc.runtime.planning.task import PlanningTask
from skillc.runtime.sim.world import World, reset_data
from skillc.runtime.view.label_strip import save_strip
from skillc.runtime.view.render import Renderer, View

SIZE = (480, 400)
"""px, width and height of one picture."""
BINDING_RGBA = (0.9, 0.1, 0.1, 1.0)
"""Of what comes too near."""


def draw_plan(task: PlanningTask, reference: Reference, path: Path) -> None:
    """Write the planned motion as a strip: the end of each phase, and the middle of approach and tracking."""
    world = task.cell.world
    name = task.cell.twin.manipulated.name
    samples = []
    for k, phase in enumerate(PHASES):
        at = np.flatnonzero(reference.phase == k)
        if phase in ("approach", "track") and len(at):
            samples.append(int(at[len(at) // 2]))
        samples += at[-1:].tolist()
    states = [(reference.qpos[k], {name: reference.T_table_manip[k]}) for k in samples]
    way = reference.T_table_manip[[0, -1], :3, 3]
    save_strip([_strip(task, world, states, way)], [PHASES[reference.phase[k]] for k in samples], SIZE[0], path)


def draw_impasse(task: PlanningTask, q: FloatArray | None, names: Sequence[str], path: Path) -> None:
    """Write the scene with the robot in posture q (n,), or at home, and what comes too near in red.

    Args:
        task: the problem.
        q: rad.
        names: links and things that come too near each other.
        path: where to.
    """
    world = task.cell.world
    posture = q if q is not None else np.concatenate([task.cell.q_start, task.cell.hand_start])
    bodies = [world.model.body(b).name.removeprefix("object/") for b in world.model.geom_bodyid]
    before = world.model.geom_rgba.copy()
    world.model.geom_rgba[[body in names for body in bodies]] = BINDING_RGBA
    picture = _strip(task, world, [(posture, {})], task.arrangement.T_table_manip[None, :3, 3])
    world.model.geom_rgba[:] = before
    save_strip([picture], ["no motion"], SIZE[0], path)


def _strip(
    task: PlanningTask, world: World, states: Sequence[tuple[FloatArray, dict[str, FloatArray]]], around: FloatArray
) -> list[Image]:
    """Return one picture of each state, seen from the side of the table that the robot is not on."""
    poses = {o.name: np.asarray(o.T_table_object) for o in task.cell.twin.objects}
    centre = around.mean(axis=0)
    outward = centre[:2] - np.asarray(task.cell.T_table_robot)[:2, 3]
    outward = outward / max(float(np.linalg.norm(outward)), 1e-6)
    spread = float(np.ptp(around[:, :2], axis=0).max())
    side = np.array([outward[0] - 0.7 * outward[1], outward[1] + 0.7 * outward[0]])
    eye = np.array([*(centre[:2] + (0.55 + spread) * side), 0.5 + 0.5 * spread])
    view = View.looking_at(centre + np.array([0.0, 0.0, 0.1]), eye, width=SIZE[0], height=SIZE[1])
    with Renderer(world.model, view) as renderer:
        return [renderer.picture(_forward(world, q, poses | at)) for q, at in states]


def _forward(world: World, q: FloatArray, poses: dict[str, FloatArray]) -> mujoco.MjData:
    return reset_data(world, q, poses)
