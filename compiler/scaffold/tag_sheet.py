"""A calibration tag as a PDF to print at full size."""

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from skillc.runtime.perception.camera.tag_families import APRILTAG_CELLS

A4_MM = (210.0, 297.0)
MARGIN_MM = 15.0
RULER_MM = 100.0


class TagError(ValueError):
    """The sheet cannot be made; the message says why."""


class _Image(ctypes.Structure):
    """The AprilTag library's `image_u8_t`."""

    _fields_ = (
        ("width", ctypes.c_int32),
        ("height", ctypes.c_int32),
        ("stride", ctypes.c_int32),
        ("buf", ctypes.POINTER(ctypes.c_uint8)),
    )


def tag_cells(family: str, number: int) -> npt.NDArray[np.bool_]:
    """Return a tag's cells (n, n), True where the paper stays white, first row on top.

    The AprilTag library inside `pupil_apriltags` draws them, so they are what its detector looks for.

    Raises:
        TagError: the family or the number does not exist.
    """
    if family not in APRILTAG_CELLS:
        raise TagError(f"tag family {family!r} is not one of {', '.join(APRILTAG_CELLS)}")
    library = _library()
    create = getattr(library, f"{family}_create")
    create.restype = ctypes.c_void_p
    pointer = create()
    count = ctypes.cast(pointer, ctypes.POINTER(ctypes.c_uint32))[0]
    if not 0 <= number < count:
        raise TagError(f"{family} has the numbers 0 to {count - 1}, not {number}")
    library.apriltag_to_image.restype = ctypes.POINTER(_Image)
    library.apriltag_to_image.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    image = library.apriltag_to_image(pointer, number).contents
    pixels = np.ctypeslib.as_array(image.buf, (image.height, image.stride))[:, : image.width]
    return np.asarray(pixels > 127)


def write_sheet(path: Path, *, family: str, number: int, size_m: float) -> float:
    """Write an A4 PDF with one tag, a ruler to check the printer's scale, and what to write into the spec.

    Args:
        path: the PDF.
        family: an AprilTag family.
        number: the tag's id.
        size_m: side of the detector's corner square.

    Returns:
        Printed width of the tag, m.

    Raises:
        TagError: no such tag, or it does not fit on the sheet.
    """
    cells = tag_cells(family, number)
    inner, _ = APRILTAG_CELLS[family]
    cell_mm = 1000.0 * size_m / inner
    width_mm = cell_mm * cells.shape[0]
    if not 0.0 < width_mm <= A4_MM[0] - 2 * MARGIN_MM:
        raise TagError(
            f"a tag {width_mm:.0f} mm wide does not fit on A4; up to {A4_MM[0] - 2 * MARGIN_MM:.0f} mm fits, "
            f"a size of {(A4_MM[0] - 2 * MARGIN_MM) * inner / cells.shape[0]:.0f} mm"
        )
    spec = f"calibration: {{tag: {family}, id: {number}, size: {1000 * size_m:g} mm}}"
    figure = sheet_figure(cells, cell_mm, spec)
    figure.savefig(path, format="pdf", metadata={"CreationDate": None, "Title": f"{family} {number}"})
    return float(width_mm / 1000.0)


def sheet_figure(cells: npt.NDArray[np.bool_], cell_mm: float, spec: str) -> Any:
    """Return the A4 sheet as a matplotlib figure; `cells` as `tag_cells` returns them, `spec` is printed below."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    figure = Figure(figsize=(A4_MM[0] / 25.4, A4_MM[1] / 25.4))
    page = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    page.set(xlim=(0.0, A4_MM[0]), ylim=(0.0, A4_MM[1]))
    page.axis("off")
    width = cell_mm * cells.shape[0]
    left, top = (A4_MM[0] - width) / 2, A4_MM[1] - 2 * MARGIN_MM
    # One rectangle per run of black cells: squares drawn one by one show hairlines in some viewers.
    for row, line in enumerate(cells):
        for start, length in _black_runs(line):
            corner = (left + start * cell_mm, top - (row + 1) * cell_mm)
            page.add_patch(Rectangle(corner, length * cell_mm, cell_mm, color="black", linewidth=0, antialiased=False))
    below = top - width - 12.0
    page.plot([left, left + RULER_MM], [below, below], color="black", linewidth=1)
    for end in (left, left + RULER_MM):
        page.plot([end, end], [below - 2, below + 2], color="black", linewidth=1)
    page.text(left, below - 8, f"{RULER_MM:.0f} mm - print at 100 % and measure this line", fontsize=10)
    page.text(left, below - 16, spec, fontsize=10, family="monospace")
    page.text(left, below - 24, "Flat on the table, this edge towards the camera: x runs right along it.", fontsize=10)
    return figure


def _black_runs(line: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([True], line, [True])).astype(np.int8)))
    return [(int(start), int(end - start)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


@cache
def _library() -> ctypes.CDLL:
    import pupil_apriltags

    folder = Path(pupil_apriltags.__file__).parent
    found = sorted(p for kind in ("so*", "dylib", "dll") for p in folder.glob(f"**/*apriltag*.{kind}"))
    if not found:
        raise TagError("the AprilTag library of pupil_apriltags was not found")
    return ctypes.CDLL(str(found[0]))
