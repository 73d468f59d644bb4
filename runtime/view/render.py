"""Headless pictures of a simulation, from a free viewpoint or through a calibrated camera."""

from dataclasses import dataclass
from types import TracebackType
from typing import Any

import mujoco
import numpy as np

from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.formats.calibration import Calibration

NEAR_M, FAR_M = 0.02, 20.0
"""ours: from inside a grasp to the far wall."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A pinhole camera in the table frame (OpenCV axes: x right, y down, z forward); distortion is not drawn."""

    width: int
    height: int
    K: FloatArray
    """(3, 3) px; pixel centres at integer coordinates."""
    T_camera_table: FloatArray
    """(4, 4)."""

    @classmethod
    def from_calibration(cls, calibration: Calibration) -> "View":
        """Return the recording's own viewpoint."""
        camera = calibration.camera
        return cls(width=camera.width, height=camera.height, K=camera.K, T_camera_table=calibration.T_camera_table)

    @classmethod
    def looking_at(
        cls, target: FloatArray, eye: FloatArray, *, width: int = 640, height: int = 480, field_deg: float = 45.0
    ) -> "View":
        """Return a view from `eye` (3,) to `target` (3,) in metres, upright, with a vertical field of view."""
        z = np.asarray(target, dtype=np.float64) - eye
        z = z / np.linalg.norm(z)
        x = np.cross(z, [0.0, 0.0, 1.0])
        x = x / np.linalg.norm(x) if np.linalg.norm(x) > 1e-6 else np.array([1.0, 0.0, 0.0])
        R = np.stack([x, np.cross(z, x), z])
        T = np.eye(4)
        T[:3, :3], T[:3, 3] = R, -R @ eye
        f = height / 2 / np.tan(np.radians(field_deg) / 2)
        K = np.array([[f, 0, (width - 1) / 2], [0, f, (height - 1) / 2], [0, 0, 1]])
        return cls(width=width, height=height, K=K, T_camera_table=T)


class Renderer:
    """Draws one model off screen; EGL, or OSMesa where EGL cannot start. Use as a context manager or `close` it.

    It opens its own OpenGL context, so the MUJOCO_GL variable need not be set. Not for several threads at once.
    """

    def __init__(self, model: mujoco.MjModel, view: View) -> None:
        """Open a context for pictures of `view`'s size."""
        self._model, self._view = model, view
        fx, fy = view.K[0, 0], view.K[1, 1]
        self._drawn_width = round(view.width * fy / fx)
        model.vis.global_.offwidth = max(int(model.vis.global_.offwidth), self._drawn_width)
        model.vis.global_.offheight = max(int(model.vis.global_.offheight), view.height)
        self._gl = _context(self._drawn_width, view.height)
        self._gl.make_current()
        self._scene = mujoco.MjvScene(model, maxgeom=10000)
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = False
        self._scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        self._option = mujoco.MjvOption()
        self._context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self._context)

    def picture(self, data: mujoco.MjData, view: View | None = None) -> Image:
        """Return (H, W, 3) RGB of `data` from `view` (same size and focal ratio as at the start)."""
        self._draw(data, view or self._view, segment=False)
        return self._read()

    def geoms(self, data: mujoco.MjData, view: View | None = None) -> Any:
        """Return (H, W) int32: the geom id seen in each pixel, -1 for the background."""
        self._draw(data, view or self._view, segment=True)
        image = self._read(nearest=True).astype(np.int32)
        segment = image[..., 0] + (image[..., 1] << 8) + (image[..., 2] << 16)
        ids = np.full(self._scene.ngeom + 1, -1, dtype=np.int32)
        for geom in self._scene.geoms[: self._scene.ngeom]:
            if geom.segid >= 0 and geom.objtype == mujoco.mjtObj.mjOBJ_GEOM:
                ids[geom.segid + 1] = geom.objid
        return ids[segment]

    def close(self) -> None:
        """Free the context."""
        self._context.free()
        self._gl.free()

    def __enter__(self) -> "Renderer":
        """Return self."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _draw(self, data: mujoco.MjData, view: View, *, segment: bool) -> None:
        self._gl.make_current()
        mujoco.mjv_updateScene(
            self._model,
            data,
            self._option,
            None,
            mujoco.MjvCamera(),
            mujoco.mjtCatBit.mjCAT_ALL.value,
            self._scene,
        )
        T_table_camera = np.linalg.inv(view.T_camera_table)
        fx, fy, cx, cy = view.K[0, 0], view.K[1, 1], view.K[0, 2], view.K[1, 2]
        for camera in self._scene.camera:
            camera.pos = T_table_camera[:3, 3]
            camera.forward, camera.up = T_table_camera[:3, 2], -T_table_camera[:3, 1]
            camera.frustum_near, camera.frustum_far = NEAR_M, FAR_M
            camera.frustum_top = (cy + 0.5) / fy * NEAR_M
            camera.frustum_bottom = -(view.height - 0.5 - cy) / fy * NEAR_M
            camera.frustum_center = ((view.width - 1) / 2 - cx) / fx * NEAR_M
            camera.frustum_width = view.width / 2 / fx * NEAR_M
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SEGMENT] = segment
        self._scene.flags[mujoco.mjtRndFlag.mjRND_IDCOLOR] = segment
        mujoco.mjr_render(mujoco.MjrRect(0, 0, self._drawn_width, view.height), self._scene, self._context)

    def _read(self, *, nearest: bool = False) -> Image:
        drawn = np.empty((self._view.height, self._drawn_width, 3), dtype=np.uint8)
        mujoco.mjr_readPixels(drawn, None, mujoco.MjrRect(0, 0, self._drawn_width, self._view.height), self._context)
        upright: Image = np.ascontiguousarray(drawn[::-1])
        if self._drawn_width == self._view.width:
            return upright
        import cv2

        how = cv2.INTER_NEAREST if nearest else cv2.INTER_AREA
        resized = cv2.resize(upright, (self._view.width, self._view.height), interpolation=how)
        return resized.astype(np.uint8)


def render(model: mujoco.MjModel, data: mujoco.MjData, view: View) -> Image:
    """Return one picture (H, W, 3) RGB; for several, keep a `Renderer`."""
    with Renderer(model, view) as renderer:
        return renderer.picture(data)


def over(photo: Image, drawn: Image, seen: Any, *, opacity: float = 0.6) -> Image:
    """Return `photo` with `drawn` blended in where `seen` (H, W) is true."""
    blended = photo.astype(np.float64)
    blended[seen] = (1 - opacity) * blended[seen] + opacity * drawn[seen]
    return blended.astype(np.uint8)


def _context(width: int, height: int) -> Any:
    try:
        from mujoco.egl import GLContext
    except (ImportError, AttributeError, OSError):
        from mujoco.osmesa import GLContext
    return GLContext(width, height)
