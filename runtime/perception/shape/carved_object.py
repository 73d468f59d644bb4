"""The carved body as a body of the twin: convex pieces where its outline has necks; its axes, size and mass."""

import cv2
import numpy as np

from skillc.runtime.formats.arrays import BoolArray, FloatArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.recording import Camera
from skillc.runtime.formats.scene import SceneObject
from skillc.runtime.formats.twin import Shape
from skillc.runtime.geometry import se3
from skillc.runtime.geometry.projection import on_plane
from skillc.runtime.perception.scene.mask_shapes import overlap
from skillc.runtime.perception.scene.silhouette import filled, outline_of
from skillc.runtime.perception.shape.carved_hull import (
    MICROMETRE,
    ClosedMesh,
    Prism,
    band_prism,
    carve,
    joined,
    prism_from_depth,
    prism_from_outline,
)
from skillc.runtime.perception.shape.convex_split import convex_pieces
from skillc.runtime.perception.shape.lying import lying_prism, topples
from skillc.runtime.perception.shape.mass_properties import solid_properties
from skillc.runtime.perception.shape.materials import MaterialTable
from skillc.runtime.perception.shape.placed_body import Body

TABLE_NOISE_M = 0.004
"""ours: depth of a table at 0.6 m scatters by 2 mm (structured light and stereo alike); twice that."""
UNSEEN_SIGMA = 0.3
"""ours: relative; household things are between half and twice as deep as wide."""
HOLLOW_M = 0.006
"""ours: half of a fingertip's radius (12 mm); fingers do not feel smaller hollows."""
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
    """Return the body carved from a mask (H, W), standing on the table; None if it encloses nothing.

    It is convex, or made of convex pieces where the outline has hollows that fingers could reach into.

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
    prism = prism or _prism(mask, camera, T_camera_table)
    pixel = _pixel_m(mask, calibration)
    solids = _solids(mask, depth, prism, calibration, pixel) if prism is not None else []
    if prism is None or not solids:
        return None
    yaw = float(np.arctan2(prism.across[1], prism.across[0]))
    quarters = round(yaw / (np.pi / 2))
    yaw -= quarters * np.pi / 2
    T = np.eye(4)
    T[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
    own = joined(solids).vertices @ T[:3, :3]
    low, high = own.min(axis=0), own.max(axis=0)
    middle = np.array([*(low + high)[:2] / 2, low[2]])
    T[:2, 3] = T[:2, :2] @ middle[:2]
    turn = T[:3, :3]
    local = [ClosedMesh(vertices=np.round(s.vertices @ turn - middle, MICROMETRE), faces=s.faces) for s in solids]
    together = joined(local)
    size, along = high - low, 0 if quarters % 2 else 1
    sigma = np.full(3, outline_px * pixel)
    assumed = 2 if prism.unseen == "height" else along
    sigma[assumed] = np.hypot(
        sigma[assumed], (HIDDEN_BACK_SIGMA if prism.unseen == "back" else UNSEEN_SIGMA) * size[assumed]
    )
    measured = [True, True, True]
    measured[assumed] = prism.unseen == "back"
    files = [f"meshes/{thing.name}{f'_{k}' if len(local) > 1 else ''}.obj" for k in range(len(local))]
    outlines = [outline_of(camera, T_camera_table @ T, part.vertices) for part in local]
    drawn = np.any([filled(polygon, *mask.shape) for polygon in outlines], axis=0)
    # Half of what the extent is unsure of moves the middle; the near side is seen.
    place = np.abs(T[:2, :2]) @ sigma[:2] / 2
    return Body(
        shape=Shape(kind="convex", mesh=files[0] if len(files) == 1 else None, parts=tuple(files)),
        T_table_object=T,
        size=size,
        size_sigma=sigma,
        measured=(measured[0], measured[1], measured[2]),
        place_sigma=place,
        # Carved as it stands: its turn in the reference frame is zero by definition.
        yaw_sigma=0.0,
        symmetric=False,
        mass=solid_properties(together.vertices, together.faces, table.named(thing.material).bulk),
        iou=overlap(drawn, mask),
        meshes=dict(zip(files, local, strict=True)),
    )


def _prism(mask: BoolArray, camera: Camera, T_camera_table: FloatArray) -> Prism | None:
    """Return the prism of what stands, or, where it would not, of what lies."""
    standing = prism_from_outline(mask, camera, T_camera_table)
    if standing is None:
        return None
    width = float(np.ptp(standing.plan @ standing.across))
    if not topples(mask, standing.height_m, width, camera, T_camera_table):
        return standing
    return lying_prism(mask, camera, T_camera_table) or standing


def _solids(
    mask: BoolArray, depth: FloatArray | None, whole: Prism, calibration: Calibration, pixel_m: float
) -> list[ClosedMesh]:
    """Return the convex pieces of the body behind a mask in the table frame; none if it encloses nothing."""
    camera, T = calibration.camera, calibration.T_camera_table
    pieces = convex_pieces(mask, HOLLOW_M / pixel_m)
    prisms: list[Prism]
    if len(pieces) == 1:
        prisms = [whole]
    elif whole.unseen == "height":
        prisms = [lying_prism(piece, camera, T, along=whole) or whole for piece in pieces]
    else:
        thickness = 2 * pixel_m * float(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5).max())
        bands = [_band(mask, piece) for piece in pieces]
        seen = [None if depth is None else prism_from_depth(band, depth, camera, T, TABLE_NOISE_M) for band in bands]
        prisms = [
            found or band_prism(band, whole, thickness, camera, T) for found, band in zip(seen, bands, strict=True)
        ]
    carved = [carve(piece, prism, camera, T) for piece, prism in zip(pieces, prisms, strict=True)]
    return [mesh for mesh in carved if mesh is not None]


def _band(mask: BoolArray, piece: BoolArray) -> BoolArray:
    """Return the rows of a mask (H, W) that a piece of it spans: limbs and trunk of one height are as deep together."""
    rows = np.flatnonzero(piece.any(axis=1))
    band = mask.copy()
    band[: rows.min()] = band[rows.max() + 1 :] = False
    return band


def _pixel_m(mask: BoolArray, calibration: Calibration) -> float:
    """Return what one pixel spans (m) at the object's foot."""
    rows, columns = np.nonzero(mask)
    place = on_plane(calibration.camera, calibration.T_camera_table, np.array([[columns.mean(), rows.max()]]))[0]
    distance = float(np.linalg.norm(place - se3.inverse(calibration.T_camera_table)[:3, 3]))
    return distance / calibration.camera.fx
