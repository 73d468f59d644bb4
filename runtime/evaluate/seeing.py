"""The camera through which a simulated run is seen, and how wrong its calibration is."""

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.contract import Contract
from skillc.runtime.sight.rendered import CameraMounting

CAMERA_POSITION_M, CAMERA_ROTATION_RAD = 0.005, float(np.deg2rad(1.0))
"""ours: how far off and turned the camera may be from its calibration, evenly up to this, in a random direction."""
CAMERA_RATE_HZ, CAMERA_LATENCY_S = 15.0, 0.05
"""ours: a D455 in one of its slow modes, whose picture takes 50 ms from exposure through what locates objects in it."""
LONGEST_PX = 240
"""ours: pixels across; at a metre they are 6 mm apart, and a picture costs 30 ms of one processor to cast."""


def mounting_of(contract: Contract, seed: int, *, exact: bool = False) -> CameraMounting:
    """Return the contract's camera with fewer pixels, displaced by what `seed` draws.

    Args:
        contract: gives the camera's place and lens.
        seed: of its error and its noise.
        exact: stands where it is believed to, without noise.
    """
    rng = np.random.default_rng([seed, 13])
    off = np.concatenate([
        most * rng.random() * _direction(rng) for most in (CAMERA_POSITION_M, CAMERA_ROTATION_RAD)
    ])  # fmt: skip
    shrink = max(1.0, max(contract.image_size) / LONGEST_PX)
    width, height = (round(size / shrink) for size in contract.image_size)
    K = np.array(contract.camera_matrix)
    # Pixel centres are at whole coordinates.
    K[0] *= width / contract.image_size[0]
    K[1] *= height / contract.image_size[1]
    K[0, 2] += 0.5 * width / contract.image_size[0] - 0.5
    K[1, 2] += 0.5 * height / contract.image_size[1] - 0.5
    return CameraMounting(
        T_camera_table=contract.T_camera_table,
        matrix=K,
        size=(width, height),
        rate_hz=CAMERA_RATE_HZ,
        latency_s=CAMERA_LATENCY_S,
        off_by=(0.0,) * 6 if exact else tuple(off.tolist()),
        noisy=not exact,
        seed=seed,
    )


def _direction(rng: np.random.Generator) -> FloatArray:
    x = rng.normal(size=3)
    return np.asarray(x / np.linalg.norm(x))
