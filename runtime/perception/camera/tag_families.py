"""Printed sizes of AprilTag families; needs no OpenCV."""

APRILTAG_CELLS: dict[str, tuple[int, int]] = {
    "tag16h5": (6, 6),
    "tag25h9": (7, 7),
    "tag36h11": (8, 8),
    "tagCircle21h7": (5, 9),
    "tagStandard41h12": (5, 9),
    "tagCustom48h12": (6, 10),
    "tagCircle49h12": (5, 11),
    "tagStandard52h13": (6, 10),
}
"""Family -> (cells along the detector's corner square, cells along the printed width), from the family definitions of
the AprilTag library (`width_at_border`, `total_width`); the white quiet zone of the classic families is not counted."""


def print_width_to_size(family: str, print_width: float) -> float:
    """Return the side of the detector's corner square (m) of a tag printed `print_width` (m) wide."""
    inner, printed = APRILTAG_CELLS.get(family, (1, 1))
    return print_width * inner / printed


def size_to_print_width(family: str, size: float) -> float:
    """Return the printed width (m) of a tag whose detector's corner square is `size` (m) wide."""
    inner, printed = APRILTAG_CELLS.get(family, (1, 1))
    return size * printed / inner
