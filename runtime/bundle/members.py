"""Which files of a build the runtime reads, and how large they may be."""

from pathlib import PurePosixPath

RECORDS = (
    "objective.json", "contract.json", "keyframes.json", "machine/machine.json", "environment/environment.json",
    "motion/reference.npz", "motion/retargeted.npz", "motion/object.npz", "motion/fidelity.json",
    "robot/profile.json", "twin/twin.json",
)  # fmt: skip
"""What every skill needs; a build with `--until` may lack some."""
SHOWN = ("calibration.json", "motion/hand.npz", "environment/reference.npz")
"""What pictures, the viewer and the environment of a baseline need; a skill runs without."""
MODELS = {"robot": (".xml", ".urdf", ".stl", ".obj", ".ply", ".glb", ".png"), "twin": (".obj",)}
"""Folder -> endings of the model files in it."""
POLICIES = {"policies": (".safetensors", ".onnx")}
"""Put there by who trained them: no build makes them."""
TRAINING = "checkpoints"
"""Folder of what training goes on from; no skill needs it."""
MOST_BYTES = {".json": 4 * 2**20, ".npz": 32 * 2**20, ".xml": 16 * 2**20, ".urdf": 16 * 2**20}
"""ours: a hundred times what a build of a minute has."""
MOST_MODEL_BYTES = 64 * 2**20
"""ours: of a mesh, a texture or the weights of a policy."""
MOST_FILES, MOST_TOTAL_BYTES = 1000, 256 * 2**20


def is_member(name: str) -> bool:
    """Tell whether the runtime reads the file `name` of a build."""
    path = PurePosixPath(name)
    folders = MODELS | POLICIES
    if TRAINING in path.parts:
        return False
    return name in RECORDS + SHOWN or (path.suffix.lower() in folders.get(path.parts[0], ()) and len(path.parts) > 1)


def most_bytes(name: str) -> int:
    """Return how large the file `name` may be."""
    return MOST_BYTES.get(PurePosixPath(name).suffix.lower(), MOST_MODEL_BYTES)
