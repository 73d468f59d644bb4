"""A draft of a spec from a video: its views, tag, hand, things, and what was done to the one that moved.

The stages of a build up to the object's motion look at the video, for a spec that asks nothing but "what moves?". Their
outputs stay in the cache beside the draft, so that the first build finds recording, calibration and landmarks done.
"""

import math
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from skillc.compiler.check.open_job import open_job
from skillc.compiler.emit.quote import yaml_quoted
from skillc.compiler.plan.build import StageFailed, build
from skillc.compiler.plan.progress import Progress
from skillc.compiler.scaffold.spec_draft import Draft
from skillc.runtime.cli.failures import InputError
from skillc.runtime.estimators.hands import estimator_named, seen_hands
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.landmarks import Landmarks
from skillc.runtime.formats.object_motion import ObjectMotion
from skillc.runtime.formats.recording import Recording
from skillc.runtime.formats.scene import Masks, Scene
from skillc.runtime.formats.tracks import Tracks
from skillc.runtime.formats.twin import Twin
from skillc.runtime.perception.camera.survey import SeenTag, cut, find_tag, moments, views
from skillc.runtime.perception.object.movement_kind import Movement, movement
from skillc.runtime.perception.object.outline_points import outline_points
from skillc.runtime.perception.object.slide_fit import slide_residual
from skillc.runtime.perception.recording.camera_of import CameraSpec, Region
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import FrameReader, open_frames, read_picture
from skillc.runtime.perception.recording.source import describe
from skillc.runtime.perception.scene.understanding import number_candidates
from skillc.runtime.tasks.catalog import task_type, with_traits
from skillc.runtime.tasks.task_type import TaskType, Traits

LAST = "object_motion"
TAG_MOMENTS, HAND_MOMENTS = 3, 12
"""ours: the tag lies still, a hand comes and goes; both are only to tell one view from the other."""
FIRST_GUESS = Traits(lifts=True, places=True)
"""What a demonstration is taken for until its motion was seen."""
LOST_EARLY = ("recording", "calibration", "landmarks")
"""Without these there is nothing to draft; when a later stage fails, a person names the things."""


@dataclass(frozen=True, kw_only=True)
class VideoView:
    """The part of the picture that shows the demonstration."""

    region: Region | None
    """None for all of it."""
    tag: SeenTag
    others: int
    """Further views in the picture."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the stages made of the video."""

    hand_share: float
    movement: Movement
    things: tuple[str, ...]
    """A line about each candidate, in the order of their numbers: the moved one, the target, the rest."""
    target: bool
    """Whether something that may be the target stands on the table."""
    picture: bytes
    """A PNG with the candidates numbered from 1."""


def drafted(
    video: Path,
    draft: Draft,
    *,
    folder: Path,
    task: str | None,
    focal: str,
    progress: Progress,
    announce: Callable[[str], None],
) -> tuple[Draft, bytes | None]:
    """Return `draft` filled in from `video`, and a PNG of its candidates; None where none were found.

    Args:
        video: The recording.
        draft: Names, robot and file; task, camera and region are replaced.
        folder: Where the spec will lie.
        task: The type a person says it is; None to read it from the motion.
        focal: Focal length with its unit, or empty for the camera model's.
        progress: Told about the stages.
        announce: Told what is found on the way.

    Raises:
        InputError: The video cannot be read, shows no tag or no hand.
    """
    inside = video.absolute().is_relative_to(folder.absolute())
    root = folder.absolute() if inside else video.absolute().parent
    name = video.absolute().relative_to(root).as_posix()
    try:
        view = _view(root, name, announce)
    except InputFault as fault:
        raise InputError(f"{fault.code}: {fault.message}", fault.hint) from fault
    camera = replace(draft.camera, focal=focal, tag=view.tag.family, id=view.tag.id, seen=True)
    draft = replace(draft, recording=name, camera=camera, region=_region_text(view.region))
    failure = None
    try:
        seen = _seen(draft, root, folder, progress)
    except StageFailed as error:
        if error.stage in LOST_EARLY:
            raise InputError(f"{error.error.code}: {error.error.message}", error.error.hint) from error
        seen, failure = None, error
    kind = task_type(task) if task else with_traits(seen.movement.shown if seen is not None else FIRST_GUESS)
    found = [*_about_view(view), *(_about_motion(seen, kind) if seen is not None else ())]
    things: tuple[str, ...] = ()
    if failure is not None:
        found.append(f"The things were not told apart ({failure.error.message}).")
        found.append(
            f"`task: {kind.name}` is {'as asked' if task else 'a guess'}; give each object `at: {{x: ..., y: ...}}`."
        )
    if seen is not None:
        picture_name = Path(draft.file).with_suffix(".candidates.png").name
        things = (f"numbers as in {picture_name}; rename them, correct `material`", *seen.things)
        if "target" in kind.roles and not seen.target:
            things = (*things, f"nothing but object 1 was found: where does it go? `{draft.target}` is a guess")
    draft = replace(
        draft,
        task=kind.name,
        target=draft.target if "target" in kind.roles else "",
        found=tuple(f"{number}. {line}" for number, line in enumerate(found, 1)),
        things=things,
    )
    for line in draft.found:
        announce(line)
    return draft, None if seen is None else seen.picture


def _view(root: Path, name: str, announce: Callable[[str], None]) -> VideoView:
    """Look for the tag, and in a picture of two views for the one with the hand."""
    # Nothing here measures angles, so any focal length does.
    unknown = CameraSpec(focal=1000.0, focal_width=None, center=None, sensor=None)
    recording = describe(root / name, name, camera=unknown, region=None, reference=None, focal_sigma=0.1)
    with open_frames(recording, root) as reader:
        sample = np.unique(np.linspace(0, len(reader) - 1, TAG_MOMENTS).round().astype(int))
        pictures = [reader.color(int(k)) for k in sample]
        parts = views(pictures)
        tags = [find_tag([cut(picture, part) for picture in pictures]) for part in parts]
        candidates = [(part, tag) for part, tag in zip(parts, tags, strict=True) if tag is not None]
        if not candidates:
            raise InputFault(
                "SK820",
                f"{Path(name).name} shows no printed tag; lengths and the table are measured by one",
                "lay a tag flat on the table (`skillc init --tag tag.pdf`), or write the spec with --recording",
            )
        if len(candidates) > 1:
            announce("two views side by side: looking for the hand in each")
            candidates.sort(key=lambda found: -_hand_share(moments(reader, HAND_MOMENTS, found[0]), announce))
    part, tag = candidates[0]
    return VideoView(region=part if len(parts) > 1 else None, tag=tag, others=len(parts) - 1)


def _hand_share(reader: FrameReader, announce: Callable[[str], None]) -> float:
    seen = seen_hands(
        reader, estimator_named("mediapipe"), detection=0.5, tracking=0.5, announce=announce, progress=lambda k: None
    )
    return float(np.mean((seen.score > 0).any(axis=1)))


def _seen(draft: Draft, root: Path, folder: Path, progress: Progress) -> Seen:
    """Run the stages up to the object's motion for a spec that names one moved object, and read what they made."""
    out = folder.absolute() / "build" / f"{draft.skill}.draft"
    existed = out.exists()
    with tempfile.TemporaryDirectory(prefix="skillc-draft-") as scratch:
        spec = Path(scratch) / "probe.yaml"
        spec.write_text(_probe(draft), encoding="utf-8")
        job, _ = open_job(spec, out=out, data=root, last=LAST)
        try:
            build(job, progress)
            return _read(out, draft, float(job.spec.at("method.stages.keyframes.lift_height")))
        finally:
            progress.close()
            if not existed:
                shutil.rmtree(out, ignore_errors=True)


def _probe(draft: Draft) -> str:
    camera = draft.camera
    lines = [
        f"skill: {yaml_quoted(draft.skill)}",
        "language: 1",
        "summary: What moves?",
        "demonstrations:",
        f"  recording: {yaml_quoted(draft.recording)}",
        *([f"  region: {draft.region}"] if draft.region else []),
        "cameras:",
        "  main:",
        f"    model: {camera.model}",
        *([f"    focal: {camera.focal}"] if camera.focal else []),
        f"    calibration: {{tag: {camera.tag}, id: {camera.id}, size: {camera.size}}}",
        f"scene: {{objects: {{{yaml_quoted(draft.manipulated)}: {{role: manipulated}}}}}}",
        "task: {type: lift}",
        f"hardware: {draft.hardware}",
        "method: video2sim2real",
        "deploy: {on_fault: {else: hold}}",
    ]
    return "\n".join(lines) + "\n"


def _read(out: Path, draft: Draft, lift_height_m: float) -> Seen:
    recording = Recording.load(out / "recording.json")
    landmarks = Landmarks.load(out / "motion" / "landmarks.npz")
    motion = ObjectMotion.load(out / "motion" / "object.npz")
    scene, masks = Scene.load(out / "scene" / "scene.json"), Masks.load(out / "scene" / "masks.npz").mask
    twin = Twin.load(out / "twin" / "twin.json")
    tracks, time_s = Tracks.load(out / "motion" / "tracks.npz"), np.asarray(recording.time_s)
    mine = tracks.object_index == next(k for k, o in enumerate(scene.objects) if o.name == draft.manipulated)
    moved = movement(
        motion.T_table_object,
        outline_points(twin.manipulated, out / "twin"),
        motion.position_sigma_m,
        motion.rotation_sigma_rad,
        motion.centroid_px,
        landmarks.joints_px,
        time_s,
        slide_px=slide_residual(
            tracks.xy_px[:, mine],
            tracks.visible[:, mine],
            Calibration.load(out / "calibration.json"),
            recording.reference_frame,
            time_s,
        ),
        lift_height_m=lift_height_m,
    )
    end = motion.T_table_object[-1][:2, 3]

    def away(name: str) -> float:
        """Return how far a thing's edge is from where the moved object ends, m; infinite if no shape was found."""
        found = next((o for o in twin.objects if o.name == name), None)
        if found is None:
            return math.inf
        return float(np.hypot(*(np.asarray(found.T_table_object)[:2, 3] - end))) - max(found.size_m[:2]) / 2

    rest = [k for k, thing in enumerate(scene.objects) if thing.name != draft.manipulated]
    order = [scene.objects.index(next(o for o in scene.objects if o.name == draft.manipulated))]
    order += sorted(rest, key=lambda k: away(scene.objects[k].name))
    lines = []
    for number, k in enumerate(order, 1):
        x, y, width, height = scene.objects[k].box_px
        role = "moved" if number == 1 else "nearest to where it ends" if number == 2 else "another thing"
        lines.append(f"{number}: {role}, at: {{x: {x + width / 2:.0f} px, y: {y + height / 2:.0f} px}}")
    image = read_picture(out / "scene" / "reference.jpg")
    picture = number_candidates(image, [masks[k] for k in order], first=1)
    return Seen(
        hand_share=float(np.mean(landmarks.score > 0)),
        movement=moved,
        things=tuple(lines),
        target=len(order) > 1,
        picture=cv2.imencode(".png", picture[..., ::-1])[1].tobytes(),
    )


def _region_text(region: Region | None) -> str:
    if region is None:
        return ""
    return f"{{x: {region.x}, y: {region.y}, width: {region.width}, height: {region.height}}}"


def _about_view(view: VideoView) -> list[str]:
    lines = []
    if view.region is not None:
        side = "left" if view.region.x == 0 else "right"
        lines.append(f"The picture is two views side by side; the hand acts in the {side} one. Confirm `region`.")
    lines.append(
        f"The tag {view.tag.family} {view.tag.id} is seen in {view.tag.share:.0%} of the pictures looked at."
        " MEASURE its size: every length scales with it."
    )
    return lines


def _about_motion(seen: Seen, kind: TaskType) -> list[str]:
    m = seen.movement
    if m.shown.lifts:
        leans = f"{math.degrees(m.tilt_rad):.0f} deg"
        end = f"tilted by {leans}" if m.shown.pours else f"stays upright (leans {leans})"
        what = f"is lifted by {100 * m.rise_m:.0f} cm and {end}"
    else:
        side = "ahead of" if m.shown.pulls else "behind"
        what = f"slides {100 * m.slide_m:.0f} cm on the table, the wrist {side} it"
    looks = with_traits(m.shown)
    asked = "" if kind == looks else f" `{kind.name}` is as asked; the motion looks like a {looks.name}."
    confirm = asked or f" That is a {kind.name}: confirm `task`."
    return [
        f"A hand is seen in {seen.hand_share:.0%} of the frames.",
        f"One thing {what}, from {m.moved_s[0]:.1f} s to {m.moved_s[1]:.1f} s.{confirm}",
    ]
