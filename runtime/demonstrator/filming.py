"""Render a performance frame by frame with MuJoCo, without a window.

Importing this module binds MuJoCo's OpenGL platform, so `MUJOCO_GL` must be set before.
"""

from collections.abc import Iterator

import mujoco
import numpy as np

from skillc.runtime.demonstrator.hand_skin import HandSkin
from skillc.runtime.demonstrator.performance import Performance
from skillc.runtime.demonstrator.scripts import Script
from skillc.runtime.demonstrator.sensors import DepthArray
from skillc.runtime.demonstrator.set_design import Look
from skillc.runtime.demonstrator.theatre import build_theatre, pose_scene
from skillc.runtime.demonstrator.viewpoint import MARGIN, Viewpoint
from skillc.runtime.formats.arrays import Image


def film(
    *,
    script: Script,
    performance: Performance,
    skin: HandSkin,
    look: Look,
    viewpoint: Viewpoint,
    rng: np.random.Generator,
) -> Iterator[tuple[Image, DepthArray]]:
    """Yield for each frame the clean picture (H, W, 3) and the true depth (H, W) float32 in metres."""
    theatre = build_theatre(props=script.props, skin=skin, look=look, viewpoint=viewpoint, rng=rng)
    data = mujoco.MjData(theatre.model)
    camera = viewpoint.camera
    left, top = viewpoint.offset_px
    rows, columns = camera.height + 2 * MARGIN, camera.width + 2 * MARGIN
    cut = (slice(top, top + camera.height), slice(left, left + camera.width))
    near, far = (float(getattr(theatre.model.vis.map, k) * theatre.model.stat.extent) for k in ("znear", "zfar"))
    picture, buffer = np.zeros((rows, columns, 3), np.uint8), np.zeros((rows, columns), np.float32)
    with mujoco.Renderer(theatre.model, rows, columns) as renderer:
        viewport = mujoco.MjrRect(0, 0, columns, rows)
        for Ts_prop, Ts_bone in zip(performance.Ts_prop, performance.Ts_bone, strict=True):
            pose_scene(theatre, data, Ts_prop, Ts_bone)
            renderer.update_scene(data, "main")
            renderer.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = False
            renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
            # colour and depth of one drawing: the renderer's own methods would draw twice
            mujoco.mjr_render(viewport, renderer.scene, renderer._mjr_context)
            mujoco.mjr_readPixels(picture, buffer, viewport, renderer._mjr_context)
            depth = (near * far / (near + (far - near) * buffer[::-1][cut])).astype(np.float32)
            yield picture[::-1][cut].copy(), depth
