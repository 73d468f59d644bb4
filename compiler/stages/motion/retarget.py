"""Stage `retarget`: the human hand's motion on the robot before refinement (A.1.2, Eq. 1)."""

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    return {"retarget": spec.section("method.stages.retarget")}


def _run(ctx: StageContext) -> None:
    import numpy as np

    from skillc.runtime.formats.hands import HandMotion
    from skillc.runtime.formats.keyframes import Keyframes
    from skillc.runtime.formats.placement import Placement
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.formats.robot_profile import RobotProfile
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.motion.retarget.motion import RetargetParameters, retarget
    from skillc.runtime.robot.model import robot_model

    hand = ctx.made.load(HandMotion)
    recording = ctx.made.load(Recording)
    twin = ctx.made.load(Twin)
    profile = ctx.made.load(RobotProfile)
    T_table_robot = ctx.made.load(Placement).T_table_robot
    table = (twin.table_center_m, twin.table_half_size_m)
    robot = robot_model(profile, ctx.made.path("robot"), T_table_robot, table=table)
    if not np.isfinite(hand.joints_table_m).all(axis=(1, 2)).any():
        raise StageError("SK860", "no frame of the recording has a hand; expected at least one")
    if hand.handedness != "right":
        ctx.warn("SK861", f"a {hand.handedness} hand is retargeted to the right hand of {profile.name}", "hardware")
    motion = retarget(
        hand,
        robot,
        T_table_robot,
        time_s=np.asarray(recording.time_s, dtype=np.float64),
        parameters=ctx.read("retarget", RetargetParameters),
        rng=np.random.default_rng(0),
        anchor=ctx.made.load(Keyframes).contact,
    )
    motion.save(ctx.out / "motion/retargeted.npz")


STAGE = Stage(
    name="retarget",
    needs=("recording", "hands", "keyframes", "placement", "robot", "twin"),
    makes=("motion/retargeted.npz",),
    code=("skillc.compiler.stages.motion.retarget",),
    parameters=_parameters,
    run=_run,
)
