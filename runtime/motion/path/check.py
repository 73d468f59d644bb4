"""Does the robot, and what it carries, run into anything on its way? Exact geometry of the simulated scene."""

import copy
from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.geometry import se3
from skillc.runtime.sim.world import World

ROBOT, MANIPULATED, SCENE, TABLE = 1, 2, 3, 4
SELF_OVERLAP_M = 0.001
"""ours: the primitives stand for rounded links; less than this is no self-collision."""


@dataclass(frozen=True, kw_only=True)
class Clearance:
    """Closest approach per sample, m; negative = interpenetration, `margin` of the checker = nothing near."""

    robot_scene: FloatArray
    """(T,) robot to table, target and obstacles."""
    robot_manipulated: FloatArray
    """(T,) robot to manipulated object."""
    carried_scene: FloatArray
    """(T,) manipulated object to table, target and obstacles."""
    self_overlap: FloatArray
    """(T,) robot to itself (only what interpenetrates is seen)."""
    low: IntArray
    """(T, 2) geom ids of the closest robot-scene pair, -1 if none."""


@dataclass(frozen=True, kw_only=True)
class NearestPoint:
    """Where a link of the robot is nearest to the manipulated object; table frame."""

    link: int
    """Body."""
    distance_m: float
    """Negative where they interpenetrate."""
    point: FloatArray
    """(3,) between the two."""
    normal: FloatArray
    """(3,) unit, from the link to the object."""
    jacobian: FloatArray
    """(3, n) of the link's point, driver order."""


class PathChecker:
    """Checks samples of joint postures and object poses against one compiled world; objects not named stand still."""

    def __init__(self, world: World, manipulated: str, *, margin_m: float) -> None:
        """Copy the model and let it report everything nearer than `margin_m`."""
        self._world, self._manipulated, self.margin_m = world, manipulated, margin_m
        self._model = copy.copy(world.model)
        self._model.geom_margin[:] = 0.0
        kinds = np.zeros(world.model.ngeom, dtype=np.int64)
        robot = [*world.arm_geoms, *world.hand_geoms]
        kinds[robot] = ROBOT
        for name, geoms in world.object_geoms.items():
            kinds[list(geoms)] = MANIPULATED if name == manipulated else SCENE
        kinds[world.table_geom] = TABLE
        others = np.isin(kinds, (SCENE, TABLE, MANIPULATED))
        self._model.geom_margin[others] = margin_m
        self._model.body_margin[:] = margin_m  # bodies of several geoms are sorted out by this first
        self._kinds = kinds
        base = {g for g in world.arm_geoms if world.model.geom_bodyid[g] == world.model.geom_bodyid[min(robot)]}
        self._base = base
        self._data = mujoco.MjData(self._model)

    def check(self, qpos: FloatArray, T_table_manip: FloatArray) -> Clearance:
        """Measure postures (T, n) rad with the manipulated object at (T, 4, 4) or (4, 4)."""
        count = len(qpos)
        T_all = np.broadcast_to(T_table_manip, (count, 4, 4))
        result = {name: np.full(count, self.margin_m) for name in ("scene", "manip", "carried", "self")}
        low = np.full((count, 2), -1, dtype=np.int64)
        at = self._world.object_qpos[self._manipulated]
        data, model = self._data, self._model
        quats = se3.as_quat_wxyz(T_all)
        for t in range(count):
            data.qpos[self._world.joint_qpos] = qpos[t]
            data.qpos[at : at + 3] = T_all[t, :3, 3]
            data.qpos[at + 3 : at + 7] = quats[t]
            mujoco.mj_kinematics(model, data)
            mujoco.mj_collision(model, data)
            if not data.ncon:
                continue
            geoms, dist = data.contact.geom[: data.ncon], data.contact.dist[: data.ncon]
            kinds = np.sort(self._kinds[geoms], axis=1)
            for pair, d, (first, second) in zip(geoms, dist, kinds):
                if first != ROBOT:
                    if first == MANIPULATED and second in (SCENE, TABLE):
                        result["carried"][t] = min(result["carried"][t], d)
                    continue
                if second == ROBOT:
                    result["self"][t] = min(result["self"][t], d)
                elif second == MANIPULATED:
                    result["manip"][t] = min(result["manip"][t], d)
                elif d < result["scene"][t] and not self._base.intersection(pair.tolist()):
                    result["scene"][t] = d
                    low[t] = pair
        return Clearance(
            robot_scene=result["scene"],
            robot_manipulated=result["manip"],
            carried_scene=result["carried"],
            self_overlap=result["self"],
            low=low,
        )

    def touches(self, qpos: FloatArray, T_table_manip: FloatArray) -> list[NearestPoint]:
        """Return where each link that is nearer to the manipulated object than the margin is nearest; posture (n,)."""
        self.check(qpos[None], T_table_manip)
        data, model = self._data, self._model
        mujoco.mj_comPos(model, data)
        nearest: dict[int, int] = {}
        for i, pair in enumerate(data.contact.geom[: data.ncon]):
            if sorted(self._kinds[pair]) != [ROBOT, MANIPULATED]:
                continue
            link = int(model.geom_bodyid[pair[int(self._kinds[pair[0]] != ROBOT)]])
            if link not in nearest or data.contact.dist[i] < data.contact.dist[nearest[link]]:
                nearest[link] = i
        found = []
        for link, i in nearest.items():
            contact, moved = data.contact[i], np.empty((3, model.nv))
            mujoco.mj_jac(model, data, moved, None, contact.pos, link)
            outward = 1.0 if self._kinds[contact.geom[0]] == ROBOT else -1.0
            found.append(
                NearestPoint(
                    link=link,
                    distance_m=float(contact.dist),
                    point=contact.pos.copy(),
                    normal=outward * contact.frame[:3],
                    jacobian=moved[:, self._world.joint_dof],
                )
            )
        return found
