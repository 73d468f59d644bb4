"""A simulated world in the browser: every body drawn once, then only its frame moves."""

from typing import Any

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.geometry.se3 import as_quat_wxyz
from skillc.runtime.sim.world import World
from skillc.runtime.view.geom_mesh import geom_mesh

TABLE_RGB = (0.62, 0.55, 0.46)
"""ours: a calm wood; MuJoCo's default for a plane is as pale as the page."""


class DrawnWorld:
    """The bodies of one world."""

    def __init__(
        self, server: Any, root: str, world: World, start: mujoco.MjData, *, tint: FloatArray | None = None
    ) -> None:
        """Draw everything below the scene's node `root`; with a tint (RGB 0..1) only what moves, and translucent.

        `start` says where things are that no pose names.
        """
        self._server, self._world = server, world
        model = world.model
        self._data = mujoco.MjData(model)
        self._data.qpos[:] = start.qpos
        drawn = [g for g in range(model.ngeom) if tint is None or model.geom_bodyid[g] != 0]
        self._frames = {
            body: server.scene.add_frame(f"{root}/{body}", show_axes=False)
            for body in sorted({int(model.geom_bodyid[g]) for g in drawn})
        }
        self.meshes: dict[str, list[Any]] = {}
        """Name of an object -> what is drawn of it."""
        for geom in drawn:
            mesh = draw_geom(server, f"{root}/{model.geom_bodyid[geom]}/{geom}", model, geom, tint)
            name = self._name_of(int(model.geom_bodyid[geom]))
            if mesh is not None and name is not None:
                self.meshes.setdefault(name, []).append(mesh)

    def pose(self, qpos: FloatArray, Ts_table_object: dict[str, FloatArray]) -> None:
        """Move the robot to `qpos` (n,) rad and objects to their poses (4, 4); others stay."""
        data, world = self._data, self._world
        data.qpos[world.joint_qpos] = qpos
        for name, T in Ts_table_object.items():
            if name not in world.object_qpos:
                continue
            at = world.object_qpos[name]
            data.qpos[at : at + 3], data.qpos[at + 3 : at + 7] = T[:3, 3], as_quat_wxyz(T)
        mujoco.mj_kinematics(world.model, data)
        with self._server.atomic():
            for body, frame in self._frames.items():
                frame.position, frame.wxyz = data.xpos[body], data.xquat[body]

    def touching(self) -> FloatArray:
        """Return where (K, 3) m robot and things touch in the pose shown."""
        mujoco.mj_comPos(self._world.model, self._data)
        mujoco.mj_collision(self._world.model, self._data)
        geoms = self._data.contact.geom
        robot = np.isin(geoms, [*self._world.arm_geoms, *self._world.hand_geoms])
        # Contacts of the robot with itself press on nothing.
        return np.asarray(self._data.contact.pos[robot.any(axis=1) & ~robot.all(axis=1)]).reshape(-1, 3)

    def _name_of(self, body: int) -> str | None:
        return next((name for name, its in self._world.object_body.items() if its == body), None)


def draw_geom(server: Any, node: str, model: mujoco.MjModel, geom: int, tint: FloatArray | None = None) -> Any:
    """Draw one geom and return its handle; None where it has no surface."""
    mesh = geom_mesh(model, geom)
    if mesh is None:
        return None
    plane = model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_PLANE
    colour = np.array(TABLE_RGB) if plane else np.asarray(model.geom_rgba[geom][:3])
    return server.scene.add_mesh_simple(
        node, mesh.vertices, mesh.faces, color=colour if tint is None else tint, opacity=None if tint is None else 0.35,
        position=model.geom_pos[geom], wxyz=model.geom_quat[geom],
    )  # fmt: skip
