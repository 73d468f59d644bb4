"""The carved convex body as a body of the twin: its own axes, what of its size was seen, its mass."""

import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.scene import SceneObject
from skillc.runtime.formats.twin import Shape
from skillc.runtime.geometry import se3
from skillc.runtime.perception.carved_hull import MICROMETRE, Mesh, carve, prism_from_depth, prism_from_outline
from skillc.runtime.perception.mask_shapes import overlap
from skillc.runtime.perception.mass_properties import solid_properties
from skillc.runtime.perception.materials import MaterialTable
from skillc.runtime.perception.placed_body import Body
from skillc.runtime.perception.projection import on_plane
from skillc.runtime.perception.silhouette import filled, outline_of

TABLE_NOISE_M = 0.004
"""ours: depth of a table at 0.6 m scatters by 2 mm (structured light and stereo alike); twice that."""
UNSEEN_SIGMA = 0.3
"""ours: relative; household things are between half and twice as deep as wide."""
HIDDEN_BACK_SIGMA = 0.15
"""ours: relative; a ball seen from 45 degrees above hides 15 % of its plan behind itself."""


def carved_body(
    thing: SceneObject,
    mask: BoolArray,
    depth: FloatArray | None,
    calibration: Calibration,
    table: MaterialTable,
    outline_px: int,
) -> Body | None:
    """Return the convex body carved from a mask (H, W), standing on the table; None if it encloses nothing.

    Its axes lie across and along the line of sight, turned by quarter turns to within 45 degrees of the table's: its
    own axes, if it has any, are not seen.

    Args:
        thing: the scene object.
        mask: its pixels.
        depth: (H, W) m, or None.
        calibration: camera and table.
        table: materials; a convex body is closed and has their bulk density.
        outline_px: how far the outline may be off.
    """
    camera, T_camera_table = calibration.camera, calibration.T_camera_table
    prism = None
    if depth is not None:
        prism = prism_from_depth(mask, depth, camera, T_camera_table, TABLE_NOISE_M)
    prism = prism or prism_from_outline(mask, camera, T_camera_table)
    mesh = carve(mask, prism, camera, T_camera_table) if prism is not None else None
    if prism is None or mesh is None:
        return None
    yaw = float(np.arctan2(prism.across[1], prism.across[0]))
    quarters = round(yaw / (np.pi / 2))
    yaw -= quarters * np.pi / 2
    T = np.eye(4)
    T[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
    own = mesh.vertices @ T[:3, :3]
    low, high = own.min(axis=0), own.max(axis=0)
    middle = np.array([*(low + high)[:2] / 2, low[2]])
    T[:2, 3] = T[:2, :2] @ middle[:2]
    local = Mesh(vertices=np.round(own - middle, MICROMETRE), faces=mesh.faces)
    size, along = high - low, 0 if quarters % 2 else 1
    pixel = _pixel_m(mask, calibration)
    sigma = np.full(3, outline_px * pixel)
    sigma[along] = np.hypot(sigma[along], (HIDDEN_BACK_SIGMA if prism.depth_seen else UNSEEN_SIGMA) * size[along])
    measured = [True, True, True]
    measured[along] = prism.depth_seen
    file = f"meshes/{thing.name}.obj"
    # Half of what the extent is unsure of moves the middle; the near side is seen.
    place = np.abs(T[:2, :2]) @ sigma[:2] / 2
    return Body(
        shape=Shape(kind="convex", mesh=file, parts=(file,)),
        T_table_object=T,
        size=size,
        size_sigma=sigma,
        measured=(measured[0], measured[1], measured[2]),
        place_sigma=place,
        # Carved as it stands: its turn in the reference frame is zero by definition.
        yaw_sigma=0.0,
        symmetric=False,
        mass=solid_properties(local.vertices, local.faces, table.named(thing.material).bulk),
        iou=overlap(filled(outline_of(camera, T_camera_table @ T, local.vertices), *mask.shape), mask),
        meshes={file: local},
    )


def _pixel_m(mask: BoolArray, calibration: Calibration) -> float:
    """Return what one pixel spans (m) at the object's foot."""
    rows, columns = np.nonzero(mask)
    place = on_plane(calibration.camera, calibration.T_camera_table, np.array([[columns.mean(), rows.max()]]))[0]
    distance = float(np.linalg.norm(place - se3.inverse(calibration.T_camera_table)[:3, 3]))
    return distance / calibration.camera.fx
