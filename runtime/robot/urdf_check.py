"""A URDF before MuJoCo compiles it: its tree of links, joint limits, masses and mesh files."""

import math

from skillc.runtime.formats.files import Folder
from skillc.runtime.robot.mesh_check import check_mesh
from skillc.runtime.robot.mjcf_check import positive_definite
from skillc.runtime.robot.model_fault import ModelFault
from skillc.runtime.robot.model_paths import resolve_file
from skillc.runtime.robot.model_xml import Element, not_finite

MOVING = ("revolute", "prismatic", "continuous")


def check_urdf(root: Element, path: Folder, folder: Folder) -> tuple[list[ModelFault], list[Folder]]:
    """Return faults and the files the model is made of."""
    faults = not_finite(root, path.name)
    files: list[Folder] = [path]
    links = [e for e in root.children if e.tag == "link"]
    joints = [e for e in root.children if e.tag == "joint"]
    faults += _tree(root, links, joints, path.name)
    for joint in joints:
        faults += _joint(joint, path.name)
    for link in links:
        faults += _inertial(link, path.name)
    for element in root.walk():
        if element.tag in ("plugin", "gazebo") and any(e.tag == "plugin" for e in element.walk()):
            if element.tag == "plugin":
                summary = "a plugin element loads code; expected none"
                faults.append(ModelFault(code="SK884", summary=summary, file=path.name, line=element.line))
        elif element.tag == "mesh":
            name = element.attributes.get("filename", "")
            found = resolve_file(name, folder=folder, root=folder, source=path.name, line=element.line)
            if isinstance(found, ModelFault):
                faults.append(found)
            elif found not in files:
                files.append(found)
                faults += check_mesh(found, scale=max(abs(s) for s in element.numbers("scale") or [1.0]))
    return faults, files


def _tree(root: Element, links: list[Element], joints: list[Element], file: str) -> list[ModelFault]:
    """Check that links and joints form one tree."""
    faults: list[ModelFault] = []

    def fault(line: int, summary: str) -> None:
        faults.append(ModelFault(code="SK876", summary=summary, file=file, line=line))

    if not links:
        fault(root.line, "no links; expected a robot")
        return faults
    lines: dict[str, int] = {}
    for kind, elements in (("link", links), ("joint", joints)):
        seen: dict[str, int] = {}
        for element in elements:
            name = element.attributes.get("name", "")
            if name in seen:
                fault(element.line, f"two {kind}s are called {name!r} (the first on line {seen[name]})")
            seen.setdefault(name, element.line)
        if kind == "link":
            lines = seen
    parent_of: dict[str, str] = {}
    for joint in joints:
        ends = {}
        for end in ("parent", "child"):
            found = joint.child(end)
            name = found.attributes.get("link", "") if found else ""
            if name not in lines:
                fault(joint.line, f"joint {joint.attributes.get('name')!r} has the {end} {name!r}, which is no link")
            ends[end] = name
        if ends["child"] in parent_of:
            fault(joint.line, f"link {ends['child']!r} is the child of two joints")
        elif ends["child"] in lines and ends["parent"] in lines:
            parent_of[ends["child"]] = ends["parent"]
    for name in lines:
        walked = {name}
        at = name
        while at in parent_of:
            at = parent_of[at]
            if at in walked:
                fault(lines[name], f"link {name!r} is in a circle of joints")
                return faults
            walked.add(at)
    roots = [name for name in lines if name not in parent_of]
    parents = set(parent_of.values())
    orphans = [name for name in roots if name not in parents] if len(lines) > 1 else []
    for name in orphans:
        fault(lines[name], f"link {name!r} belongs to no joint")
    trees = [name for name in roots if name not in orphans]
    if len(trees) > 1:
        fault(lines[trees[1]], f"two roots, {trees[0]!r} and {trees[1]!r}; expected one")
    return faults


def _joint(joint: Element, file: str) -> list[ModelFault]:
    kind, name = joint.attributes.get("type", ""), joint.attributes.get("name", "")
    if kind not in MOVING:
        return []
    faults: list[ModelFault] = []

    def fault(code: str, line: int, summary: str) -> None:
        faults.append(ModelFault(code=code, summary=summary, file=file, line=line))

    axis = joint.child("axis")
    direction = axis.numbers("xyz") if axis else None
    if axis is not None and direction is not None and not any(direction):
        fault("SK877", axis.line, f"joint {name!r} turns about the zero vector")
    limit = joint.child("limit")
    if limit is None:
        fault("SK878", joint.line, f"joint {name!r} has no limit; expected effort, velocity and a range")
        return faults
    lower, upper = _number(limit, "lower", 0.0), _number(limit, "upper", 0.0)
    if kind != "continuous":
        if "lower" not in limit.attributes or "upper" not in limit.attributes:
            fault("SK878", limit.line, f"joint {name!r} has no lower or upper limit")
        elif not lower < upper:
            fault("SK878", limit.line, f"joint {name!r} has the range {lower:g} .. {upper:g}; expected lower < upper")
    for field in ("effort", "velocity"):
        if not _number(limit, field, math.nan) > 0:
            fault("SK878", limit.line, f"joint {name!r} has no positive {field} limit")
    return faults


def _inertial(link: Element, file: str) -> list[ModelFault]:
    inertial = link.child("inertial")
    if inertial is None:
        return []
    name = link.attributes.get("name", "")
    mass, inertia = inertial.child("mass"), inertial.child("inertia")
    faults: list[ModelFault] = []
    if mass is None or not _number(mass, "value", math.nan) > 0:
        faults.append(
            ModelFault(code="SK880", summary=f"link {name!r} has no mass above zero", file=file, line=inertial.line)
        )
    keys = ("ixx", "iyy", "izz", "ixy", "ixz", "iyz")
    if inertia is None or not positive_definite([_number(inertia, key, 0.0) for key in keys]):
        summary = f"link {name!r} has an inertia that is not positive definite"
        faults.append(ModelFault(code="SK880", summary=summary, file=file, line=inertial.line))
    return faults


def _number(element: Element, name: str, missing: float) -> float:
    found = element.numbers(name)
    return found[0] if found else missing
