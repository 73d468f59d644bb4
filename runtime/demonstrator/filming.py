"""Render a performance frame by frame with MuJoCo, without a window: EGL, or OSMesa where EGL cannot start."""

from collections.abc import Iterator
from typing import Any

import mujoco
import numpy as np

from skillc.runtime.demonstrator.hand_skin import HandSkin
from skillc.runtime.demonstrator.nuisance import LEVELS, Nuisance
from skillc.runtime.demonstrator.performance import Performance
from skillc.runtime.demonstrator.script import Script
from skillc.runtime.demonstrator.second_hand import sway
from skillc.runtime.demonstrator.sensors import DepthArray
from skillc.runtime.demonstrator.set_design import Look
from skillc.runtime.demonstrator.shutter import instants
from skillc.runtime.demonstrator.staging import Staging
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
    nuisance: Nuisance = LEVELS[0],
    staging: Staging | None = None,
) -> Iterator[tuple[Image, DepthArray]]:
    """Yield for each frame the clean picture (H, W, 3) and the true depth (H, W) float32 in metres.

    It opens its own OpenGL context, so MUJOCO_GL need not be set. Close the iterator to free it early.
    """
    theatre = build_theatre(
        props=script.props, skin=skin, look=look, viewpoint=viewpoint, staging=staging or Staging(), rng=rng
    )
    model, camera = theatre.model, viewpoint.camera
    data = mujoco.MjData(model)
    left, top = viewpoint.offset_px
    rows, columns = camera.height + 2 * MARGIN, camera.width + 2 * MARGIN
    cut = (slice(top, top + camera.height), slice(left, left + camera.width))
    near, far = model.vis.map.znear * model.stat.extent, model.vis.map.zfar * model.stat.extent
    picture, buffer = np.zeros((rows, columns, 3), np.uint8), np.zeros((rows, columns), np.float32)
    option, whole = mujoco.MjvOption(), mujoco.MjrRect(0, 0, columns, rows)
    view = mujoco.MjvCamera()
    view.type, view.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, 0
    window = _context(columns, rows)
    window.make_current()
    scene = mujoco.MjvScene(model, maxgeom=1000)
    scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = nuisance.shadows
    scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
    drawing = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
    drawing.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR.value  # 1 near, 0 far: keeps its precision far away
    try:
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, drawing)
        for frame, time_s in enumerate(performance.time_s):
            moments = instants(performance, frame, nuisance.shutter, viewpoint.project)
            light = np.zeros((camera.height, camera.width, 3), np.uint16)
            for k, (Ts_prop, Ts_bone) in enumerate(moments):
                window.make_current()
                pose_scene(theatre, data, Ts_prop, Ts_bone, sway(float(time_s)))
                mujoco.mjv_updateScene(model, data, option, None, view, mujoco.mjtCatBit.mjCAT_ALL.value, scene)
                mujoco.mjr_render(whole, scene, drawing)
                mujoco.mjr_readPixels(picture, buffer, whole, drawing)
                light += picture[::-1][cut]
                if k == len(moments) // 2:
                    depth = (near * far / (near + (far - near) * buffer[::-1][cut])).astype(np.float32)
            yield (light // len(moments)).astype(np.uint8), depth
    finally:
        drawing.free()
        window.free()


def _context(width: int, height: int) -> Any:
    try:
        from mujoco.egl import GLContext
    except (ImportError, AttributeError, OSError):
        from mujoco.osmesa import GLContext
    return GLContext(width, height)
