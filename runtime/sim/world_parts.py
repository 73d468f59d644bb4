"""What every simulated world is put together from: options, the table with its objects, contacts, servos."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import JointLimits
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.robot.table import add_table_top
from skillc.runtime.sim.shapes import add_shape
from skillc.runtime.sim.variation import WorldVariation

TORSION_M, ROLLING_M = 0.005, 0.0001
"""Torsional and rolling friction lengths (m): MuJoCo's defaults, for a contact patch of some millimetres."""
SLIDING_CONDIM, ROLLING_CONDIM = 3, 6
"""MuJoCo's condim of contacts that resist sliding only, and of those that resist turning and rolling as well."""
LINK_FRICTION = 0.5
"""ours: hard plastic of links and palm against objects."""
TIP_PARTNER_FRICTION = 0.35
"""Friction of plastic's surface (specs/materials.yaml), against which `PhysicsSettings.tip_friction` is stated."""
FREE_TABLE_FRICTION = 1e-3
"""Of the table's geom: its friction is in what stands on it, since MuJoCo takes the larger of a pair's two."""
TABLE_RGBA = [0.82, 0.80, 0.76, 1.0]


@dataclass(frozen=True, kw_only=True)
class ContactParameters:
    """How stiff every contact is."""

    solref: list[float]
    """MuJoCo's (2,)."""
    solimp: list[float]
    """MuJoCo's (5,)."""


def contact_parameters(physics: PhysicsSettings, change: WorldVariation) -> ContactParameters:
    """Return the contact parameters of every geom."""
    return ContactParameters(
        solref=list(change.solref or physics.solref), solimp=[*(change.solimp or physics.solimp), 0.5, 2.0]
    )


def set_physics(spec: Any, physics: PhysicsSettings, change: WorldVariation) -> None:
    """Set the simulator's options on an `MjSpec`."""
    integrators = {"implicit": "IMPLICIT", "implicitfast": "IMPLICITFAST", "Euler": "EULER"}
    cones = {"elliptic": mujoco.mjtCone.mjCONE_ELLIPTIC, "pyramidal": mujoco.mjtCone.mjCONE_PYRAMIDAL}
    spec.option.timestep = change.timestep_s or physics.timestep_s
    spec.option.integrator = getattr(mujoco.mjtIntegrator, f"mjINT_{integrators[physics.integrator]}")
    spec.option.cone = cones[physics.cone]
    spec.option.impratio = physics.impratio
    spec.option.iterations = physics.iterations
    spec.option.solver = mujoco.mjtSolver.mjSOL_NEWTON


def add_scene(spec: Any, twin: Twin, folder: Folder, physics: PhysicsSettings, change: WorldVariation) -> None:
    """Give an `MjSpec` the simulator's options, light, the table and the twin's objects."""
    set_physics(spec, physics, change)
    contact = contact_parameters(physics, change)
    spec.worldbody.add_light(pos=[0, 0, 2.5], dir=[0, 0, -1], castshadow=False)
    add_table_top(
        spec,
        twin.table_center_m,
        twin.table_half_size_m,
        friction=[FREE_TABLE_FRICTION, TORSION_M, ROLLING_M],
        solref=contact.solref,
        solimp=contact.solimp,
        rgba=TABLE_RGBA,
    )
    for thing in twin.objects:
        add_object(spec, thing, folder, twin.table_friction, contact, change)


def friction_on_table(thing: TwinObject, table_friction: float, change: WorldVariation) -> float:
    """Return the friction of the pair of `thing` and table: the geometric mean of both surfaces'."""
    own = thing.friction * change.friction_scale.get(thing.name, 1.0)
    return float(np.sqrt(own * table_friction * change.table_friction_scale))


def tip_friction_on(thing: TwinObject | None, physics: PhysicsSettings, change: WorldVariation) -> float:
    """Return the friction of the pair of a fingertip and `thing`, of a tip and plastic where there is none.

    As a geometric mean of two surfaces it goes with the square root of the object's.
    """
    tip = physics.tip_friction * change.tip_friction_scale
    if thing is None:
        return tip
    return tip * float(np.sqrt(thing.friction * change.friction_scale.get(thing.name, 1.0) / TIP_PARTNER_FRICTION))


def add_object(
    spec: Any,
    thing: TwinObject,
    folder: Folder,
    table_friction: float,
    contact: ContactParameters,
    change: WorldVariation,
) -> None:
    """Add one twin object as a free body `object/<name>` with its stated mass and inertia."""
    scale = change.size_scale.get(thing.name, 1.0)
    heavier = change.mass_scale.get(thing.name, 1.0)
    T = np.asarray(change.T_table_object.get(thing.name, thing.T_table_object))
    body = spec.worldbody.add_body(
        name=f"object/{thing.name}",
        pos=T[:3, 3],
        quat=se3.as_quat_wxyz(T),
        mass=thing.mass * heavier,
        ipos=np.asarray(thing.center_of_mass_m) * scale,
        inertia=np.asarray(thing.inertia) * heavier * scale**2,
        explicitinertial=True,
    )
    body.add_freejoint(name=f"object/{thing.name}")
    rolling = change.rolling_friction_m.get(thing.name, 0.0)
    add_shape(
        spec,
        body,
        thing,
        folder,
        scale=scale,
        contact={
            "friction": [friction_on_table(thing, table_friction, change), TORSION_M, rolling or ROLLING_M],
            "condim": ROLLING_CONDIM if rolling else SLIDING_CONDIM,
            "solref": contact.solref,
            "solimp": contact.solimp,
        },
        flat=change.flat_scale.get(thing.name, 1.0),
    )


def set_robot_contact(
    geoms: Any, tips: Container[str], physics: PhysicsSettings, variation: WorldVariation, tip_friction: float
) -> None:
    """Give geoms of a robot their contact parameters; those named in `tips` win over what they touch."""
    contact = contact_parameters(physics, variation)
    for geom in geoms:
        geom.solref, geom.solimp = contact.solref, contact.solimp
        geom.friction = [LINK_FRICTION, TORSION_M, ROLLING_M]
        if geom.name in tips:
            geom.priority, geom.condim = 1, physics.tip_condim
            geom.friction = [tip_friction, TORSION_M, ROLLING_M]


def add_servo(spec: Any, name: str, joint: JointLimits, variation: WorldVariation) -> None:
    """Add the position actuator `name` of the joint of that name, with the profile's gains and limits.

    What carries the robot's own weight comes out of the same motor, whose torque is limited as a whole.
    """
    turned = spec.joint(name)
    turned.actgravcomp = True
    turned.actfrclimited, turned.actfrcrange = True, [-joint.effort, joint.effort]
    servo = spec.add_actuator(name=name, target=name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    servo.set_to_position(kp=joint.kp * variation.kp_scale, kv=joint.kv * variation.kp_scale)
    servo.ctrllimited = True
    servo.ctrlrange = [joint.lower, joint.upper]
