"""The estimators that can be installed: what each needs and how large it is."""

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Estimator:
    """One perception worker with its own isolated environment."""

    name: str
    task: str
    """What it answers, one of `BUILT_IN`."""
    summary: str
    worker: str
    """File name below `workers/`."""
    pip: tuple[tuple[str, ...], ...]
    """Argument lists of successive `pip install` calls; empty where the user provides the environment."""
    download_mb: int
    """About how much is fetched."""
    disk_mb: int
    """About how much it takes on disk afterwards."""
    interpreter: str = ""
    """Environment variable with the interpreter of an environment the user made, where `pip` is empty."""
    boxes_from: str = ""
    """Estimator whose hands tell this one where to look; "" if it looks itself."""
    variables: tuple[tuple[str, str], ...] = ()
    """Further environment variables that must be set: (name, what it holds)."""
    weights: str = ""
    """"" when the packages carry the models, else what the user has to provide, where."""
    silence_s: float = 120.0
    """A worker that reports no progress for so long is taken for hung."""

    @property
    def digest(self) -> str:
        """Twelve hex digits of what gets installed; a changed list makes a new environment."""
        return hashlib.sha256(json.dumps(self.pip).encode()).hexdigest()[:12]


MEDIAPIPE = Estimator(
    name="mediapipe",
    task="hand_landmarks",
    summary="MediaPipe Hands: 21 landmarks per hand on the CPU; models inside the package (Apache-2.0)",
    worker="mediapipe_hands.py",
    pip=(
        # Without its dependency list: that pulls jax, sounddevice and sentencepiece (1 GB), none of which hands need.
        ("--no-deps", "mediapipe==0.10.21"),
        (
            "numpy==1.26.4",
            "protobuf==4.25.8",
            "absl-py==2.3.1",
            "attrs==25.4.0",
            "flatbuffers==25.9.23",
            "opencv-python-headless==4.11.0.86",
            "matplotlib==3.10.7",
        ),
    ),
    download_mb=130,
    disk_mb=420,
)

HAMER = Estimator(
    name="hamer",
    task="hand_landmarks",
    summary="HaMeR: hand mesh regression, the paper's estimator; a GPU makes it usable",
    worker="hamer_hands.py",
    pip=(),
    download_mb=0,
    disk_mb=0,
    interpreter="SKILLC_HAMER_PYTHON",
    boxes_from="mediapipe",
    weights="an environment with HaMeR, its checkpoint and MANO_RIGHT.pkl (registration at the MANO site)",
)

WILOR = Estimator(
    name="wilor",
    task="hand_landmarks",
    summary="WiLoR: hand detection and mesh regression",
    worker="wilor_hands.py",
    pip=(),
    download_mb=0,
    disk_mb=0,
    interpreter="SKILLC_WILOR_PYTHON",
    weights="an environment with WiLoR-mini and its weights (CC BY-NC-ND)",
)

GEMINI = Estimator(
    name="gemini",
    task="scene_semantics",
    summary="Gemini names what stands on the table (A.1.1 stage 1); four pictures are sent to Google",
    worker="gemini_names.py",
    pip=(("google-genai==1.47.0", "opencv-python-headless==4.11.0.86", "numpy==1.26.4"),),
    download_mb=80,
    disk_mb=290,
    variables=(("GEMINI_API_KEY", "your key of the Gemini API"),),
    weights="a key of the Gemini API; the model stays at Google",
    silence_s=600.0,
)

SAM2 = Estimator(
    name="sam2",
    task="object_masks",
    summary="SAM 2: redraws the outline of everything found on the table",
    worker="sam_masks.py",
    pip=(),
    download_mb=0,
    disk_mb=0,
    interpreter="SKILLC_SAM2_PYTHON",
    weights="an environment with SAM 2 and its weights (facebook/sam2.1-hiera-large is fetched on first use)",
    silence_s=1800.0,
)

SAM3 = Estimator(
    name="sam3",
    task="object_masks",
    summary="SAM 3: finds objects by words (A.1.1 stage 2)",
    worker="sam_masks.py",
    pip=(),
    download_mb=0,
    disk_mb=0,
    interpreter="SKILLC_SAM3_PYTHON",
    weights="an environment with SAM 3 and its weights (granted by Meta on request)",
    silence_s=1800.0,
)

SAM3D = Estimator(
    name="sam3d",
    task="object_meshes",
    summary="SAM 3D Objects: a mesh from one picture and a mask (A.1.1 stage 3); needs a GPU",
    worker="sam3d_meshes.py",
    pip=(),
    download_mb=0,
    disk_mb=0,
    interpreter="SKILLC_SAM3D_PYTHON",
    variables=(("SKILLC_SAM3D_CONFIG", "path of the checkpoint's pipeline.yaml"),),
    weights="an environment that imports `inference` of SAM 3D Objects, and its checkpoint (granted on request)",
    silence_s=3600.0,
)

COTRACKER3 = Estimator(
    name="cotracker3",
    task="point_tracks",
    summary="CoTracker3: follows points through the recording, the paper's tracker (A.1.2)",
    worker="cotracker_points.py",
    pip=(),
    download_mb=0,
    disk_mb=0,
    interpreter="SKILLC_COTRACKER3_PYTHON",
    weights="an environment with torch; torch.hub fetches CoTracker3 and its weights (CC BY-NC) on first use",
    silence_s=3600.0,
)

FOUNDATIONPOSE = Estimator(
    name="foundationpose",
    task="object_poses",
    summary="FoundationPose: pose of the twin's mesh in every frame of an RGB-D recording; needs a GPU",
    worker="foundationpose_poses.py",
    pip=(),
    download_mb=0,
    disk_mb=0,
    interpreter="SKILLC_FOUNDATIONPOSE_PYTHON",
    weights="an environment that imports `estimater` of FoundationPose, and its weights (non-commercial)",
    silence_s=3600.0,
)

CATALOG: dict[str, Estimator] = {
    e.name: e for e in (MEDIAPIPE, HAMER, WILOR, GEMINI, SAM2, SAM3, SAM3D, COTRACKER3, FOUNDATIONPOSE)
}
"""Name -> estimator."""

BUILT_IN = {
    "hand_landmarks": "",
    "scene_semantics": "spec",
    "object_masks": "clusters",
    "object_meshes": "outline",
    "point_tracks": "lucas_kanade",
    "object_poses": "outline",
}
"""What is answered -> what answers it without a worker; "" where a worker always does."""


def workers(task: str) -> tuple[str, ...]:
    """Return the modules that run in the environments of the estimators of `task`, and of those they ask themselves."""
    asked = [e for e in CATALOG.values() if e.task == task]
    asked += [CATALOG[e.boxes_from] for e in asked if e.boxes_from]
    return tuple(sorted({f"skillc.runtime.estimators.workers.{e.worker.removesuffix('.py')}" for e in asked}))


def names(task: str) -> tuple[str, ...]:
    """Return what a spec may choose for `task`, the built-in one first."""
    own = (BUILT_IN[task],) if BUILT_IN[task] else ()
    return (*own, *(e.name for e in CATALOG.values() if e.task == task))
