"""What a plan keeps of the refined motion (A.4): the hand relative to the objects, and its fingers per phase."""

from dataclasses import dataclass

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.grasps import Grasps
from skillc.runtime.formats.reference import Reference
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.tasks.catalog import task_type


@dataclass(frozen=True, kw_only=True)
class ShownContact:
    """The demonstrated contact; poses (4, 4), fingers (m,) rad."""

    T_manip_hand: FloatArray
    """At contact: T^c of hand and manipulated object (A.4)."""
    T_target_hand: FloatArray | None
    """At the interaction; None where the task has no target object."""
    T_manip_end: FloatArray
    """The manipulated object's end relative to where it stood."""
    approach: FloatArray
    """(3,) unit direction in the object frame along which the hand comes in."""
    q_open: FloatArray
    """On the way in and out; of a slide all are those at contact."""
    q_pre: FloatArray
    """Hovering just off the object."""
    q_grasp: FloatArray
    """In contact."""
    q_squeeze: FloatArray
    """Targets when closed: they lie inside the object."""
    q_hold: FloatArray
    """Targets once it is lifted, as light as the grasp allows."""

    @property
    def end_direction(self) -> FloatArray:
        """(2,) m: how far and where to a slid object is moved, in the object frame."""
        return self.T_manip_end[:2, 3]


def shown_by(reference: Reference, grasps: Grasps, twin: Twin) -> ShownContact:
    """Read the contact of a refined motion; raises ValueError where it has none."""
    if "contact" not in reference.anchor_name:
        raise ValueError(f"the motion has no anchor 'contact', only {', '.join(reference.anchor_name)}")
    T_start = np.asarray(twin.manipulated.T_table_object)
    T_manip_hand = se3.inverse(T_start) @ _anchor(reference, "contact")
    apart = np.abs(grasps.T_object_hand - T_manip_hand).reshape(len(grasps.T_object_hand), -1).max(axis=1)
    k = int(apart.argmin())
    target, T_target_hand = twin.target, None
    if target is not None:
        T_target_hand = se3.inverse(target.T_table_object) @ _anchor(reference, "interaction")
    T_end = reference.T_table_manip[-1]
    at_contact = reference.qpos[reference.anchor_index[reference.anchor_name.index("contact")]]
    held = at_contact[[reference.joint_names.index(name) for name in grasps.hand_joint_names]]
    slid = task_type(twin.task_type).slides
    return ShownContact(
        T_manip_hand=T_manip_hand,
        T_target_hand=T_target_hand,
        T_manip_end=se3.inverse(T_start) @ T_end,
        approach=grasps.approach_object[k],
        q_open=held if slid else grasps.q_open[k],
        q_pre=held if slid else grasps.q_pre[k],
        q_grasp=held if slid else grasps.q_grasp[k],
        q_squeeze=held if slid else grasps.q_squeeze[k],
        q_hold=held if slid else grasps.q_hold[k],
    )


def _anchor(reference: Reference, name: str) -> FloatArray:
    return np.asarray(reference.anchor_T_table_hand[reference.anchor_name.index(name)])
