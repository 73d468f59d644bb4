"""The printed fiducial, drawn by the AprilTag library itself, so its bits are the published family's."""

import ctypes
from pathlib import Path

import numpy as np
import pupil_apriltags

from skillc.runtime.formats.arrays import Image

CELLS_ACROSS = 9
"""Cells of tagStandard41h12 over the printed width; the detector's corner square is 5 of them (AprilTag 3)."""


class _Picture(ctypes.Structure):
    _fields_ = (
        ("width", ctypes.c_int32),
        ("height", ctypes.c_int32),
        ("stride", ctypes.c_int32),
        ("pixels", ctypes.POINTER(ctypes.c_uint8)),
    )


def draw_tag(tag_id: int) -> Image:
    """Return tagStandard41h12 number `tag_id` as (9, 9) grey values, one per cell, first row on top.

    Raises:
        OSError: the AprilTag library of pupil_apriltags is not where its package keeps it.
    """
    folder = Path(pupil_apriltags.__file__).parent
    found = sorted(p for p in folder.rglob("*apriltag*") if p.suffix in (".so", ".dylib", ".dll"))
    if not found:
        raise OSError(f"no AprilTag library below {folder}")
    library = ctypes.CDLL(str(found[0]))
    library.tagStandard41h12_create.restype = ctypes.c_void_p
    library.apriltag_to_image.restype = ctypes.POINTER(_Picture)
    library.apriltag_to_image.argtypes = (ctypes.c_void_p, ctypes.c_int)
    picture = library.apriltag_to_image(library.tagStandard41h12_create(), tag_id).contents
    rows = np.ctypeslib.as_array(picture.pixels, shape=(picture.height, picture.stride))
    return rows[:, : picture.width].copy()
