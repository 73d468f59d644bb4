"""Groups of packages beyond the base installation: what each is for, and which modules show that it is there."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Extra:
    """What `pip install 'skillc[NAME]'` adds."""

    purpose: str
    modules: tuple[str, ...]
    """Top-level modules of its packages."""


EXTRAS = {
    "build": Extra(
        purpose="to build, run and judge skills",
        modules=(
            "scipy",
            "mujoco",
            "mink",
            "daqp",
            "trimesh",
            "cv2",
            "av",
            "pupil_apriltags",
            "matplotlib",
            "mcap",
            "cryptography",
        ),
    ),
    "perception": Extra(purpose="convex parts of what is no solid of revolution or box", modules=("coacd",)),
    "planning": Extra(purpose="`skillc plan-motion` around what blocks the straight way", modules=("ompl",)),
    "view": Extra(purpose="`skillc view`", modules=("viser",)),
    "learn": Extra(
        purpose="`skillc train`, trained policies, large estimators, environments as Gymnasium has them",
        modules=(
            "torch",
            "gymnasium",
            "rsl_rl",
            "tensordict",
            "safetensors",
            "onnx",
            "onnxruntime",
            "tensorboard",
        ),
    ),
    "hardware": Extra(purpose="RealSense recordings", modules=("pyrealsense2", "rosbags")),
    "leap": Extra(purpose="a LEAP hand (docs/drivers.md)", modules=("dynamixel_sdk", "serial")),
    "xarm": Extra(purpose="an xArm (docs/drivers.md)", modules=("xarm",)),
}


def extra_with(module: str) -> str | None:
    """Return the extra that brings a module (`cv2.aruco` -> `build`), or None."""
    top = module.split(".", maxsplit=1)[0]
    return next((name for name, extra in EXTRAS.items() if top in extra.modules), None)


def install(extra: str) -> str:
    """Return the command that installs an extra."""
    return f"pip install 'skillc[{extra}]'"
