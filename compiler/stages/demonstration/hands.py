"""Stage `hands`: the acting hand's 21 joints in metres in the table frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from skillc.compiler.plan.stage import Stage, StageContext, StageError
from skillc.compiler.plan.taken import taken
from skillc.compiler.resolve.resolved import JSON, ResolvedSpec
from skillc.runtime.perception.recording.faults import InputFault

if TYPE_CHECKING:
    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.perception.hand.anchors import Contact


@dataclass(frozen=True, kw_only=True)
class JointDepth:
    """How depth is looked up at a joint."""

    patch: int
    """px around it."""


def _parameters(spec: ResolvedSpec) -> dict[str, JSON]:
    own = spec.section("method.stages.hands")
    return {
        "hand": {
            "size": taken(own, length_m="hand_length", sigma="hand_length_sigma"),
            **taken(own, "distance_sigma", anchored_s="anchored", median_s="median"),
            "bundle": taken(
                own,
                *("landmark_sigma", "bone_sigma", "palm_sigma", "relative_depth_sigma", "acceleration", "iterations"),
                correlation_s="correlation",
            ),
            "anchors": taken(
                own,
                finger_radius_m="finger_radius",
                contact_sigma_m="contact_sigma",
                clearance_sigma_m="clearance_sigma",
                depth_sigma_m="depth_sigma",
            ),
        },
        "depth": taken(own, patch="depth_patch"),
    }


def _contact(context: StageContext, calibration: Calibration, count: int) -> Contact:
    """Return the manipulated object's surface and poses, with the frames in which the hand touches it."""
    import mujoco
    import numpy as np

    from skillc.runtime.formats.keyframes import Keyframes
    from skillc.runtime.formats.object_motion import ObjectMotion
    from skillc.runtime.formats.twin import Twin
    from skillc.runtime.motion.cell.surface import object_surface
    from skillc.runtime.perception.hand.anchors import Contact
    from skillc.runtime.tasks.catalog import task_type

    twin = context.made.load(Twin)
    motion = context.made.load(ObjectMotion)
    keyframes = context.made.load(Keyframes)
    model = mujoco.MjModel.from_xml_path(str(context.made.path("twin/scene.xml")))
    body = model.body(f"object/{twin.manipulated.name}").id
    geoms = [g for g in range(model.ngeom) if model.geom_bodyid[g] == body and model.geom_contype[g]]
    surface = object_surface(model, geoms, count=500, rng=np.random.default_rng(0))
    frames = np.arange(count)
    end = count if keyframes.release is None else keyframes.release
    return Contact(
        frames=(frames >= keyframes.contact) & (frames < end),
        carried=(frames >= keyframes.contact) & (frames <= keyframes.interaction),
        T_camera_object=calibration.T_camera_table @ motion.T_table_object,
        position_sigma_m=motion.position_sigma_m,
        distance=surface.distance,
        opposed=task_type(twin.task_type).lifts,
    )


def _run(context: StageContext) -> None:
    import numpy as np

    from skillc.runtime.formats.calibration import Calibration
    from skillc.runtime.formats.landmarks import Landmarks
    from skillc.runtime.formats.recording import Recording
    from skillc.runtime.perception.hand.motion import HandEvidence, HandParameters, depth_at_joints, reconstruct_hand
    from skillc.runtime.perception.recording.frames import open_recording

    recording = context.made.load(Recording)
    calibration = context.made.load(Calibration)
    landmarks = context.made.load(Landmarks)
    context.progress(0.0, "placing the hand")
    depth = None
    if recording.has_depth:
        with open_recording(recording, context.find_data) as reader:
            depth = depth_at_joints(landmarks.joints_px, reader.depth, context.read("depth", JointDepth).patch)
    evidence = HandEvidence(
        camera=calibration.camera,
        T_camera_table=calibration.T_camera_table,
        time_s=np.asarray(recording.time_s),
        contact=_contact(context, calibration, len(landmarks.frame)),
        depth_m=depth,
    )
    try:
        motion, remarks = reconstruct_hand(landmarks, evidence, context.read("hand", HandParameters))
    except InputFault as fault:
        raise StageError(fault.code, fault.message, fault.hint, "demonstrations.recording") from fault
    summary, *noteworthy = remarks
    context.progress(1.0, summary)
    for remark in noteworthy:
        context.warn("SK834", remark, "demonstrations.recording")
    motion.save(context.out / "motion" / "hand.npz")


STAGE = Stage(
    name="hands",
    needs=("landmarks", "calibration", "twin", "object_motion", "keyframes", "recording"),
    makes=("motion/hand.npz",),
    code=("skillc.compiler.stages.demonstration.hands",),
    parameters=_parameters,
    run=_run,
)
