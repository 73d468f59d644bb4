"""What control ticks were worth, and which episodes they ended: terms over arrays, environments by ticks."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from skillc.runtime.env.calls import Terms
from skillc.runtime.env.definition import Definition
from skillc.runtime.env.instruments import Instruments
from skillc.runtime.env.physics import qpos_of, time_of
from skillc.runtime.env.scenes import DrawnScenes
from skillc.runtime.formats.arrays import BoolArray, FloatArray, IntArray
from skillc.runtime.formats.reference import PHASES
from skillc.runtime.geometry import se3
from skillc.runtime.motion.cell.surface import object_surface
from skillc.runtime.sim.world import World
from skillc.runtime.terms.snapshot import Snapshot

LOWEST_OF = 256
"""ours: surface points among which the object's lowest is looked for; their gaps are a few millimetres."""


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """T control ticks of N environments, each of S simulation steps."""

    number: IntArray
    """(N, T) of ticks done at their end."""
    sent: FloatArray
    """(N, T, n) rad."""
    states: FloatArray
    """(N, T, S, s)."""
    sensors: FloatArray
    """(N, T, S, ...)."""
    start_s: FloatArray
    """(N,) time at the beginning."""
    lagging: IntArray
    """(N,) ticks for which the arm had been too far from its command."""


@dataclass(frozen=True, kw_only=True)
class TickVerdict:
    """Of each environment (N,); ticks after its end do not count."""

    reward: FloatArray
    terminated: BoolArray
    truncated: BoolArray
    invalid: BoolArray
    lagging: IntArray


class Judge:
    """Rewards, ends and the safety thresholds of one skill."""

    def __init__(self, definition: Definition, terms: Terms, world: World, instruments: Instruments) -> None:
        """Find everything in the world that the twin was compiled to; all drawn ones have it at the same place."""
        contract, reference, twin = definition.contract, definition.reference, definition.twin
        self._terms, self._instruments, self._senses = terms, instruments, terms.senses
        self._reference, self._joints = reference.qpos, world.joint_qpos
        self._pose = world.object_qpos[twin.manipulated.name] + np.arange(7)
        self._centre = np.asarray(twin.manipulated.center_of_mass_m)
        # What the hand carries moves as in the reference from wherever it stood: the hand does not know better.
        self._moved = reference.T_table_manip @ se3.inverse(reference.T_table_manip[0])
        self._after_contact = int(np.searchsorted(reference.phase, PHASES.index("track")))
        self._rate_hz, bounds = contract.control_rate_hz, contract.safety
        self._last = len(reference.qpos) + round(definition.environment.settle_s * contract.control_rate_hz)
        self._body = np.array([group not in contract.hand_groups for group in contract.joint_groups])
        self._force_n, self._error_rad = bounds.contact_force_n, bounds.tracking_error_rad
        self._late = max(1, round(bounds.tracking_error_s * contract.control_rate_hz))
        self._surface = np.zeros((0, 3))
        if "lowest_point" in self._senses:
            geoms = world.object_geoms[twin.manipulated.name]
            rng = np.random.default_rng(0)
            self._surface = object_surface(world.model, geoms, count=LOWEST_OF, rng=rng).points

    def judge(self, ticks: Ticks, actions: FloatArray, scenes: DrawnScenes) -> TickVerdict:
        """Return what the ticks were worth with actions (N, m)."""
        end = ticks.states[:, :, -1]
        taken = time_of(end[:, -1]) - ticks.start_s
        # A simulation that reached a bad state is reset by MuJoCo, and its time with it.
        invalid = ~np.isfinite(end).all(axis=(1, 2)) | ~(np.abs(taken * self._rate_hz - end.shape[1]) < 0.5)
        tripped, lagging = self._tripped(ticks)
        snapshot = self._snapshot(ticks, actions, scenes)
        ended = self._terms.terminated(snapshot) | tripped
        over = ticks.number >= self._last
        before = np.cumsum(ended | over, axis=1) - (ended | over) > 0
        reward = np.where(before, 0.0, self._terms.reward(snapshot)).sum(axis=1)
        return TickVerdict(
            reward=np.where(invalid, 0.0, reward),
            terminated=(ended & ~before).any(axis=1) | invalid,
            truncated=(over & ~before).any(axis=1) & ~invalid,
            invalid=invalid,
            lagging=lagging,
        )

    def poses(self, states: FloatArray) -> FloatArray:
        """Return where the manipulated objects are (..., 4, 4) in states (..., s)."""
        found = qpos_of(states, self._pose)
        T = np.zeros((*found.shape[:-1], 4, 4))
        sound = np.linalg.norm(found[..., 3:], axis=-1, keepdims=True) > 0.5
        quaternions = np.where(sound, found[..., 3:], [1.0, 0.0, 0.0, 0.0]).reshape(-1, 4)
        T[..., :3, :3] = Rotation.from_quat(quaternions, scalar_first=True).as_matrix().reshape(*T.shape[:-2], 3, 3)
        T[..., :3, 3], T[..., 3, 3] = found[..., :3], 1.0
        return T

    def off_way(self, states: FloatArray, number: IntArray, scenes: DrawnScenes) -> FloatArray:
        """Return how far the objects (N, 3), m, are from where the reference has them after `number` (N,) ticks."""
        T, centre = self.poses(states)[:, None], self._centre * scenes.size[:, None]
        off: FloatArray = _placed(T, centre) - _placed(self._expected(number[:, None], scenes), centre)
        return off[:, 0]

    def _tripped(self, ticks: Ticks) -> tuple[BoolArray, IntArray]:
        """Return at which ticks (N, T) the safety filter would hold, and for how long each arm lags now (N,)."""
        pressing = self._instruments.pressing(ticks.sensors).max(axis=2)
        q = qpos_of(ticks.states[:, :, -1], self._joints)
        far = ~(np.abs(q - ticks.sent)[..., self._body].max(axis=2, initial=0.0) <= self._error_rad)
        lagging, late = ticks.lagging, []
        for column in far.T:
            lagging = np.where(column, lagging + 1, 0)
            late.append(lagging >= self._late)
        return ~(pressing <= self._force_n) | np.stack(late, axis=1), lagging

    def _snapshot(self, ticks: Ticks, actions: FloatArray, scenes: DrawnScenes) -> Snapshot:
        end, sensors = ticks.states[:, :, -1], ticks.sensors[:, :, -1]
        sample = np.minimum(ticks.number, len(self._reference) - 1)
        T, centre = self.poses(end), self._centre * scenes.size[:, None]
        expected = self._expected(ticks.number, scenes)
        middle = _placed(T, centre)
        cosine = ((T[..., :3, :3] * expected[..., :3, :3]).sum(axis=(-1, -2)) - 1.0) / 2.0
        distance = np.abs(qpos_of(end, self._joints) - self._reference[sample])
        return Snapshot(
            flow_centroid=middle,
            flow_centroid_reference=_placed(expected, centre),
            action=np.broadcast_to(actions[:, None], (*sample.shape, actions.shape[1])),
            object_turn_rad=np.arccos(np.clip(cosine, -1.0, 1.0)),
            joint_distance_rad=distance.max(axis=-1),
            tip_distance_m=self._instruments.tip_distance(sensors, middle),
            tips_in_contact=self._instruments.tips_in_contact(sensors),
            object_rise_m=self._rise(T, scenes),
            object_force_n=self._instruments.scene_force(ticks.sensors).max(axis=2),
            table_distance_m=self._instruments.table_distance(sensors),
            after_contact=sample >= self._after_contact,
            time_s=ticks.number / self._rate_hz,
            end_s=self._last / self._rate_hz,
        )

    def _expected(self, number: IntArray, scenes: DrawnScenes) -> FloatArray:
        """Return where the reference has the objects (N, T, 4, 4) after `number` (N, T) ticks."""
        expected: FloatArray = self._moved[np.minimum(number, len(self._moved) - 1)] @ scenes.T_start[:, None]
        return expected

    def _rise(self, T: FloatArray, scenes: DrawnScenes) -> FloatArray:
        """Return how far the objects' lowest points (N, T) are above where they were at the start."""
        if "lowest_point" not in self._senses:
            return np.full(T.shape[:2], np.nan)
        points = self._surface * scenes.size[:, None, None]

        def lowest(Ts: FloatArray) -> FloatArray:
            return np.asarray((Ts[..., 2:3, :3] @ points[:, None].swapaxes(-1, -2)).min(axis=(-1, -2)) + Ts[..., 2, 3])

        return lowest(T) - lowest(scenes.T_start[:, None])


def _placed(T: FloatArray, points: FloatArray) -> FloatArray:
    """Return points (N, 3), each in its object's frame, in the table frame at poses (N, T, 4, 4): (N, T, 3)."""
    return np.asarray((T[..., :3, :3] @ points[:, None, :, None])[..., 0] + T[..., :3, 3])
