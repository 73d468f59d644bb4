"""From one picture to the scene: the camera levelled, the robot left out, every object found or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from skillc.runtime.drivers.picture import Picture
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.physics import PhysicsSettings
from skillc.runtime.formats.twin import Twin
from skillc.runtime.geometry import se3
from skillc.runtime.sight.known_shape import KnownShape, known_shapes
from skillc.runtime.sight.levelling import Levelling, levelled
from skillc.runtime.sight.locate import Located, locate
from skillc.runtime.sight.robot_region import RobotRegion
from skillc.runtime.sight.sighting import Sighting
from skillc.runtime.sight.table_cloud import above_table

CAMERA_SIGMA_M, CAMERA_SIGMA_RAD = 0.003, float(np.deg2rad(0.6))
"""ours: of place along the table and of heading, which the table does not tell: those of a calibration that may be off
evenly by up to 5 mm and 1 deg."""


@dataclass(frozen=True, kw_only=True)
class SceneFound:
    """What one picture shows."""

    levelling: Levelling
    objects: Mapping[str, Located]
    """By name; all refused where the camera stands elsewhere or the table is not seen."""


class SceneSight:
    """Finds the objects of one build; immutable."""

    def __init__(
        self, shapes: tuple[KnownShape, ...], robot: RobotRegion, twin: Twin, T_camera_table: FloatArray
    ) -> None:
        """Take the objects, the robot, the table, and the place of the colour camera as calibrated (4, 4)."""
        self.shapes, self.robot, self.twin = shapes, robot, twin
        self._T_camera_table = np.asarray(T_camera_table)

    @classmethod
    def of(cls, contract: Contract, twin: Twin, folder: Folder, physics: PhysicsSettings) -> "SceneSight":
        """Prepare to see the twin whose meshes lie in `folder`."""
        return cls(known_shapes(twin, folder, physics), RobotRegion(contract.body), twin, contract.T_camera_table)

    def renamed(self, names: Mapping[str, str]) -> "SceneSight":
        """Return the same sight of objects that are called otherwise: own name -> new name."""
        shapes = tuple(replace(shape, name=names[shape.name]) for shape in self.shapes)
        return SceneSight(shapes, self.robot, self.twin, self._T_camera_table)

    def sighting(self, picture: Picture, T_camera_table: FloatArray | None = None) -> Sighting:
        """Return a picture with its camera's place; that of the colour camera (4, 4) as calibrated if None."""
        colour = self._T_camera_table if T_camera_table is None else T_camera_table
        return Sighting(
            depth_m=picture.depth_m,
            matrix=picture.depth_matrix,
            T_camera_table=se3.inverse(picture.T_colour_depth) @ colour,
        )

    def find(self, picture: Picture, q: FloatArray) -> SceneFound:
        """Return where everything is in a picture that was taken with the robot at q (n,) rad."""
        level = levelled(self.sighting(picture), self.twin)
        wrong = level.moved or level.unseen
        if wrong:
            return SceneFound(levelling=level, objects={s.name: Located.nowhere(s.name, wrong) for s in self.shapes})
        sighting = self.sighting(picture, picture.T_colour_depth @ level.T_camera_table)
        points = above_table(sighting, self.robot, q, self.twin)
        found = locate(sighting, points, self.shapes)
        return SceneFound(levelling=level, objects={o.name: _with_camera(o, sighting) for o in found})


def _with_camera(located: Located, sighting: Sighting) -> Located:
    """Return what was located as sure as the camera's place is known."""
    lever = float(np.linalg.norm(located.T[:2, 3] - sighting.eye[:2]))
    camera = np.array([np.hypot(CAMERA_SIGMA_M, CAMERA_SIGMA_RAD * lever)] * 2 + [0.0] * 3 + [CAMERA_SIGMA_RAD])
    return replace(located, sigma=np.hypot(located.sigma, camera))
