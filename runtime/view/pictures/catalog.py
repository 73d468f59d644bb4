"""Which pictures there are, each drawn where everything it shows was made.

Only names are here: reading this list loads no drawing library.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skillc.runtime.view.pictures.canvas import Shown

ACROSS = ("overview", "final", "moments")
"""Pictures of what several stages made."""
PHOTO = ("scene/reference.jpg", "calibration.json")
CELL = (
    "robot", "twin", "placement.json", "motion/object.npz", "keyframes.json", "motion/retargeted.npz",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class StagePicture:
    """One picture."""

    name: str
    """The stage that is looked at, or one of `ACROSS`: the module beside this one that draws it, the file's stem."""
    title: str
    caption: str
    shows: tuple[str, ...]
    """Files and folders of the build that are drawn."""

    def draw(self, made: "Shown", picture: Path) -> None:
        """Write the picture as PNG."""
        import_module(f"skillc.runtime.view.pictures.{self.name}").draw(made, picture)


PICTURES = (
    StagePicture(
        name="overview",
        title="From the video to the robot",
        caption="The video with the twin's outlines, and the refined motion at the same moments.",
        shows=(*CELL, "recording.json", "calibration.json", "motion/landmarks.npz", "motion/reference.npz"),
    ),
    StagePicture(
        name="landmarks",
        title="Hand landmarks",
        caption="The 21 joints the hand estimator found.",
        shows=("recording.json", "motion/landmarks.npz"),
    ),
    StagePicture(
        name="scene",
        title="Scene",
        caption="What stands on the table and which thing each name means.",
        shows=(*PHOTO, "scene/scene.json", "scene/masks.npz"),
    ),
    StagePicture(
        name="twin",
        title="Twin over the video",
        caption="The fitted shapes projected into the reference picture.",
        shows=(*PHOTO, "twin"),
    ),
    StagePicture(
        name="tracks",
        title="Tracks",
        caption="Points followed through the recording.",
        shows=(*PHOTO, "scene/scene.json", "motion/tracks.npz"),
    ),
    StagePicture(
        name="object_motion",
        title="Object motion",
        caption="The twin at its estimated pose over the video at several frames.",
        shows=(*PHOTO, "twin", "motion/object.npz"),
    ),
    StagePicture(
        name="final",
        title="Twin over the last frame",
        caption="Where everything is found to have ended; beside the picture above, what moved and how.",
        shows=("recording.json", "calibration.json", "twin", "motion/object.npz"),
    ),
    StagePicture(
        name="moments",
        title="Keyframes and their neighbours",
        caption="Each keyframe among the frames around it, cut out about the object with its outline.",
        shows=("recording.json", "calibration.json", "twin", "motion/object.npz", "keyframes.json"),
    ),
    StagePicture(
        name="keyframes",
        title="Keyframe signals",
        caption="The signals from which the keyframes were found.",
        shows=("recording.json", "twin", "motion/object.npz", "motion/landmarks.npz", "keyframes.json"),
    ),
    StagePicture(
        name="hands",
        title="Human hand",
        caption="The metric hand in the table frame.",
        shows=("twin", "motion/object.npz", "keyframes.json", "motion/hand.npz"),
    ),
    StagePicture(
        name="retarget",
        title="Retargeted motion",
        caption="The human hand's motion on the robot before refinement (Eq. 1).",
        shows=("motion/retargeted.npz",),
    ),
    StagePicture(
        name="grasps",
        title="Grasps",
        caption="The chosen hand pose at contact.",
        shows=(*CELL, "motion/grasps.npz"),
    ),
    StagePicture(
        name="reference",
        title="Refined motion",
        caption="Commanded joints, speed and jerk, with the phases and pinned anchors.",
        shows=(*CELL, "motion/reference.npz"),
    ),
)
"""In the order of the story."""
