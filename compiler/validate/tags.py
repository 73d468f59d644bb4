"""Printed tags that exist: each family has so many, numbered from 0 (SK433)."""

from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.tree import Mapping, Scalar, path_text

COUNTS = {
    "tagStandard41h12": 2115,
    "tagStandard52h13": 48714,
    "tagCircle21h7": 38,
    "tagCustom48h12": 42211,
    "tag36h11": 587,
    "tag25h9": 35,
    "tag16h5": 30,
    "aruco_original": 1024,
}
"""Tags of a family (apriltag-imgs; OpenCV's predefined dictionaries). An ArUco family of N tags is named for it."""


def tags_of(family: str) -> int | None:
    """Return how many tags a family has, or None for an unknown family."""
    last = family.rpartition("_")[2]
    return COUNTS.get(family) or (int(last) if family.startswith("aruco_") and last.isdecimal() else None)


def check_tags(root: Mapping) -> list[Diagnostic]:
    """Report numbers beyond the family's last tag."""
    findings = []
    cameras = root.entries["cameras"].value if "cameras" in root.entries else None
    for name, camera in cameras.entries.items() if isinstance(cameras, Mapping) else ():
        calibration = camera.value.entries.get("calibration") if isinstance(camera.value, Mapping) else None
        written = calibration.value if calibration is not None else None
        if not isinstance(written, Mapping) or not {"tag", "id"} <= written.entries.keys():
            continue
        family, number = written.entries["tag"].value, written.entries["id"].value
        if not isinstance(family, Scalar) or not isinstance(number, Scalar) or not isinstance(number.value, int):
            continue
        count = tags_of(family.text)
        if count is not None and number.value >= count:
            findings.append(
                Diagnostic(
                    code="SK433",
                    summary=f"{family.text} has no tag {number.value}",
                    detail=f"it has {count} tags, 0 to {count - 1}",
                    hint="write the number that is printed",
                    path=path_text(("cameras", name, "calibration", "id")),
                    spans=(number.span, family.span),
                )
            )
    return findings
