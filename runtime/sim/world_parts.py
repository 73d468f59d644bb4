"""What every simulated world is put together from: options, the table with its objects, contacts, servos."""

from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mujoco
import numpy as np

from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.robot_profile import JointLimits
from skillc.runtime.formats.twin import Twin, TwinObject
from skillc.runtime.geometry import se3
from skillc.runtime.robot.table import add_table_top
from skillc.runtime.sim.shapes import add_shape
from skillc.runtime.sim.variation import WorldVariation

TORSION_M, ROLLING_M = 0.005, 0.0001
"""Torsional and rolling friction lengths (m): MuJoCo's defaults, for a contact patch of some millimetres."""
LINK_FRICTION = 0.5
"""ours: hard plastic of links and palm against objects."""
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


def add_scene(spec: Any, twin: Twin, folder: Path, physics: PhysicsSettings, change: WorldVariation) -> None:
    """Give an `MjSpec` the simulator's options, light, the table and the twin's objects."""
    set_physics(spec, physics, change)
    contact = contact_parameters(physics, change)
    spec.worldbody.add_light(pos=[0, 0, 2.5], dir=[0, 0, -1], castshadow=False)
    add_table_top(
        spec,
        twin.table_center_m,
        twin.table_half_size_m,
        friction=table_contact(twin.table_friction, change),
        solref=contact.solref,
        solimp=contact.solimp,
        rgba=TABLE_RGBA,
    )
    for thing in twin.objects:
        add_object(spec, thing, folder, contact, change)


def table_contact(sliding: float, change: WorldVariation) -> list[float]:
    """Return the friction (3,) of the table's geom."""
    return [sliding * change.table_friction_scale, TORSION_M, ROLLING_M]


def add_object(spec: Any, thing: TwinObject, folder: Path, contact: ContactParameters, change: WorldVariation) -> None:
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
    add_shape(
        spec,
        body,
        thing,
        folder,
        scale=scale,
        contact={
            "friction": [thing.friction * change.friction_scale.get(thing.name, 1.0), TORSION_M, ROLLING_M],
            "solref": contact.solref,
            "solimp": contact.solimp,
        },
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
    """Add the position actuator `name` of the joint of that name, with the profile's gains and limits."""
    servo = spec.add_actuator(name=name, target=name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    servo.set_to_position(kp=joint.kp * variation.kp_scale, kv=joint.kv * variation.kp_scale)
    servo.ctrllimited = servo.forcelimited = True
    servo.ctrlrange = [joint.lower, joint.upper]
    servo.forcerange = [-joint.effort, joint.effort]
