"""How far the robot, in given postures, is from itself, the table, boxes and singular postures."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray, IntArray
from skillc.runtime.formats.collision_model import CollisionModel
from skillc.runtime.formats.motion_limits import LimitsRefused
from skillc.runtime.safety.capsules import beads, box_distance, segment_distance
from skillc.runtime.safety.posture import LinkTree


class RobotBody:
    """The capsules of a collision model on its kinematic tree.

    What is watched is numbered: the pairs, then each moving capsule from the table, then from every box, and last the
    least singular value of the hand's Jacobian, infinite where it is not watched.
    """

    def __init__(self, model: CollisionModel) -> None:
        """Take links, capsules, pairs and boxes from the model.

        Raises:
            LimitsRefused: an index points at nothing, a length is not positive, or halts are missing.
        """
        wrong = _fault(model)
        if wrong:
            raise LimitsRefused(f"the body of the contract: {wrong}")
        capsules, self._moving, self._pairs = model.capsules, model.table_capsules, model.pairs
        self._tree = LinkTree(model.links, model.T_table_root, len(model.joint_names))
        self._link = np.array([capsule.link for capsule in capsules], dtype=np.int64)
        ends = [[capsule.start, capsule.end] for capsule in capsules]
        self._ends = np.array(ends, dtype=np.float64).reshape(-1, 2, 3)
        self._radius = np.array([capsule.radius for capsule in capsules])
        self._radii = self._radius[model.pairs].sum(axis=1)
        threaded = [beads(self._ends[c, 0], self._ends[c, 1], float(self._radius[c])) for c in self._moving]
        self._bead_link = np.repeat(self._link[self._moving], [len(centres) for centres, _ in threaded])
        self._bead = np.concatenate([centres for centres, _ in threaded]) if threaded else np.zeros((0, 3))
        self._bead_radius = np.array([radius for _, radius in threaded])
        self._first_bead = np.cumsum([0, *(len(centres) for centres, _ in threaded)])[:-1]
        self._T_table_box = np.array([box.T_table_box for box in model.boxes]).reshape(-1, 4, 4)
        self._half = np.array([box.half_m for box in model.boxes]).reshape(-1, 3)
        self._arm, self._hand = np.array(model.arm_joints, dtype=np.int64), model.hand_link
        self._parts = np.cumsum([len(model.pairs), len(self._moving), len(model.boxes) * len(self._moving)])

    def capsule_ends(self, q: FloatArray) -> FloatArray:
        """Return where the capsules' lines begin and end, (N, C, 2, 3) m in the table frame, for postures q (N, n)."""
        return self._placed(self._tree.place(q))

    def distances(self, q: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return distances in m and the least singular value for postures q (N, n) in rad.

        Returns:
            Of every pair (N, P), of every moving capsule from the table (N, M) and from every box (N, B, M), and the
            least singular value of the hand's Jacobian (N,), infinite where it is not watched.
        """
        found = self.nearest(q, np.arange(self._parts[-1] + 1))
        pairs, table, boxes, singular = np.split(found, self._parts, axis=1)
        return pairs, table, boxes.reshape(len(q), len(self._half), len(self._moving)), singular[:, 0]

    def nearest(self, q: FloatArray, watched: IntArray) -> FloatArray:
        """Return distances in m, and the singular value if it is the last, (N, W) of what is numbered `watched` (W,).

        Args:
            q: (N, n) rad, postures.
            watched: (W,) rising numbers.
        """
        T = self._tree.place(q)
        ends = self._placed(T)
        pairs, table, boxes, singular = np.split(watched, np.searchsorted(watched, self._parts))
        one, two = np.moveaxis(ends[:, self._pairs[pairs]], 2, 0)
        found = [segment_distance(one[:, :, 0], one[:, :, 1], two[:, :, 0], two[:, :, 1]) - self._radii[pairs]]
        if len(table):
            moving = self._moving[table - self._parts[0]]
            found.append(np.min(ends[:, moving][..., 2], axis=2) - self._radius[moving])
        if len(boxes):
            found.append(self._from_boxes(T).reshape(len(q), -1)[:, boxes - self._parts[1]])
        if len(singular):
            found.append(self._singular(T)[:, None])
        return np.concatenate(found, axis=1)

    def most_closing(self) -> FloatArray:
        """Return (K, n) by how much, at most, everything watched falls when a joint turns by one radian.

        A turn moves a point no farther than its distance from the axis, and brings two things nearer only if it moves
        one of them without the other; it turns a column of the Jacobian, or moves the hand it points at. Turns add up.
        """
        tree = self._tree
        reach = np.array([tree.reach(link, ends) for link, ends in zip(self._link, self._ends, strict=True)])
        reach = reach.reshape(len(self._link), len(tree.parent))
        one, two = reach[self._pairs[:, 0]], reach[self._pairs[:, 1]]
        pairs = np.where(two > 0, 0.0, one) + np.where(one > 0, 0.0, two)
        moving = np.concatenate([reach[self._moving]] * (1 + len(self._half)))
        of_links = np.concatenate([pairs, moving, self._most_singular()[None]])
        return tree.per_joint(of_links)

    def _most_singular(self) -> FloatArray:
        """Return (L,) by how much, at most, the least singular value falls as each link's joint turns by one radian."""
        tree, found = self._tree, np.zeros(len(self._tree.parent))
        above = tree.above(self._hand)
        lever = tree.reach(self._hand, np.zeros((1, 3)))[above]
        columns = np.isin(tree.joint[above], self._arm)
        for k, link in enumerate(above):
            # A joint nearer to the hand only moves the hand; the columns of those and its own turn with one farther.
            linear = np.minimum(lever, lever[k])[columns]
            angular = (np.arange(len(above)) < k)[columns]
            found[link] = np.sqrt(np.sum(linear**2) + np.sum(angular))
        return found

    def _from_boxes(self, T: FloatArray) -> FloatArray:
        at = (T[:, self._bead_link, :3, :3] @ self._bead[..., None])[..., 0] + T[..., :3, 3][:, self._bead_link]
        local = (at[:, None] - self._T_table_box[:, None, :3, 3]) @ self._T_table_box[:, :3, :3]
        least = np.minimum.reduceat(box_distance(local, self._half[:, None]), self._first_bead, axis=2)
        nearest: FloatArray = least - self._bead_radius
        return nearest

    def _placed(self, T: FloatArray) -> FloatArray:
        T = T[:, self._link]
        turned: FloatArray = self._ends @ np.swapaxes(T[..., :3, :3], -1, -2)
        return turned + T[:, :, None, :3, 3]

    def _singular(self, T: FloatArray) -> FloatArray:
        if not len(self._arm):
            return np.full(len(T), np.inf)
        jacobian = self._tree.jacobian(T, self._hand, self._arm)
        short = jacobian if jacobian.shape[1] <= jacobian.shape[2] else np.swapaxes(jacobian, 1, 2)
        least: FloatArray = np.sqrt(np.maximum(np.linalg.eigvalsh(short @ np.swapaxes(short, 1, 2))[:, 0], 0.0))
        return least


def _fault(model: CollisionModel) -> str:
    """Return the first thing that makes no body of the model, or an empty text."""
    links, capsules, joints = len(model.links), len(model.capsules), len(model.joint_names)
    for k, link in enumerate(model.links):
        if not -1 <= link.parent < k or (link.parent < 0) != (k == 0):
            return f"link {link.name!r} hangs on no link before it"
        if not -1 <= link.joint < joints:
            return f"link {link.name!r} is turned by no joint of the contract"
    for name, indices, count in (
        ("capsules", np.array([capsule.link for capsule in model.capsules], dtype=np.int64), links),
        ("pairs", model.pairs, capsules),
        ("table_capsules", model.table_capsules, capsules),
        ("arm_joints", np.array(model.arm_joints, dtype=np.int64), joints),
        ("hand_link", np.array([model.hand_link]), links),
    ):
        if np.any(indices < 0) or np.any(indices >= count):
            return f"{name} point beyond the {count} there are"
    lengths = [c.radius for c in model.capsules] + [h for box in model.boxes for h in box.half_m]
    if not all(0 < length < np.inf for length in (*lengths, model.slow_m, model.singular_slow - model.singular_halt)):
        return "a radius, half size or slowing zone is not above zero"
    wanted = ((len(model.pairs),), (len(model.table_capsules),), (len(model.boxes), len(model.table_capsules)))
    halts = (model.pair_halt_m, model.table_halt_m, model.box_halt_m)
    if tuple(halt.shape for halt in halts) != wanted or not all(np.isfinite(halt).all() for halt in halts):
        return f"expected finite halts of the shapes {wanted}"
    return ""
