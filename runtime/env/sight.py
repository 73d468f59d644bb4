"""What a policy sees of N robots: joints as they are, the object late and noisy at both ends of every difference."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.env.calls import Terms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.scenes import DrawnScenes
from skillc.runtime.env.tracked import TrackedPoints
from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.sim.world import World
from skillc.runtime.terms.moment import Moment


@dataclass(frozen=True, kw_only=True)
class SeenObjects:
    """Where N manipulated objects were seen."""

    T: FloatArray
    """(N, 4, 4) at the present policy tick."""
    T_before: FloatArray
    """(N, 4, 4) one policy tick earlier."""


class Sight:
    """Observations of one skill."""

    def __init__(self, definition: Definition, terms: Terms, world: World) -> None:
        """Take the object's points from the world that the twin was compiled to."""
        contract = definition.contract
        self._reference, self._terms = definition.reference.qpos, terms
        self._period, self._rate_hz = definition.ticks_per_action, contract.control_rate_hz
        self._points = TrackedPoints.of(world, contract.manipulated, np.asarray(contract.T_camera_table))
        layout = contract.observation
        self._offset = np.array([x for t in layout for x in t.offset])
        self._scale = np.array([x for t in layout for x in t.scale])
        self._clip = np.array([t.clip for t in layout for _ in range(t.size)])

    @property
    def observation_size(self) -> int:
        """Length of an observation."""
        return len(self._offset)

    def first(self, T: FloatArray, scenes: DrawnScenes, rng: np.random.Generator) -> SeenObjects:
        """Return what is seen of objects that have lain at T (N, 4, 4)."""
        return SeenObjects(T=self._noisy(T, scenes, rng), T_before=self._noisy(T, scenes, rng))

    def next(self, seen: SeenObjects, Ts: FloatArray, scenes: DrawnScenes, rng: np.random.Generator) -> SeenObjects:
        """Return what is seen after objects were at Ts (N, T, 4, 4) at the ticks of a policy period."""
        ticks = Ts.shape[1]
        late = np.minimum(np.rint(scenes.observation_delay * self._rate_hz), ticks - 1).astype(np.int64)
        then = Ts[np.arange(len(Ts)), ticks - 1 - late]
        return SeenObjects(T=self._noisy(then, scenes, rng), T_before=seen.T)

    def observation(self, qpos: FloatArray, tick: IntArray, seen: SeenObjects) -> FloatArray:
        """Return normalized observations (N, observation_size) of robots at qpos (N, n) after `tick` (N,) ticks."""
        ahead = np.minimum(tick + self._period, len(self._reference) - 1)
        now = Moment(
            qpos=qpos,
            q_reference_next=self._reference[ahead],
            T_table_manip=seen.T,
            T_table_manip_before=seen.T_before,
            flow_centroid=self._points.centroid(seen.T),
        )
        scaled: FloatArray = np.clip((self._terms.observe(now) - self._offset) * self._scale, -self._clip, self._clip)
        return scaled

    def _noisy(self, T: FloatArray, scenes: DrawnScenes, rng: np.random.Generator) -> FloatArray:
        """Return poses as they are estimated from noisy points: an error common to them moves and turns the whole."""
        error = rng.normal(size=(len(T), 6)) * scenes.point_sigma[:, None]
        noisy = T.copy()
        noisy[:, :3, 3] += error[:, :3]
        turned = Rotation.from_rotvec(error[:, 3:] / self._points.radius_m).as_matrix()
        noisy[:, :3, :3] = turned @ T[:, :3, :3]
        return noisy
