"""Whether a robot's motors turn joints that it has, and every group of joints is commanded in one of its modes."""

from collections.abc import Iterator
from difflib import get_close_matches

from skillc.runtime.formats.robot_profile import RobotProfile
from skillc.runtime.robot.group_check import PROFILE
from skillc.runtime.robot.model_fault import ModelFault


def check_motors(profile: RobotProfile) -> Iterator[ModelFault]:
    """Yield every fault: motors (SK660), ways of being commanded (SK661)."""
    owner: dict[str, str] = {}
    for motor in profile.motors:
        for joint in motor.joints:
            if joint not in profile.joint_names:
                yield _fault("SK660", f"motor {motor.name} turns {joint!r}, which the robot has not")
            elif joint in owner:
                yield _fault("SK660", f"joint {joint!r} is turned by {owner[joint]} and by {motor.name}")
            owner.setdefault(joint, motor.name)
        if not motor.continuous_torque > 0 or not motor.backlash >= 0:
            yield _fault("SK660", f"motor {motor.name}: expected continuous_torque above 0 and backlash of 0 or more")
    modes = {mode.name for mode in profile.command_modes}
    for mode in profile.command_modes:
        if not mode.rate_hz > 0:
            yield _fault("SK661", f"command mode {mode.name}: rate_hz is {mode.rate_hz:g}; expected above 0")
    groups = {group.name for group in profile.groups}
    for group, used in profile.commanded_by.items():
        if group not in groups:
            yield _fault("SK661", f"commanded_by names the group {group!r}, which the robot has not")
        if used not in modes:
            near = get_close_matches(used, modes, n=1)
            hint = f"write {near[0]}" if near else f"there are {', '.join(sorted(modes)) or 'none'}"
            yield _fault("SK661", f"group {group} is commanded by {used!r}, which is no command mode", hint)
    for group in sorted(groups - set(profile.commanded_by)):
        yield _fault("SK661", f"nothing commands group {group}", f"name one of its command_modes: {group}: MODE")


def _fault(code: str, summary: str, hint: str = "") -> ModelFault:
    return ModelFault(code=code, summary=summary, file=PROFILE, hint=hint)
