"""Check a robot someone brings along: its model, its profile's numbers, and that both speak of the same things."""

import math
from collections.abc import Iterator
from typing import Any

import mujoco

from skillc.runtime.formats.codec import as_json
from skillc.runtime.formats.files import Folder
from skillc.runtime.formats.robot_profile import JointLimits, RobotProfile
from skillc.runtime.robot.group_check import PROFILE, check_groups
from skillc.runtime.robot.model_check import CheckedModel, check_model
from skillc.runtime.robot.model_fault import ModelError, ModelFault
from skillc.runtime.robot.model_paths import resolve_file
from skillc.runtime.robot.motor_check import check_motors
from skillc.runtime.robot.robot_source import robot_source


def check_robot(profile: RobotProfile, folder: Folder) -> CheckedModel:
    """Check `profile` and the model it names in `folder`.

    Raises:
        ModelError: with every fault: of the profile's numbers (SK878, SK887) groups (SK612, SK616)
            and motors (SK660, SK661), of the model
            (SK870 to SK897), names of the profile that the model lacks (SK883, SK887), and a base that the model
            holds otherwise (SK617).
    """
    faults = list(_own(profile))
    model = resolve_file(profile.mjcf, folder=folder, root=folder, source=PROFILE, line=0)
    if isinstance(model, ModelFault):
        raise ModelError((*faults, model))
    try:
        checked = check_model(model, joints=profile.joint_names)
    except ModelError as error:
        raise ModelError((*faults, *error.faults)) from error
    source = robot_source(profile, folder)
    faults += [*_names(profile, source), *_base(profile, source)]
    if faults:
        raise ModelError(tuple(faults))
    return checked


def _own(profile: RobotProfile) -> Iterator[ModelFault]:
    """Yield what is wrong with the profile by itself."""
    for joint in profile.joints:
        yield from _joint(joint)
    yield from check_groups(profile.joint_names, as_json(profile.groups), as_json(profile.hands))
    yield from check_motors(profile)
    for finger in profile.fingers:
        if not math.isclose(math.hypot(*finger.pad_normal), 1.0, abs_tol=1e-3):
            yield _fault("SK887", f"finger {finger.name}: pad_normal is no unit vector")
    for frame in profile.frames:
        if not all(map(math.isfinite, (*frame.position, *frame.quat_wxyz))):
            yield _fault("SK879", f"frame {frame.name}: its place is not finite")
        elif not math.isclose(math.hypot(*frame.quat_wxyz), 1.0, abs_tol=1e-3):
            yield _fault("SK887", f"frame {frame.name}: quat_wxyz is no unit quaternion")
    for name, (driver, _, _) in profile.couplings.items():
        for end in (name, driver):
            if end not in profile.joint_names:
                yield _fault("SK883", f"couplings name the joint {end!r}, which the profile has not")


def _joint(joint: JointLimits) -> Iterator[ModelFault]:
    span = f"{joint.lower:g} .. {joint.upper:g} rad"
    if not (math.isfinite(joint.lower) and math.isfinite(joint.upper) and joint.lower < joint.upper):
        yield _fault("SK878", f"joint {joint.name!r} has the range {span}; expected lower < upper")
    elif not joint.lower <= joint.home <= joint.upper:
        yield _fault("SK878", f"joint {joint.name!r} has its home {joint.home:g} rad outside its range {span}")
    for field in ("speed", "acceleration", "jerk", "effort"):
        value = getattr(joint, field)
        if not (math.isfinite(value) and value > 0):
            yield _fault("SK878", f"joint {joint.name!r}: {field} is {value:g}; expected above 0")
    for field in ("kp", "kv"):
        value = getattr(joint, field)
        if not (math.isfinite(value) and value >= 0):
            yield _fault("SK882", f"joint {joint.name!r}: {field} is {value:g}; expected 0 or more")


def _names(profile: RobotProfile, model: Any) -> Iterator[ModelFault]:
    """Yield names of the profile that the model does not have."""
    bodies = {body.name for body in model.bodies}
    sites = {site.name for site in model.sites}
    geoms = {geom.name for geom in model.geoms}
    wanted = [("base_body", profile.base_body, bodies)]
    for hand in profile.hands:
        at = f"hands.{hand.name}"
        wanted += [(f"{at}.body", hand.body, bodies), (f"{at}.palm_site", hand.palm_site, sites)]
        wanted.append((f"{at}.wrist_site", hand.wrist_site, sites))
        for finger in hand.fingers:
            wanted.append((f"{at}.fingers.{finger.name}.tip_site", finger.tip_site, sites))
            wanted.append((f"{at}.fingers.{finger.name}.tip_geom", finger.tip_geom, geoms))
    wanted += [(f"frames.{frame.name}.body", frame.body, bodies) for frame in profile.frames]
    wanted += [("collision_pairs_excluded", name, bodies) for pair in profile.collision_pairs_excluded for name in pair]
    for field, name, known in wanted:
        if name not in known:
            shown = ", ".join(sorted(filter(None, known))[:20]) or "none"
            yield _fault("SK887", f"{field}: the model has no {name!r}", f"the model has {shown}")


def _base(profile: RobotProfile, model: Any) -> Iterator[ModelFault]:
    """Yield how the model holds the base otherwise than the profile says."""
    body = model.body(profile.base_body)
    if body is None:
        return
    free = any(joint.type == mujoco.mjtJoint.mjJNT_FREE for joint in body.joints)
    if profile.base == "fixed" and free:
        yield _fault("SK617", f"base is fixed, but {body.name} has a free joint", "write `base: floating`")
    if profile.base == "floating" and not free and (body.joints or body.parent.name != "world"):
        summary = f"base is floating, but {body.name} hangs at {body.parent.name} or at a joint of its own"
        yield _fault("SK617", summary, "name the body below the world that carries the whole robot")


def _fault(code: str, summary: str, hint: str = "") -> ModelFault:
    return ModelFault(code=code, summary=summary, file=PROFILE, hint=hint)
