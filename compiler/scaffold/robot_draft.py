"""A robot profile drafted from an MJCF or URDF: what the model says is filled in, the rest is marked `lost`.

Groups, hands and fingers are guessed from the tree (see `group_draft`), which the draft says.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from skillc.compiler.emit.quote import yaml_quoted
from skillc.compiler.scaffold.group_draft import DraftHand, draft_groups

JOINT_FIELDS = ("lower", "upper", "speed", "acceleration", "jerk", "effort", "kp", "kv", "home")
MOST_BYTES = 20_000_000


class RobotModelError(ValueError):
    """The model cannot be read or holds no robot; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftJoint:
    """One hinge or slide of the model."""

    name: str
    lower: float
    """-inf where a URDF lets the joint turn without end; a person then gives the range."""
    upper: float
    speed: float
    """rad/s; 0 if the model limits none, which MJCF never does."""
    effort: float
    """Nm; 0 if the model limits none."""
    kp: float
    kv: float


def profile_text(model_file: Path) -> str:
    """Return `profile.yaml` for a robot model.

    Raises:
        RobotModelError: the file cannot be compiled, has no joints, or a joint without a range.
    """
    model = _compiled(model_file)
    joints = _joints(model, _urdf_speeds(model_file), _endless(model_file))
    found = draft_groups(model, [joint.name for joint in joints])
    file = model_file.name
    lines = [
        f"# Drafted from {file} by `skillc init --robot`. Check the groups; fill in what is marked lost.",
        f"name: {_identifier(model_file.stem)}",
        f"mjcf: {yaml_quoted(file)}",
        f"base: {'floating' if found.floating else 'fixed'}",
        f"base_body: {yaml_quoted(_body_name(model, int(model.body_rootid[model.jnt_bodyid[0]])))}",
        "groups: # guessed from where the model branches",
        *(f"  {name}: {_names(members)}" for name, members in found.groups.items()),
        "hands:" if found.hands else "hands: {}",
    ]
    for hand in found.hands:
        lines += _hand(model, hand, file)
    lines.append("joints:")
    for joint in joints:
        lines.append(f"  {yaml_quoted(joint.name)}:")
        lines += [f"    {name}: {_leaf(joint, name, file)}" for name in JOINT_FIELDS]
    lines += [
        "couplings: {}",
        "command_modes:",
        f"  positions: {{rate_hz: {_lost(file, 'rate at which positions are taken')},"
        f" between: {_lost(file, 'hold or linear')}}}",
        f"commanded_by: {{{', '.join(f'{name}: positions' for name in found.groups)}}}",
        "collision_pairs_excluded: []",
    ]
    return "\n".join(lines) + "\n"


def _hand(model: Any, hand: DraftHand, file: str) -> list[str]:
    lines = [
        f"  {hand.name}:",
        f"    group: {hand.group}",
        f"    arm: {hand.arm or _lost(file, 'the group that carries the hand')}",
        f"    body: {yaml_quoted(_body_name(model, hand.body))}",
        f"    palm_site: {_lost(file, 'a site at the palm with z out of it')}",
        f"    wrist_site: {_lost(file, 'a site matched to the human wrist')}",
        "    fingers:",
    ]
    for name, members in hand.fingers.items():
        lines += [
            f"      {name}:",
            f"        joints: {_names(members)}",
            f"        tip_site: {_lost(file, 'a site at the fingertip')}",
            f"        tip_geom: {_lost(file, 'collision geom of the fingertip')}",
            f"        tip_radius: {_lost(file, 'radius of the fingertip')}",
            f"        pad_normal: {_lost(file, 'outward normal of the pad')}",
        ]
    return lines


def _compiled(file: Path) -> Any:
    import mujoco

    try:
        # A pipe would block for ever.
        if file.exists() and not file.is_file():
            raise RobotModelError(f"{file.name} is no regular file")
        if file.stat().st_size > MOST_BYTES:
            raise RobotModelError(f"{file.name} is larger than {MOST_BYTES // 1_000_000} MB")
        head = file.read_bytes()[:200_000]
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise RobotModelError(f"{file.name} declares a document type or entities, which robot models do not need")
        spec = mujoco.MjSpec.from_file(str(file))
        if file.suffix.lower() == ".urdf":
            # As the robot's own reader does: links at fixed joints, the root among them, stay bodies.
            spec.compiler.fusestatic = False
        return spec.compile()
    except OSError as error:
        raise RobotModelError(f"{file.name} cannot be read: {error.strerror}") from None
    except ValueError as error:
        if isinstance(error, RobotModelError):
            raise
        raise RobotModelError(f"{file.name} is no MJCF or URDF that compiles: {str(error).splitlines()[0]}") from None


def _urdf_speeds(file: Path) -> dict[str, float]:
    """Return the speed limits of a URDF's joints, which MuJoCo does not keep; empty for MJCF."""
    if file.suffix.lower() != ".urdf":
        return {}
    found: dict[str, float] = {}
    for joint in ElementTree.fromstring(file.read_bytes()).iter("joint"):
        limit = joint.find("limit")
        try:
            speed = float(limit.get("velocity", "0")) if limit is not None else 0.0
        except ValueError:
            continue
        if 0.0 < speed < math.inf:
            found[joint.get("name", "")] = speed
    return found


def _endless(file: Path) -> frozenset[str]:
    """Return the continuous joints of a URDF; none for MJCF."""
    if file.suffix.lower() != ".urdf":
        return frozenset()
    joints = ElementTree.fromstring(file.read_bytes()).iter("joint")
    return frozenset(j.get("name", "") for j in joints if j.get("type") == "continuous")


def _joints(model: Any, speeds: Mapping[str, float], endless: frozenset[str]) -> list[DraftJoint]:
    import mujoco

    moving = (int(mujoco.mjtJoint.mjJNT_HINGE), int(mujoco.mjtJoint.mjJNT_SLIDE))
    found: list[DraftJoint] = []
    for index in range(model.njnt):
        if int(model.jnt_type[index]) not in moving:
            continue
        joint = model.joint(index)
        lower, upper = (float(v) for v in joint.range)
        if joint.name in endless:
            lower, upper = -math.inf, math.inf
        elif not (bool(model.jnt_limited[index]) and lower < upper and math.isfinite(upper - lower)):
            raise RobotModelError(f"joint {joint.name!r} has no range; every joint of a robot is limited")
        kp, kv, effort = _servo(model, index)
        speed = speeds.get(joint.name, 0.0)
        found.append(DraftJoint(name=joint.name, lower=lower, upper=upper, speed=speed, effort=effort, kp=kp, kv=kv))
    if not found:
        raise RobotModelError("the model has no hinge or slide joint")
    return found


def _servo(model: Any, joint: int) -> tuple[float, float, float]:
    """Return kp, kv and the force limit of a joint's position actuator, 0 where the model has none."""
    import mujoco

    effort = float(model.jnt_actfrcrange[joint, 1]) if model.jnt_actfrclimited[joint] else 0.0
    for actuator in range(model.nu):
        drives = int(model.actuator_trntype[actuator]) == int(mujoco.mjtTrn.mjTRN_JOINT)
        if drives and int(model.actuator_trnid[actuator, 0]) == joint:
            if model.actuator_forcelimited[actuator]:
                effort = float(model.actuator_forcerange[actuator, 1])
            position = int(model.actuator_biastype[actuator]) == int(mujoco.mjtBias.mjBIAS_AFFINE)
            kp = float(-model.actuator_biasprm[actuator, 1]) if position else 0.0
            kv = float(-model.actuator_biasprm[actuator, 2]) if position else 0.0
            return kp, kv, effort
    return 0.0, 0.0, effort


def _leaf(joint: DraftJoint, name: str, file: str) -> str:
    known = {field: getattr(joint, field) for field in ("lower", "upper", "speed", "effort", "kp", "kv")}
    if name == "home":
        middle = min(max(0.0, joint.lower), joint.upper)
        return f'{{value: {middle:.6g}, source: "ours: zero, or the nearest limit"}}'
    value = known.get(name, 0.0)
    if math.isfinite(value) and (name in ("lower", "upper") or value > 0.0):
        return f"{{value: {value:.9g}, source: {yaml_quoted(file)}}}"
    return _lost(file, f"no {name} of this joint")


def _lost(file: str, what: str) -> str:
    """Return a leaf that a person fills in."""
    return f"{{value: null, source: {yaml_quoted(f'lost: {file}, {what}')}}}"


def _body_name(model: Any, body: int) -> str:
    return str(model.body(body).name) or f"body_{body}"


def _names(names: Iterable[str]) -> str:
    return "[" + ", ".join(map(yaml_quoted, names)) + "]"


def _identifier(text: str) -> str:
    name = "".join(c if c.isalnum() else "_" for c in text.lower()).strip("_")
    return name if name[:1].isalpha() else f"robot_{name}"
