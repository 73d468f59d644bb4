"""How much room the robot, and what it carries, has: measured in the compiled scene, and proved between two postures.

A posture is measured by the simulator's own geometry. Between two postures nothing is sampled at a fixed resolution:
no point of the robot moves farther than `Levers.travel` says, so a step is free where both ends have more room than
that, and is halved where they have less. What is called free is therefore free at any finer resolution. The robot's
contact with itself has no such proof; it is seen at the postures measured.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.geometry import se3
from skillc.runtime.sim.world import World

MARGIN_M = 0.04
"""ours: more room than this is not told apart; half of it doubles the steps, twice it the pairs to be measured."""
SELF_OVERLAP_M = 0.001
"""ours: the primitives stand for rounded links; less than this is no self-collision."""
HALVINGS = 12
"""ours: a step of 1 m is then 0.2 mm long; what is still undecided there touches."""

ROBOT, BASE, TABLE, MANIPULATED, TARGET, OBSTACLE = 1, 2, 3, 4, 5, 6
PAIRS = ("robot_scene", "robot_manipulated", "carried_table", "carried_target", "carried_obstacle", "self")
_IGNORED = len(PAIRS)


@dataclass(frozen=True, kw_only=True)
class Room:
    """Least distances (m) that count as free; minus infinity where touching is meant."""

    robot_scene: float
    """Robot to table, target and obstacles."""
    robot_manipulated: float = -np.inf
    carried_table: float = -np.inf
    carried_target: float = -np.inf
    carried_obstacle: float = -np.inf

    def as_array(self) -> FloatArray:
        """Return the five in the order of `PAIRS`."""
        return np.array([getattr(self, name) for name in PAIRS[:-1]])


@dataclass(frozen=True, kw_only=True)
class Nearness:
    """One posture's distances, m; `MARGIN_M` where nothing is near, negative inside."""

    distance: FloatArray
    """(6,) in the order of `PAIRS`."""
    pairs: tuple[tuple[str, str], ...]
    """(6,) names of what is nearest: a link, and the other thing; empty where nothing is near."""
    points: FloatArray
    """(6, 3) m, table frame, midway between what is nearest; NaN where nothing is near."""


class ClearSpace:
    """One compiled scene with its objects at given poses, and maybe one of them in the hand."""

    def __init__(
        self,
        world: World,
        profile: RobotProfile,
        manipulated: str,
        T_table_objects: Mapping[str, FloatArray],
        T_hand_object: FloatArray | None = None,
    ) -> None:
        """Copy the model and let it report everything nearer than `MARGIN_M`.

        Args:
            world: compiled with the robot's base where it stands.
            profile: of the robot.
            manipulated: name of the object that is handled.
            T_table_objects: name -> (4, 4); objects left out stand where the world was compiled with them.
            T_hand_object: (4, 4) of the manipulated object in the hand; None while it stands.
        """
        self._world, self._T_hand_object = world, T_hand_object
        model = self._model = copy.copy(world.model)
        self._kinds, self._names = _kinds(world, manipulated), _names(world)
        model.geom_margin[:] = np.where(self._kinds >= TABLE, MARGIN_M, 0.0)
        model.body_margin[:] = MARGIN_M  # bodies of several geoms are sorted out by this first
        self._class = _classes()
        self._data = mujoco.MjData(model)
        self._last: tuple[bytes, FloatArray] | None = None
        self._hand = model.body(profile.manipulator.hand_body).id
        self._at = world.object_qpos[manipulated]
        for name, T in T_table_objects.items():
            self._place(world.object_qpos[name], T)
        mujoco.mj_kinematics(model, self._data)
        self.levers = levers(world, profile, manipulated if T_hand_object is not None else None, T_hand_object)

    def near(self, q: FloatArray, *, named: bool = False) -> Nearness:
        """Measure one posture (n,) rad of arm and hand; names and points cost time, and come where asked for."""
        data, model = self._data, self._model
        data.qpos[self._world.joint_qpos] = q
        mujoco.mj_kinematics(model, data)
        if self._T_hand_object is not None:
            T = se3.from_parts(data.xmat[self._hand].reshape(3, 3), data.xpos[self._hand]) @ self._T_hand_object
            self._place(self._at, T)
            mujoco.mj_kinematics(model, data)
        mujoco.mj_collision(model, data)
        least, first = np.full(_IGNORED + 1, MARGIN_M), np.full(_IGNORED + 1, -1)
        if data.ncon:
            geoms, dist = data.contact.geom, data.contact.dist
            kinds = self._class[self._kinds[geoms[:, 0]], self._kinds[geoms[:, 1]]]
            order = np.argsort(-dist, kind="stable")
            first[kinds[order]] = order  # of each kind the nearest is written last
            seen = first >= 0
            least[seen] = np.minimum(dist[first[seen]], MARGIN_M)
        if not named:
            return Nearness(distance=least[:_IGNORED], pairs=(), points=np.empty((0, 3)))
        at = np.full((_IGNORED, 3), np.nan)
        seen = first[:_IGNORED] >= 0
        at[seen] = data.contact.pos[first[:_IGNORED][seen]]
        return Nearness(distance=least[:_IGNORED], pairs=self._pairs(first), points=at)

    def boxes(self) -> list[tuple[str, FloatArray, FloatArray]]:
        """Return name, T_table_box (4, 4) at its middle and size (3,) m of a box about every geom but the robot's."""
        model, data, found = self._model, self._data, []
        for geom in np.flatnonzero(self._kinds >= TABLE).tolist():
            if model.geom_contype[geom] == 0 and model.geom_conaffinity[geom] == 0:
                continue
            T = se3.from_parts(data.geom_xmat[geom].reshape(3, 3), data.geom_xpos[geom])
            middle, half = model.geom_aabb[geom, :3], model.geom_aabb[geom, 3:]
            T[:3, 3] = se3.apply(T, middle[None])[0]
            found.append((f"{self._names[geom]}_{geom}", T, 2.0 * half))
        return found

    def move(self, T_table_manip: FloatArray) -> None:
        """Let the manipulated object stand at (4, 4)."""
        self._last = None
        self._place(self._at, T_table_manip)

    def room(self, q: FloatArray, room: Room) -> float:
        """Return how much more room than asked for a posture (n,) has, m; negative where it has less."""
        return self._spare(self.near(q).distance, room.as_array())

    def blocker(self, q: FloatArray, room: Room) -> tuple[str, str] | None:
        """Return the names of what is too near at a posture (n,): a link and the other thing; None if it is free."""
        seen = self.near(q, named=True)
        spare = np.append(seen.distance[:-1] - room.as_array(), seen.distance[-1] + SELF_OVERLAP_M)
        worst = int(np.argmin(spare))
        return seen.pairs[worst] if spare[worst] < 0 else None

    def stuck(self, q_from: FloatArray, q_to: FloatArray, room: Room) -> FloatArray | None:
        """Return a posture (n,) without room on the straight line between two; None proves that it is free.

        Both ends must keep `room`, and so does every posture that is measured; in between at least half of it is kept
        where it is positive.
        """
        wanted = room.as_array()
        allowance = float(np.maximum(wanted[np.isfinite(wanted)].min(initial=np.inf), 0.0))
        ends = [(q, self._spare(self._distance(q), wanted)) for q in (q_from, q_to)]
        for q, spare in ends:
            if not spare >= 0.0:
                return q
        waiting = [(*ends[0], *ends[1], 0)]
        while waiting:
            a, spare_a, b, spare_b, depth = waiting.pop()
            if self.levers.travel(a, b) <= spare_a + spare_b + allowance:
                continue
            middle = 0.5 * (a + b)
            spare = self._spare(self._distance(middle), wanted)
            if not spare >= 0.0 or depth >= HALVINGS:
                return middle
            waiting += [(a, spare_a, middle, spare, depth + 1), (middle, spare, b, spare_b, depth + 1)]
        return None

    def _distance(self, q: FloatArray) -> FloatArray:
        """Measure a posture, or remember it: the end of one step is the beginning of the next."""
        key = q.tobytes()
        if self._last is None or self._last[0] != key:
            self._last = key, self.near(q).distance
        return self._last[1]

    @staticmethod
    def _spare(distance: FloatArray, wanted: FloatArray) -> float:
        return -1.0 if distance[-1] < -SELF_OVERLAP_M else float(np.min(distance[:-1] - wanted))

    def _pairs(self, first: IntArray) -> tuple[tuple[str, str], ...]:
        found = []
        for k in first[:_IGNORED].tolist():
            a, b = ("", "") if k < 0 else (self._names[g] for g in self._data.contact.geom[k])
            robot_first = k < 0 or self._kinds[self._data.contact.geom[k][0]] <= BASE
            found.append((a, b) if robot_first else (b, a))
        return tuple(found)

    def _place(self, at: int, T: FloatArray) -> None:
        self._data.qpos[at : at + 3] = T[:3, 3]
        mujoco.mju_mat2Quat(self._data.qpos[at + 3 : at + 7], np.ascontiguousarray(T[:3, :3]).ravel())


@dataclass(frozen=True, kw_only=True)
class Levers:
    """How far a point of the robot, or of what it holds, can move when joints turn."""

    reach_m: FloatArray
    """(n,) longest lever of each joint, m: no posture has a longer one."""

    def travel(self, q_a: FloatArray, q_b: FloatArray) -> float:
        """Return a bound (m) on the way of every point between two postures (n,) on a straight line."""
        return float(np.abs(q_b - q_a) @ self.reach_m)


def levers(world: World, profile: RobotProfile, carried: str | None, T_hand_object: FloatArray | None) -> Levers:
    """Return the levers of every joint in driver order, with an object in the hand or without."""
    model = world.model
    beyond = np.zeros(model.nbody)
    for geom in (*world.arm_geoms, *world.hand_geoms):
        body = model.geom_bodyid[geom]
        size = float(np.linalg.norm(model.geom_pos[geom]) + model.geom_rbound[geom])
        beyond[body] = max(beyond[body], size)
    if carried is not None and T_hand_object is not None:
        hand = model.body(profile.manipulator.hand_body).id
        size = max(np.linalg.norm(model.geom_pos[g]) + model.geom_rbound[g] for g in world.object_geoms[carried])
        beyond[hand] = max(beyond[hand], float(np.linalg.norm(T_hand_object[:3, 3]) + size))
    for body in range(model.nbody - 1, 0, -1):  # children come after their parents
        parent = model.body_parentid[body]
        beyond[parent] = max(beyond[parent], float(np.linalg.norm(model.body_pos[body])) + beyond[body])
    joints = [model.joint(name).id for name in profile.joint_names]
    anchors = np.linalg.norm(model.jnt_pos[joints], axis=1)
    return Levers(reach_m=beyond[model.jnt_bodyid[joints]] + anchors)


def _kinds(world: World, manipulated: str) -> IntArray:
    """Return what each geom belongs to, (ngeom,)."""
    kinds = np.zeros(world.model.ngeom, dtype=np.int64)
    robot = [*world.arm_geoms, *world.hand_geoms]
    kinds[robot] = ROBOT
    base = world.model.geom_bodyid[min(robot)]
    kinds[[g for g in world.arm_geoms if world.model.geom_bodyid[g] == base]] = BASE
    for name, geoms in world.object_geoms.items():
        kinds[list(geoms)] = MANIPULATED if name == manipulated else TARGET if name == world.target else OBSTACLE
    kinds[world.table_geom] = TABLE
    return kinds


def _classes() -> IntArray:
    """Return for two kinds which of `PAIRS` they make; the base stands on the table, and things on each other."""
    table = np.full((OBSTACLE + 1, OBSTACLE + 1), _IGNORED, dtype=np.int64)
    entries = [(ROBOT, ROBOT, 5), (ROBOT, BASE, 5), (ROBOT, MANIPULATED, 1), (BASE, MANIPULATED, 1)]
    entries += [(ROBOT, TABLE, 0), (ROBOT, TARGET, 0), (ROBOT, OBSTACLE, 0), (BASE, TARGET, 0), (BASE, OBSTACLE, 0)]
    entries += [(MANIPULATED, TABLE, 2), (MANIPULATED, TARGET, 3), (MANIPULATED, OBSTACLE, 4)]
    for a, b, kind in entries:
        table[a, b] = table[b, a] = kind
    return table


def _names(world: World) -> list[str]:
    """Return how each geom is called to a person: its object, the table, or its link."""
    names = [world.model.body(int(body)).name for body in world.model.geom_bodyid]
    names[world.table_geom] = "table"
    return [name.removeprefix("object/") for name in names]
