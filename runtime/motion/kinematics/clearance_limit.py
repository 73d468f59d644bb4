"""Keep links apart in Mink's quadratic programs: one inequality per pair of geoms that comes close."""

import copy

import mink
import mujoco
import numpy as np
from mink.limits.limit import Constraint

from skillc.runtime.formats.arrays import FloatArray

PUSH_OUT_M = 0.01
"""ours: how fast a pair that is too close is separated, per program."""


class ClearanceLimit(mink.Limit):
    """Normal approach between close geoms is bounded by their distance.

    MuJoCo's own collision pass finds the pairs (so the model's excluded pairs and parent filter hold), which is a
    single call instead of one per pair, and only close pairs become rows.
    """

    def __init__(self, model: mujoco.MjModel, *, clearance_m: float, detection_m: float, gain: float = 0.85) -> None:
        """Watch all colliding geoms of `model`; `gain` is the share of the distance that one program may use up."""
        self._model = copy.deepcopy(model)
        self._model.geom_margin[:] = detection_m / 2  # MuJoCo adds the two margins of a pair
        self._data = mujoco.MjData(self._model)
        self._clearance, self._detection, self._gain = clearance_m, detection_m, gain
        self._moves = _moved_by(model)
        self._slides = model.jnt_type == mujoco.mjtJoint.mjJNT_SLIDE
        self.separate = True
        """Whether pairs that are too close are pushed apart; else only kept from coming closer."""

    def compute_qp_inequalities(self, configuration: mink.Configuration, dt: float) -> Constraint:
        """Return G dq <= h with a row per close pair."""
        del dt
        model, data = self._model, self._data
        self._collide(configuration)
        pairs, distances = data.contact.geom, data.contact.dist
        nearest = np.argsort(distances)
        nearest = nearest[distances[nearest] < self._detection]
        _, first = np.unique(pairs[nearest] @ [model.ngeom, 1], return_index=True)
        chosen = nearest[first]
        if not len(chosen):
            return Constraint()
        bodies = model.geom_bodyid[pairs[chosen]]
        sign = self._moves[bodies[:, 0]] - self._moves[bodies[:, 1]]
        points, normals = data.contact.pos[chosen], data.contact.frame[chosen][:, :3]
        along = normals @ data.xaxis.T
        around = np.cross(points, normals) @ data.xaxis.T - normals @ np.cross(data.xaxis, data.xanchor).T
        G = sign * np.where(self._slides, along, around)
        spare = distances[chosen] - self._clearance
        least = -PUSH_OUT_M if self.separate else 0.0
        h = np.where(spare < 0, np.maximum(self._gain * spare, least), self._gain * spare)
        return Constraint(G=G, h=h)

    def overlap(self, configuration: mink.Configuration) -> float:
        """Return the deepest overlap (m) of two geoms, 0 if none touch."""
        self._collide(configuration)
        return max(0.0, -float(self._data.contact.dist.min(initial=0.0)))

    def _collide(self, configuration: mink.Configuration) -> None:
        self._data.qpos[:] = configuration.q
        mujoco.mj_kinematics(self._model, self._data)
        mujoco.mj_comPos(self._model, self._data)
        mujoco.mj_collision(self._model, self._data)


def _moved_by(model: mujoco.MjModel) -> FloatArray:
    """Return (nbody, njnt): 1 where the joint moves the body. Joints are hinges and slides, so njnt = nv."""
    if model.njnt != model.nv:
        raise ValueError("only hinge and slide joints are supported")
    moves = np.zeros((model.nbody, model.njnt))
    for body in range(1, model.nbody):
        moves[body] = moves[model.body_parentid[body]]
        start = model.body_jntadr[body]
        moves[body, start : start + model.body_jntnum[body]] = 1.0 if model.body_jntnum[body] else 0.0
    return moves
