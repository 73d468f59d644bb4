"""What a policy sees, term by term: the raw value from a moment of the simulation, and how it is normalized.

One definition serves training, evaluation and deployment: the contract fixes order, offsets and scales. Sources
without a paper's name are of Video2Sim2Real (arXiv:2606.08828).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillc.runtime.terms.draft_observations import DRAFT_OBSERVATIONS
from skillc.runtime.terms.observation import JOINTS, Observation
from skillc.runtime.terms.term import Parameter, by_name

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import FloatArray
    from skillc.runtime.terms.moment import Moment


def joint_position(now: Moment) -> FloatArray:
    """Return the measured joint positions (N, n), rad: q_t of 4.3.1."""
    return now.qpos


def reference_joint_position_next(now: Moment) -> FloatArray:
    """Return the next reference joint positions (N, n), rad: q_{t+1} of 4.3.1."""
    return now.q_reference_next


def flow_centroid(now: Moment) -> FloatArray:
    """Return the centroid (N, 3) of the tracked points that are seen, m, table frame: c_t of 4.3.1."""
    return now.flow_centroid


def object_position_delta(now: Moment) -> FloatArray:
    """Return how far the object moved (N, 3) since the last policy tick, m, table frame: dx_t of 4.3.1."""
    return now.T_table_manip[..., :3, 3] - now.T_table_manip_before[..., :3, 3]


def object_rotation_delta(now: Moment) -> FloatArray:
    """Return how the object turned (N, 3) since the last policy tick, rotation vector, rad: dtheta_t of 4.3.1."""
    from scipy.spatial.transform import Rotation

    before = now.T_table_manip_before[..., :3, :3]
    turned: FloatArray = Rotation.from_matrix(now.T_table_manip[..., :3, :3] @ before.swapaxes(-1, -2)).as_rotvec()
    return turned


OBSERVATIONS = by_name(
    Observation(
        name="joint_position",
        meaning="Measured joint positions.",
        source="4.3.1: q_t",
        dimension="angle",
        size=JOINTS,
        frame="joint",
        normalization="joint range",
        value=joint_position,
    ),
    Observation(
        name="reference_joint_position_next",
        meaning="Joint positions of the reference at the next step.",
        source="4.3.1: q_{t+1}",
        dimension="angle",
        size=JOINTS,
        frame="joint",
        normalization="joint range",
        value=reference_joint_position_next,
    ),
    Observation(
        name="flow_centroid",
        meaning="Centroid of the tracked object points.",
        source="4.3.1: c_t",
        dimension="length",
        size=3,
        camera=True,
        value=flow_centroid,
    ),
    Observation(
        name="object_position_delta",
        meaning="Change of the object's place since the last step.",
        source="4.3.1: dx_t",
        dimension="length",
        size=3,
        normalization="length",
        value=object_position_delta,
    ),
    Observation(
        name="object_rotation_delta",
        meaning="Change of the object's rotation since the last step.",
        source="4.3.1: dtheta_t",
        dimension="angle",
        size=3,
        normalization="angle",
        value=object_rotation_delta,
    ),
    *DRAFT_OBSERVATIONS,
)
"""Every observation the language knows."""

_CAMERA = "a camera in the environment"
SETTINGS = (
    Parameter(
        name="group",
        dimension="name",
        meaning="Only the joints of this group of the robot; for terms with one entry for every joint.",
        optional=True,
    ),
    Parameter(name="history", dimension="count", meaning="How many past steps are stacked.", needs="stacked moments"),
    Parameter(name="points", dimension="count", meaning="How many points.", needs=_CAMERA),
    Parameter(
        name="future", dimension="count", meaning="How many coming steps of the reference.", needs="future references"
    ),
    Parameter(name="noise", dimension="any", meaning="Noise on this term alone.", needs="noise on single terms"),
    Parameter(
        name="camera",
        dimension="name",
        meaning="The camera the term looks through.",
        needs="a camera in the environment",
    ),
)
"""What an observation may carry besides its name."""
