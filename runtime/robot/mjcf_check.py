"""An MJCF before MuJoCo compiles it: what MuJoCo accepts silently, or would follow out of the folder."""

import math
from pathlib import PurePosixPath

from skillc.runtime.formats.files import Folder
from skillc.runtime.robot.mesh_check import SUFFIXES, check_mesh
from skillc.runtime.robot.model_fault import ModelError, ModelFault
from skillc.runtime.robot.model_paths import asset_folders, identity, resolve_file
from skillc.runtime.robot.model_xml import MOST_ELEMENTS, Element, not_finite, read_xml

LONGEST_TIMESTEP_S = 0.02
MOST_MEMORY_BYTES = 2 * 2**30
MOST_COPIES = 10_000
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50, "e": 2**60}
_COUNTED = ("replicate", "composite", "flexcomp", "hfield", "texture", "size")
_COUNTS = ("count", "nrow", "ncol", "width", "height", "njmax", "nconmax", "nuserdata")
_GAINS = ("kp", "kv", "dampratio")


def check_mjcf(root: Element, path: Folder, folder: Folder) -> tuple[list[ModelFault], list[Folder]]:
    """Return faults and the files the model is made of (itself, includes, assets), following includes."""
    faults: list[ModelFault] = []
    files: list[Folder] = [path]
    parts = _with_includes(root, path, folder, (identity(path),), faults, files)
    folders: dict[str, str] = {}
    for part, _ in parts:
        folders = {kind: found or folders.get(kind, "") for kind, found in asset_folders(part).items()}
    names: dict[tuple[str, str], int] = {}
    for part, file in parts:
        if not (count := _unfolded(part)) <= MOST_ELEMENTS:
            summary = f"its copies come to {count:.3g} elements; at most {MOST_ELEMENTS}"
            faults.append(ModelFault(code="SK885", summary=summary, file=file, line=part.line))
        faults += not_finite(part, file)
        for element in part.walk():
            faults += _element(element, file)
            faults += _assets(element, file, folder, folders, files)
            faults += _twice(element, file, names)
    return faults, files


def _with_includes(
    root: Element, path: Folder, folder: Folder, chain: tuple[str, ...], faults: list[ModelFault], files: list[Folder]
) -> list[tuple[Element, str]]:
    """Return this part and all included ones with their file names."""
    parts = [(root, path.name)]
    for element in root.walk():
        if element.tag != "include":
            continue
        found = resolve_file(
            element.attributes.get("file", ""), folder=folder, root=folder, source=path.name, line=element.line
        )
        if isinstance(found, ModelFault):
            faults.append(found)
        elif identity(found) in chain:
            circle = " -> ".join(PurePosixPath(p).name for p in (*chain, identity(found)))
            summary = f"includes go in a circle: {circle}"
            faults.append(ModelFault(code="SK872", summary=summary, file=path.name, line=element.line))
        elif identity(found) in map(identity, files):
            # As MuJoCo has it; files that include each other twice would be read 2^n times.
            summary = f"{found.name} is included twice"
            faults.append(ModelFault(code="SK872", summary=summary, file=path.name, line=element.line))
        else:
            files.append(found)
            try:
                inner = read_xml(found)
            except ModelError as reason:
                faults += reason.faults
                continue
            parts += _with_includes(inner, found, folder, (*chain, identity(found)), faults, files)
    return parts


def _unfolded(element: Element) -> float:
    """Return the number of elements once every `replicate` is written out, those in each other too."""
    inside = sum(_unfolded(child) for child in element.children)
    if element.tag != "replicate":
        return 1 + inside
    if any(part.tag == "include" for part in element.walk()):
        return math.inf  # What is included is not seen from here.
    return 1 + inside * max(1.0, *(element.numbers("count") or [1.0]))


def _element(element: Element, file: str) -> list[ModelFault]:
    """Return faults that one element shows by itself."""
    faults: list[ModelFault] = []

    def fault(code: str, summary: str, hint: str = "") -> None:
        faults.append(ModelFault(code=code, summary=summary, file=file, line=element.line, hint=hint))

    def numbers(name: str) -> list[float]:
        return element.numbers(name) or []

    tag, label = element.tag, element.attributes.get("name", "")
    if tag in ("plugin", "extension"):
        fault("SK884", f"a {tag} element loads code; expected none", "describe the robot without plugins")
    if tag in ("joint", "hinge", "slide"):
        axis, span = numbers("axis"), numbers("range")
        if axis and not any(axis):
            fault("SK877", f"joint {label!r} turns about the zero vector")
        if len(span) == 2 and not span[0] <= span[1]:
            fault("SK878", f"joint {label!r} has the range {span[0]:g} .. {span[1]:g}; expected lower <= upper")
    if tag == "inertial":
        mass, diagonal = numbers("mass"), numbers("diaginertia")
        if mass and not mass[0] > 0:
            fault("SK880", f"mass {mass[0]:g} kg; expected more than zero")
        if diagonal and not min(diagonal) > 0:
            fault("SK880", "inertia is not positive definite")
        if numbers("fullinertia") and not positive_definite(numbers("fullinertia")):
            fault("SK880", "inertia is not positive definite")
    if tag == "geom" and ((numbers("mass") or [1.0])[0] < 0 or (numbers("density") or [1.0])[0] < 0):
        fault("SK880", f"geom {label!r} has a negative mass or density")
    if tag == "option" and numbers("timestep") and not 0 < numbers("timestep")[0] <= LONGEST_TIMESTEP_S:
        fault("SK881", f"timestep {numbers('timestep')[0]:g} s; expected more than 0, at most {LONGEST_TIMESTEP_S}")
    for name in ("ctrlrange", "forcerange", "actrange"):
        span = numbers(name)
        if len(span) == 2 and not span[0] <= span[1]:
            fault("SK882", f"{tag} {label!r} has {name} {span[0]:g} .. {span[1]:g}; expected lower <= upper")
    for name in _GAINS:
        if tag in ("position", "velocity", "intvelocity", "general") and numbers(name) and numbers(name)[0] < 0:
            fault("SK882", f"{tag} {label!r} has the negative gain {name}={numbers(name)[0]:g}")
    memory = _bytes(element.attributes.get("memory", "")) if tag == "size" else 0
    stack = 8 * max(numbers("nstack") or [0.0]) if tag == "size" else 0.0
    if max(memory, stack) > MOST_MEMORY_BYTES:
        fault("SK885", f"asks for {max(memory, stack):.3g} bytes; at most {MOST_MEMORY_BYTES}")
    copies = 1.0
    for name in _COUNTS if tag in _COUNTED else ():
        for value in numbers(name):
            copies *= max(value, 1.0)
    limit = 1e8 if tag in ("texture", "hfield", "size") else MOST_COPIES
    if not copies <= limit:
        fault("SK885", f"{tag} asks for {copies:.3g} items; at most {limit:.0e}")
    return faults


def _assets(
    element: Element, file: str, folder: Folder, folders: dict[str, str], files: list[Folder]
) -> list[ModelFault]:
    """Check the files one element names; MJCF file names are relative to the main model's asset folders."""
    faults: list[ModelFault] = []
    if element.tag == "include":
        return faults
    names = ["file", "fileright", "fileleft", "fileup", "filedown", "filefront", "fileback"]
    for name in names:
        text = element.attributes.get(name)
        if not text:
            continue
        inside = folders.get(element.tag, "")
        whole = f"{inside}/{text}" if inside else text
        found = resolve_file(whole, folder=folder, root=folder, source=file, line=element.line)
        if isinstance(found, ModelFault):
            faults.append(found)
            continue
        files.append(found)
        if element.tag == "mesh" and PurePosixPath(found.name).suffix.lower() in SUFFIXES:
            scale = max(abs(s) for s in element.numbers("scale") or [1.0])
            faults += check_mesh(found, scale=scale)
    return faults


def _twice(element: Element, file: str, names: dict[tuple[str, str], int]) -> list[ModelFault]:
    name = element.attributes.get("name")
    if name is None or element.tag not in ("body", "joint", "geom", "site", "mesh"):
        return []
    key = (element.tag, name)
    if key in names:
        summary = f"two {element.tag} elements are called {name!r} (the first on line {names[key]})"
        return [ModelFault(code="SK876", summary=summary, file=file, line=element.line)]
    names[key] = element.line
    return []


def positive_definite(full: list[float]) -> bool:
    """Return whether ixx iyy izz ixy ixz iyz is a positive definite tensor (Sylvester's criterion)."""
    if len(full) != 6:
        return False
    xx, yy, zz, xy, xz, yz = full
    determinant = xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz)
    return xx > 0 and xx * yy - xy * xy > 0 and determinant > 0


def _bytes(text: str) -> float:
    """Return MuJoCo's memory notation (10M) in bytes; 0 for none."""
    text = text.strip().lower()
    if not text or text == "-1":
        return 0.0
    digits = text.rstrip("kmgtpe")
    try:
        return float(digits) * _UNITS.get(text[len(digits) :], 1)
    except ValueError:
        return float("inf")
