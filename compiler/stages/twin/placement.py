"""Stage `placement`: where the robot's base stands, chosen (`placement: auto`) or as measured on the real table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.compiler.stages.twin.randomization_box import RandomizationBox, box_of

if TYPE_CHECKING:
    from skillc.runtime.formats.arrays import FloatArray


@dataclass(frozen=True, kw_only=True)
class GivenPlacement:
    """A place measured on the real table."""

    file: str | None
    """A robot calibration; None leaves the choice to the compiler."""


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {
        "placement": spec.section("method.stages.placement"),
        "box": box_of(spec),
        "given": {"file": _file(spec)},
    }


def _file(spec: ResolvedSpec) -> str | None:
    """Return the name of the robot calibration the spec gives, None for `placement: auto`."""
    written = spec.section("hardware").get("placement", "auto")
    return None if written == "auto" else str(written["file"])


def _files(spec: ResolvedSpec) -> tuple[str, ...]:
    name = _file(spec)
    return () if name is None else (name,)


def _inspect(parameters: Mapping[str, JSON], find_data: Callable[[str], Path]) -> None:
    if (name := parameters["given"]["file"]) is not None:
        _measured(name, find_data)


def _measured(name: str, find_data: Callable[[str], Path]) -> FloatArray:
    """Return T_table_robot of a robot calibration, which must be a rigid motion."""
    file = find_data(name)
    import numpy as np

    from skillc.runtime.formats.records import FormatError
    from skillc.runtime.formats.robot_calibration import RobotCalibration

    hint = "make it with: skillc calibrate robot"
    try:
        T = RobotCalibration.load(file).T_table_robot
    except FormatError as reason:
        raise StageError("SK826", f"{name}: {reason}", hint, "hardware.placement.file") from reason
    # Measured poses are written with all digits; a millionth tells a rounded rotation from one that is none.
    rigid = (
        T.shape == (4, 4)
        and np.isfinite(T).all()
        and np.allclose(T[3], [0, 0, 0, 1])
        and np.allclose(T[:3, :3] @ T[:3, :3].T, np.eye(3), atol=1e-6)
        and np.linalg.det(T[:3, :3]) > 0
    )
    if not rigid:
        raise StageError("SK826", f"T_table_robot of {name} is no rigid motion", hint, "hardware.placement.file")
    return T


def _run(ctx: StageContext) -> None:
    import numpy as np

    from skillc.runtime.formats.hands import HandMotion
    from skillc.runtime.formats.keyframes import Keyframes
    from skillc.runtime.formats.object_motion import ObjectMotion
    from skillc.runtime.formats.robot_profile import RobotProfile
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.geometry import se3
    from skillc.runtime.motion.cell.placement import PlacementParameters, box_corners, displaced, place_base
    from skillc.runtime.motion.kinematics.arm_ik import Arm
    from skillc.runtime.motion.kinematics.hand_model import HandModel
    from skillc.runtime.motion.retarget.hand_goals import hand_goals
    from skillc.runtime.motion.retarget.motion import hand_reach
    from skillc.runtime.robot.model import robot_model

    given = ctx.read("given", GivenPlacement).file
    if given is not None:
        _write(ctx.out, _measured(given, ctx.find_data), None, "given")
        return
    profile = ctx.made.load(RobotProfile)
    twin = ctx.made.load(Twin)
    robot = robot_model(profile, ctx.made.path("robot"), np.eye(4))
    hand = ctx.made.load(HandMotion)
    try:
        goals = hand_goals(hand, robot_reach_m=hand_reach(robot))
    except ValueError as reason:
        raise StageError("SK860", f"{reason}; expected at least one", "", "demonstrations") from reason
    motion = ctx.made.load(ObjectMotion)
    key = ctx.made.load(Keyframes)
    T_hand_wrist = HandModel.from_model(robot.model, profile).T_hand_wrist
    frames = sorted({key.contact, (key.contact + key.interaction) // 2, key.interaction, *_maybe(key.release)})
    poses = goals.T_table_wrist[np.clip(frames, 0, len(goals.seen) - 1)] @ se3.inverse(T_hand_wrist)
    upright = [_pointing_down(T) for T in poses]
    box = ctx.read("box", RandomizationBox)
    corners = box_corners(box.position_m, box.yaw_rad)
    Ts = np.stack([displaced(T, move, T[:3, 3]) for T in [*poses, *upright] for _, move in corners])
    keep_clear = [np.asarray(o.T_table_object)[:2, 3] for o in twin.objects]
    keep_clear += list(motion.T_table_object[key.contact : key.interaction + 1 : 5, :2, 3])
    parameters = ctx.read("placement", PlacementParameters)
    T_table_robot, score = place_base(Arm.from_model(robot.model, profile), Ts, keep_clear, parameters)
    if score < 0:
        ctx.warn("SK515", "no base place reaches every demonstrated hand pose; the best one is used", "hardware")
    _write(ctx.out, T_table_robot, score, "auto")


def _maybe(frame: int | None) -> list[int]:
    return [] if frame is None else [frame]


def _pointing_down(T_table_hand: FloatArray) -> FloatArray:
    """Return the pose turned until the fingers point straight down: what refinement may fall back to."""
    import numpy as np

    from skillc.runtime.geometry import se3

    z = T_table_hand[:3, 2]
    axis = np.cross(z, [0.0, 0.0, -1.0])
    sine = float(np.linalg.norm(axis))
    if sine < 1e-6:
        return T_table_hand
    turn = se3.exp(np.concatenate([np.zeros(3), axis / sine * np.arctan2(sine, -z[2])]))
    result = np.array(T_table_hand)
    result[:3, :3] = turn[:3, :3] @ T_table_hand[:3, :3]
    return result


def _write(out: Path, T_table_robot: FloatArray, score: float | None, how: Literal["auto", "given"]) -> None:
    """`score` is None where nothing was chosen."""
    import numpy as np

    from skillc.runtime.formats.placement import Placement

    rounded = None if score is None else round(score, 4)
    Placement(T_table_robot=np.round(T_table_robot, 9), placement=how, score=rounded).save(out / Placement.FILE)


STAGE = Stage(
    name="placement",
    needs=("hands", "keyframes", "object_motion", "twin", "robot"),
    makes=("placement.json",),
    code=("skillc.compiler.stages.twin.placement",),
    parameters=_parameters,
    run=_run,
    files=_files,
    inspect=_inspect,
)
