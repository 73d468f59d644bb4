"""Exact collision rejection of grasp candidates in the hand-only world (self, object, table, what stands beside)."""

import copy
from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.geometry import se3
from skillc.runtime.sim.hand_world import HandWorld, carrier_coordinates


@dataclass(frozen=True, kw_only=True)
class HandClearance:
    """Signed distances in m, at most the checker's margin."""

    table: float
    neighbours: float
    """Every part of the hand to what stands beside the object."""
    tips_object: float
    links_object: float
    """Every part of the hand but the tips."""
    itself: float


class GraspChecker:
    """Measures hand poses and postures against one object."""

    def __init__(self, world: HandWorld, *, margin_m: float) -> None:
        """Work on the world's own model with contact margins raised to `margin_m` on all but the hand."""
        self._world, self._margin = world, margin_m
        self._model = copy.copy(world.model)
        self._model.geom_margin[:] = 0.0
        self._model.geom_margin[[*world.object_geoms, *world.neighbour_geoms, world.table_geom]] = margin_m
        self._model.body_margin[:] = margin_m  # bodies of several geoms are sorted out by this first
        self._data = mujoco.MjData(self._model)
        kind = np.zeros(world.model.ngeom, dtype=np.int64)
        kind[list(world.hand_geoms)] = 1
        kind[list(world.tip_geoms)] = 2
        kind[list(world.object_geoms)] = 4
        kind[world.table_geom] = 8
        kind[list(world.neighbour_geoms)] = 16
        self._kind = kind

    def measure(self, Ts_table_hand: FloatArray, q: FloatArray, T_table_object: FloatArray) -> list[HandClearance]:
        """Measure hand poses (N, 4, 4) with fingers (N, m) and the object at one pose (4, 4)."""
        world, data = self._world, self._data
        at = world.object_qpos
        data.qpos[at : at + 3] = T_table_object[:3, 3]
        data.qpos[at + 3 : at + 7] = se3.as_quat_wxyz(T_table_object)
        results = []
        for carrier, posture in zip(carrier_coordinates(world, Ts_table_hand), q):
            data.qpos[world.carrier_qpos] = carrier
            data.qpos[world.hand_qpos] = posture
            mujoco.mj_kinematics(self._model, data)
            mujoco.mj_collision(self._model, data)
            results.append(self._nearest())
        return results

    def _nearest(self) -> HandClearance:
        """Sort the contacts: hand to table, to a neighbour, to itself, tips and links to the object."""
        data = self._data
        kinds = self._kind[data.contact.geom[: data.ncon]]
        low, high = kinds.min(axis=1, initial=99), kinds.max(axis=1, initial=0)
        dist, hand = data.contact.dist[: data.ncon], (low == 1) | (low == 2)

        def nearest(pick: BoolArray) -> float:
            return float(dist[pick].min(initial=self._margin))

        return HandClearance(
            table=nearest(hand & (high == 8)),
            neighbours=nearest(hand & (high == 16)),
            tips_object=nearest((low == 2) & (high == 4)),
            links_object=nearest((low == 1) & (high == 4)),
            itself=nearest(hand & (high <= 2)),
        )
