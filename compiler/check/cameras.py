"""The camera pass: optics that are known and possible, pictures that hold what is said of them, cameras in use."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path as FilePath

from skillc.compiler.check.place import Placed
from skillc.compiler.resolve.resolved import JSON
from skillc.compiler.source.diagnostic import Diagnostic
from skillc.compiler.source.load import load
from skillc.compiler.source.scalar import shorten
from skillc.compiler.source.tree import Path, Scalar, path_text

_DEVICES = FilePath(__file__).parents[2] / "specs" / "hardware" / "cameras"
_FACTOR = 2.0
"""ours: cropping and scaling change a focal length in pixels by less, another lens or a slip of the pen by more."""


def check_cameras(placed: Placed) -> list[Diagnostic]:
    """Check what the spec says about its cameras."""
    findings: list[Diagnostic] = []
    cameras = placed.resolved.section("cameras")
    for name, camera in cameras.items():
        if isinstance(camera, Mapping):
            findings += _optics(placed, name, camera)
            findings += _frame(placed, name, camera)
            findings += _pose(placed, name, camera)
    return [*findings, *_unused(placed, cameras)]


@cache
def device(model: str) -> Mapping[str, float] | None:
    """Return a known camera's width, height and focal length, px; None for one without a data sheet here."""
    file = _DEVICES / f"{shorten(model)}.yaml"
    if not file.is_file():
        return None
    tree = load(file)
    values = {key: tree.at((key, "value")) for key in ("width", "height", "focal")}
    return {key: float(node.text.split()[0]) for key, node in values.items() if isinstance(node, Scalar)}


def _optics(placed: Placed, name: str, camera: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    model, focal, resolution = camera.get("model"), camera.get("focal"), camera.get("resolution")
    path: Path = ("cameras", name)
    if model in (None, "pinhole"):
        if placed.written.at((*path, "focal")) is None:
            yield placed.error(
                "SK435",
                (*path, "model") if model is not None else path,
                what=f"nothing is known of the optics of `{name}`",
                detail="a camera of no known device needs its focal length",
                hint="add `focal: 600 px`, or name the device",
            )
        return
    if not isinstance(focal, (int, float)) or (known := device(str(model))) is None:
        return
    width = resolution.get("width") if isinstance(resolution, Mapping) else None
    expected = known["focal"] * (float(width) / known["width"] if isinstance(width, (int, float)) else 1.0)
    if focal > _FACTOR * expected:
        yield placed.error(
            "SK435",
            (*path, "focal"),
            what=f"a {model} has no focal length of {focal:g} px",
            detail=f"expected about {expected:.0f} px"
            + ("" if width else f" at {known['width']:g} px of width or less"),
            hint="write the focal length in pixels, or the device that took the pictures",
        )


def _frame(placed: Placed, name: str, camera: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    """Report a region or a principal point outside the picture."""
    size: Mapping[str, JSON] | None = camera.get("resolution")
    center = camera.get("center")
    whole = device(str(camera.get("model"))) if center is not None and not isinstance(size, Mapping) else None
    at = center if isinstance(center, Mapping) else {"x": 0.0, "y": 0.0}
    if whole is not None and (at["x"] > whole["width"] or at["y"] > whole["height"]):
        yield placed.error(
            "SK503",
            ("cameras", name, "center"),
            what=f"the principal point lies outside every picture of a {camera['model']}",
            detail=f"its pictures have up to {whole['width']:g} x {whole['height']:g} px",
            hint="write the principal point in pixels of the picture",
        )
    region = placed.resolved.section("demonstrations").get("region")
    if not isinstance(size, Mapping) or not isinstance(region, Mapping):
        return
    beyond = [side for side, at, extent in (("right", "x", "width"), ("lower", "y", "height"))
              if region[at] + region[extent] > size[extent]]  # fmt: skip
    if beyond:
        yield placed.error(
            "SK503",
            ("cameras", name, "resolution"),
            ("demonstrations", "region"),
            what=f"the region leaves the picture of {size['width']:g} x {size['height']:g} px at its {beyond[0]} edge",
            detail="the region is a part of the picture",
            hint="correct one of the two",
        )


def _pose(placed: Placed, name: str, camera: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    path: Path = ("cameras", name, "pose")
    if "mounted_on" not in camera and placed.tree.at(path) is not None:
        yield placed.error(
            "SK209",
            path,
            what="`pose` has no effect: no link carries the camera",
            detail="a camera in the room is placed by its calibration",
            hint="add `mounted_on: LINK`, or delete the key",
        )


def _unused(placed: Placed, cameras: Mapping[str, JSON]) -> Iterator[Diagnostic]:
    """Report cameras that a method with stages never looks through."""
    if "pipeline" not in placed.resolved.section("method"):
        return
    fixed = [name for name, camera in cameras.items() if isinstance(camera, Mapping) and "mounted_on" not in camera]
    used = {"main" if "main" in fixed or not fixed else fixed[0]}
    for policy in placed.resolved.section("policies").values():
        terms = policy.get("observe") if isinstance(policy, Mapping) else None
        used |= {str(t["camera"]) for t in terms or () if isinstance(t, Mapping) and "camera" in t}
    for name in fixed:
        path: Path = ("cameras", name)
        if name not in used:
            yield Diagnostic(
                code="SK320",
                summary=f"cameras.{name} has no effect: nothing looks through it",
                detail=f"{placed.resolved.section('method').get('name')} sees the demonstration through one camera",
                hint="delete the camera",
                path=path_text(path),
                spans=(placed.tree.key_span(path),),
            )
