"""Many simulations side by side on the persistent threads of `mujoco.rollout`: one model and one state for each."""

import mujoco
import numpy as np
from mujoco.rollout import Rollout

from skillc.runtime.formats.arrays import FloatArray, IntArray

_STATE = int(mujoco.mjtState.mjSTATE_FULLPHYSICS)


class Physics:
    """Steps N models that differ in numbers only. Nothing is kept between calls but the models and the threads."""

    def __init__(self, models: list[mujoco.MjModel], threads: int) -> None:
        """Start `threads` threads; one steps on the calling thread."""
        self.models = models
        self._data = [mujoco.MjData(models[0]) for _ in range(threads)]
        self._pool = Rollout(nthread=threads if threads > 1 else 0)

    def advance(self, state: FloatArray, warm: FloatArray, ctrl: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Simulate S steps.

        Args:
            state: (N, s) where each simulation is.
            warm: (N, nv) rad/s^2, what the solver begins with.
            ctrl: (N, S, nu).

        Returns:
            States (N, S, s) and sensor values (N, S, ...) after every step; the sensors' are of the step's beginning.
        """
        states, sensors = self._pool.rollout(
            self.models, self._data, state, ctrl, initial_warmstart=warm, chunk_size=self._chunk(len(state))
        )
        return states, sensors

    def _chunk(self, count: int) -> int:
        return max(1, count // (8 * len(self._data)))

    def close(self) -> None:
        """End the threads."""
        self._pool.close()


def state_of(model: mujoco.MjModel, data: mujoco.MjData) -> FloatArray:
    """Return the physics state (s,): time, qpos, qvel, and what else the model remembers."""
    state = np.zeros(mujoco.mj_stateSize(model, _STATE))
    mujoco.mj_getState(model, data, state, _STATE)
    return state


def time_of(state: FloatArray) -> FloatArray:
    """Return the time (...), s, of states (..., s)."""
    return state[..., 0]


def qpos_of(state: FloatArray, addresses: IntArray) -> FloatArray:
    """Return positions (..., k) of states (..., s)."""
    return state[..., 1 + addresses]


def warmstart(model: mujoco.MjModel, states: FloatArray) -> FloatArray:
    """Return what the solver should begin with (N, nv) after steps (N, S >= 2, s): the last step's acceleration."""
    first = 1 + model.nq
    qvel = states[:, -2:, first : first + model.nv]
    acceleration: FloatArray = (qvel[:, 1] - qvel[:, 0]) / model.opt.timestep
    return acceleration
