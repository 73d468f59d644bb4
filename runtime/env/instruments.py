"""Sensors of the simulator from which terms and the safety thresholds read contacts, distances and fingertips."""

from collections.abc import Collection
from typing import Any

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.formats.twin import Twin
from skillc.runtime.terms.snapshot import Sense

_SENSOR, _OBJECT = mujoco.mjtSensor, mujoco.mjtObj
FARTHEST_M = 0.3
"""ours: distances from the table are measured up to here; no clearance that a term asks for is as large."""
_NET_FORCE = 3
"""MuJoCo's number of reducing all matching contacts to one by summing up their forces."""


class Instruments:
    """Adds sensors to a scene before it is compiled, and reads them afterwards."""

    def __init__(self, profile: RobotProfile, twin: Twin, senses: Collection[Sense]) -> None:
        """Measure what `senses` name, and always how hard the robot presses on what it must not."""
        self._profile, self._senses = profile, frozenset(senses)
        self._manipulated = f"object/{twin.manipulated.name}"
        self._scene = [f"object/{o.name}" for o in twin.objects if o.role != "manipulated"]
        self._at: dict[str, slice] = {}

    def add(self, spec: Any) -> None:
        """Add the sensors to an `MjSpec`."""
        force = [1 << int(mujoco.mjtConDataField.mjCONDATA_FORCE), _NET_FORCE, 1]
        for limb in self._limbs(spec):
            self._contact(spec, f"table/{limb}", (_OBJECT.mjOBJ_XBODY, limb), (_OBJECT.mjOBJ_GEOM, "table"), force)
            for name in self._scene:
                self._contact(
                    spec, f"scene/{name}/{limb}", (_OBJECT.mjOBJ_XBODY, limb), (_OBJECT.mjOBJ_BODY, name), force
                )
        for finger in self._profile.fingers:
            if "tips" in self._senses:
                spec.add_sensor(
                    name=f"tip/{finger.tip_site}", type=_SENSOR.mjSENS_FRAMEPOS, objtype=_OBJECT.mjOBJ_SITE,
                    objname=finger.tip_site,
                )  # fmt: skip
            if "tip_contact" in self._senses:
                found = [1 << int(mujoco.mjtConDataField.mjCONDATA_FOUND), 0, 1]
                tip, thing = (_OBJECT.mjOBJ_GEOM, finger.tip_geom), (_OBJECT.mjOBJ_BODY, self._manipulated)
                self._contact(spec, f"touch/{finger.tip_geom}", tip, thing, found)
        if "table_distance" in self._senses:
            self._distances(spec)

    def _limbs(self, spec: Any) -> list[str]:
        """Return the bodies from which on the robot must press on nothing; the rest carries a floating robot."""
        profile = self._profile
        if profile.base == "fixed":
            return [profile.base_body]
        arms = {hand.arm for hand in profile.hands}
        return [spec.joint(group.joints[0]).parent.name for group in profile.groups if group.name in arms]

    def _contact(self, spec: Any, name: str, one: tuple[Any, str], other: tuple[Any, str], told: list[int]) -> None:
        spec.add_sensor(
            name=f"contact/{name}", type=_SENSOR.mjSENS_CONTACT, objtype=one[0], objname=one[1], reftype=other[0],
            refname=other[1], intprm=told,
        )  # fmt: skip

    def _distances(self, spec: Any) -> None:
        roots = [spec.body(hand.body) for hand in self._profile.hands]
        for body in (b for root in roots for b in [root, *root.find_all("body")]):
            if any(g.contype or g.conaffinity for g in body.geoms):
                spec.add_sensor(
                    name=f"distance/{body.name}", type=_SENSOR.mjSENS_GEOMDIST, objtype=_OBJECT.mjOBJ_BODY,
                    objname=body.name, reftype=_OBJECT.mjOBJ_GEOM, refname="table", cutoff=FARTHEST_M,
                )  # fmt: skip

    def find(self, model: mujoco.MjModel) -> None:
        """Look up where the sensors of a compiled model are; all models made of one scene have them alike."""
        for index in range(model.nsensor):
            first = int(model.sensor_adr[index])
            self._at[model.sensor(index).name] = slice(first, first + int(model.sensor_dim[index]))

    def pressing(self, data: FloatArray) -> FloatArray:
        """Return the robot's largest force (...), N, on the table or one thing of the scene; data (..., sensors)."""
        return self._force(data, ("contact/table/", "contact/scene/"))

    def scene_force(self, data: FloatArray) -> FloatArray:
        """Return the robot's largest force (...), N, on the target or an obstacle."""
        return self._force(data, ("contact/scene/",)) if "scene_force" in self._senses else _unknown(data)

    def _force(self, data: FloatArray, kinds: tuple[str, ...]) -> FloatArray:
        places = [place for name, place in self._at.items() if name.startswith(kinds)]
        found = [np.linalg.norm(data[..., place], axis=-1) for place in places]
        return np.max(found, axis=0) if found else np.zeros(data.shape[:-1])

    def tip_distance(self, data: FloatArray, centre: FloatArray) -> FloatArray:
        """Return the mean distance (...), m, of the fingertips from points (..., 3)."""
        if "tips" not in self._senses:
            return _unknown(data)
        tips = [data[..., self._at[f"tip/{f.tip_site}"]] - centre for f in self._profile.fingers]
        return np.asarray(np.mean(np.linalg.norm(tips, axis=-1), axis=0))

    def tips_in_contact(self, data: FloatArray) -> FloatArray:
        """Return the share (...) of the fingertips that touch the manipulated object."""
        if "tip_contact" not in self._senses:
            return _unknown(data)
        touching = [data[..., self._at[f"contact/touch/{f.tip_geom}"].start] > 0 for f in self._profile.fingers]
        return np.asarray(np.mean(touching, axis=0))

    def table_distance(self, data: FloatArray) -> FloatArray:
        """Return the hand's smallest distance (...), m, from the table, at most FARTHEST_M."""
        at = [place.start for name, place in self._at.items() if name.startswith("distance/")]
        return np.asarray(data[..., at].min(axis=-1)) if at else _unknown(data)


def _unknown(data: FloatArray) -> FloatArray:
    return np.full(data.shape[:-1], np.nan)
