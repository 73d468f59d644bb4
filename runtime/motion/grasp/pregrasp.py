"""Pre-grasps (contacting fingers hover off the surface, others stay as they are), and where the hand comes in from."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.grasp.check import GraspChecker
from skillc.runtime.motion.grasp.contact_ik import ContactIkParameters, ContactTargets, solve_contacts
from skillc.runtime.motion.grasp.search import GraspSet
from skillc.runtime.motion.kinematics.hand_model import HandModel


def backed_off(hand: HandModel, grasps: GraspSet, distance_m: float, ik: ContactIkParameters) -> FloatArray:
    """Return postures (K, m) with contact points moved `distance_m` along their outward normals (A.2.2).

    The hand's pose is kept and only the contacting fingers are solved; free fingers keep their grasp values. Where a
    finger cannot open that far it opens as far as it can.
    """
    used = grasps.used
    lifted = ContactTargets(points=grasps.points + distance_m * grasps.normals, normals=grasps.normals, used=used)
    solved = solve_contacts(
        hand,
        lifted,
        R_object_hand=grasps.T_object_hand[:, :3, :3],
        p_object_hand=grasps.T_object_hand[:, :3, 3],
        q=grasps.q,
        parameters=ik,
        move_hand=False,
    )
    result = grasps.q.copy()
    for f, columns in enumerate(hand.columns):
        on = used[:, f]
        result[np.ix_(on, columns)] = solved.q[np.ix_(on, columns)]
    return result


def approach_directions(
    checker: GraspChecker,
    T_object_hand: FloatArray,
    q_open: FloatArray,
    T_table_object: FloatArray,
    T_hand_palm: FloatArray,
    *,
    length_m: float,
    enough_m: float,
) -> tuple[FloatArray, FloatArray]:
    """Choose for each grasp the direction it is approached along, by sweeping the open hand back along each choice.

    The choices are straight down, out of the palm, along the fingers and mixtures of them: backing off along a wrong
    one rolls the object away. The first choice that stays `enough_m` away wins, else the widest clearance.

    Args:
        checker: hand, object, table and what stands beside.
        T_object_hand: (K, 4, 4) grasps.
        q_open: (K, m) fingers on the way in.
        T_table_object: (4, 4) object at rest.
        T_hand_palm: (4, 4), z out of the palm.
        length_m: length of the straight way in.
        enough_m: clearance that ends the search.

    Returns:
        (K, 3) unit directions in the object frame and (K,) the smallest clearance to all of these on the way, m.
    """
    directions, clearances = [], []
    steps = np.linspace(0.0, length_m, 7)
    down = T_table_object[:3, :3].T @ np.array([0.0, 0.0, -1.0])
    for T, q in zip(T_object_hand, q_open):
        palm, fingers = (T @ T_hand_palm)[:3, 2], T[:3, 2]
        choices = [palm, palm + fingers, palm + down, down, fingers + down, palm + fingers + down, fingers]
        best, best_free = palm, -np.inf
        for choice in choices:
            length = float(np.linalg.norm(choice))
            if length < 1e-3 or (choice @ down) / length < -0.2:  # never from below
                continue
            d = choice / length
            Ts = np.repeat((T_table_object @ T)[None], len(steps), axis=0)
            Ts[:, :3, 3] -= steps[:, None] * (T_table_object[:3, :3] @ d)
            seen = checker.measure(Ts, np.repeat(q[None], len(steps), axis=0), T_table_object)
            free = min(min(c.table, c.neighbours, c.tips_object, c.links_object) for c in seen)
            if free > best_free + 1e-4:
                best, best_free = d, free
            if free >= enough_m:
                break
        directions.append(best)
        clearances.append(best_free)
    return np.array(directions).reshape(-1, 3), np.array(clearances)
