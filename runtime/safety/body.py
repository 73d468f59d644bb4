"""How far the robot, in given postures, is from itself, the table, boxes and singular postures."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.collision_model import CollisionModel
from skillc.runtime.formats.motion_limits import LimitsRefused
from skillc.runtime.geometry.chain import Chain
from skillc.runtime.safety.capsules import beads, box_distance, segment_distance


class RobotBody:
    """The capsules of a collision model on its kinematic tree."""

    def __init__(self, model: CollisionModel) -> None:
        """Take links, capsules, pairs and boxes from the model.

        Raises:
            LimitsRefused: an index points at nothing, a length is not positive, or halts are missing.
        """
        wrong = _fault(model)
        if wrong:
            raise LimitsRefused(f"the body of the contract: {wrong}")
        self._T_table_root, links, capsules = model.T_table_root, model.links, model.capsules
        self._chain = Chain(
            names=tuple(link.name for link in links),
            parent=np.array([link.parent for link in links]),
            T_parent_body=np.stack([link.T_parent_link for link in links]),
            joint=np.array([link.joint for link in links]),
            axis=np.array([link.axis for link in links], dtype=np.float64),
            anchor=np.array([link.anchor for link in links], dtype=np.float64),
            n=len(model.joint_names),
        )
        self._link = np.array([capsule.link for capsule in capsules], dtype=np.int64)
        ends = [[capsule.start, capsule.end] for capsule in capsules]
        self._ends = np.array(ends, dtype=np.float64).reshape(-1, 2, 3)
        self._radius = np.array([capsule.radius for capsule in capsules])
        self._first, self._second = model.pairs.T
        self._moving = model.table_capsules
        threaded = [beads(self._ends[c, 0], self._ends[c, 1], float(self._radius[c])) for c in self._moving]
        self._bead_link = np.repeat(self._link[self._moving], [len(centres) for centres, _ in threaded])
        self._bead = np.concatenate([centres for centres, _ in threaded]) if threaded else np.zeros((0, 3))
        self._bead_radius = np.array([radius for _, radius in threaded])
        self._first_bead = np.cumsum([0, *(len(centres) for centres, _ in threaded)])[:-1]
        self._T_table_box = np.array([box.T_table_box for box in model.boxes]).reshape(-1, 4, 4)
        self._half = np.array([box.half_m for box in model.boxes]).reshape(-1, 3)
        self._arm, self._hand = np.array(model.arm_joints, dtype=np.int64), model.hand_link

    def capsule_ends(self, q: FloatArray) -> FloatArray:
        """Return where the capsules' lines begin and end, (N, C, 2, 3) m in the table frame, for postures q (N, n)."""
        R, p = self._chain.forward(q, self._T_table_root)
        return self._placed(R, p)

    def distances(self, q: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return distances in m and the least singular value for postures q (N, n) in rad.

        Returns:
            Of every pair (N, P), of every moving capsule from the table (N, M) and from every box (N, B, M), and the
            least singular value of the hand's Jacobian (N,), infinite where it is not watched.
        """
        R, p = self._chain.forward(q, self._T_table_root)
        ends = self._placed(R, p)
        one, two = ends[:, self._first], ends[:, self._second]
        pairs = segment_distance(one[:, :, 0], one[:, :, 1], two[:, :, 0], two[:, :, 1])
        pairs = pairs - self._radius[self._first] - self._radius[self._second]
        moving, radius = ends[:, self._moving], self._radius[self._moving]
        table = np.min(moving[..., 2], axis=2) - radius
        return pairs, table, self._from_boxes(R, p), self._singular(R, p)

    def _from_boxes(self, R: FloatArray, p: FloatArray) -> FloatArray:
        if not len(self._half) or not len(self._moving):
            return np.zeros((len(p), len(self._half), len(self._moving)))
        at = (R[:, self._bead_link] @ self._bead[..., None])[..., 0] + p[:, self._bead_link]
        local = (at[:, None] - self._T_table_box[:, None, :3, 3]) @ self._T_table_box[:, :3, :3]
        least = np.minimum.reduceat(box_distance(local, self._half[:, None]), self._first_bead, axis=2)
        nearest: FloatArray = least - self._bead_radius
        return nearest

    def _placed(self, R: FloatArray, p: FloatArray) -> FloatArray:
        turned: FloatArray = self._ends @ np.swapaxes(R[:, self._link], -1, -2)
        return turned + p[:, self._link, None]

    def _singular(self, R: FloatArray, p: FloatArray) -> FloatArray:
        if not len(self._arm):
            return np.full(len(p), np.inf)
        both = self._chain.jacobian(R, p, self._hand, p[:, self._hand])
        jacobian = np.concatenate(both, axis=1)[:, :, self._arm]
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
