"""The estimators that can be installed: what each needs and how large it is."""

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Estimator:
    """One perception worker with its own isolated environment."""

    name: str
    task: str
    """What it answers: hand_landmarks."""
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
    weights: str = ""
    """"" when the packages carry the models, else what the user has to provide, where."""

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

CATALOG: dict[str, Estimator] = {e.name: e for e in (MEDIAPIPE, HAMER, WILOR)}
"""Name -> estimator."""
