"""Handles from drawn outlines: found where there is one, not where the outline is merely off."""

import mujoco
import numpy as np
import pytest

from skillc.runtime.formats.arrays import BoolArray
from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.formats.twin import Handle
from skillc.runtime.geometry import se3
from skillc.runtime.perception.scene.mask_shapes import overlap
from skillc.runtime.perception.scene.silhouette import filled, outline_of
from skillc.runtime.perception.shape.handle import SeenHandle, find_handle, with_handle
from skillc.runtime.perception.shape.mass_properties import MassProperties
from skillc.runtime.perception.shape.solids import FAMILIES
from tests.perception.shape.test_shape_fit import CAMERA, looking_down, mask_of

PAN = [0.3, 0.25, 0.2, 0.045, 0.7]
SIGMA_PX = 1.5
CALIBRATION = Calibration(
    camera=CAMERA, T_camera_table=looking_down(), position_sigma_m=0.001, rotation_sigma_rad=0.001, scale_sigma=0.01,
    reprojection_rms_px=0.2, table_plane_rms_m=None, source="tag", tags=(0,),
)  # fmt: skip


def seen(kind: str, fitted: list[float], mask: BoolArray, hidden: BoolArray | None = None) -> SeenHandle | None:
    family, p = FAMILIES[kind], np.array(fitted)
    body = outline_of(CAMERA, looking_down() @ family.pose(p), family.points(p))
    nothing = np.zeros_like(mask)
    place = nothing if hidden is None else hidden
    return find_handle(mask, place, body, family.pose(p), family.size(p), CALIBRATION, SIGMA_PX)


def drawn(handle: Handle) -> BoolArray:
    T = looking_down() @ FAMILIES["revolve"].pose(np.array(PAN))
    return filled(outline_of(CAMERA, T, handle.corners()), CAMERA.height, CAMERA.width)


def bar(yaw: float, end: float = 0.26) -> Handle:
    return Handle(yaw_rad=yaw, inner_m=0.1, outer_m=end, width_m=0.026, thickness_m=0.013, top_m=0.045)


@pytest.mark.parametrize("yaw", [-2.8, -1.0, 0.0, 0.4, 2.0])
def test_a_drawn_handle_is_found_and_raises_the_overlap(yaw: float) -> None:
    whole = mask_of("revolve", PAN) | drawn(bar(yaw))
    found = seen("revolve", PAN, whole)
    assert found is not None
    assert found.iou > 0.97 and found.iou > overlap(mask_of("revolve", PAN), whole)
    assert abs(np.angle(np.exp(1j * (found.handle.yaw_rad - yaw)))) < 0.12
    assert found.handle.outer_m == pytest.approx(0.26, abs=0.03)
    assert found.handle.width_m == pytest.approx(0.026, abs=0.012)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("revolve", PAN),
        ("sphere", [0.3, 0.25, 0.07]),
        ("ellipsoid", [0.3, 0.25, 0.07, 0.08]),
        ("cylinder", [0.25, 0.2, 0.06, 0.13]),
    ],
)
def test_a_body_that_is_fitted_off_by_two_sigma_has_none(kind: str, parameters: list[float]) -> None:
    import cv2

    mask = mask_of(kind, parameters)
    ragged = np.random.default_rng(0).normal(0, 1.5, mask.shape)
    field = cv2.GaussianBlur(ragged, (0, 0), 4) * 15
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    assert seen(kind, parameters, mask | (away < 3 + np.clip(field, -3, 3))) is None


def test_a_stem_is_no_handle() -> None:
    ball = [0.3, 0.25, 0.07]
    mask = mask_of("sphere", ball)
    rows, columns = np.nonzero(mask)
    top = rows.min()
    mask[top - 18 : top + 3, int(columns.mean()) - 2 : int(columns.mean()) + 3] = True
    assert seen("sphere", ball, mask) is None


def test_what_another_thing_may_own_is_no_handle() -> None:
    handle = drawn(bar(0.4))
    assert seen("revolve", PAN, mask_of("revolve", PAN) | handle, hidden=handle) is None


def test_mass_is_that_of_body_and_bar_and_the_body_stands() -> None:
    body = MassProperties(mass=0.3, center=(0, 0, 0.01), inertia=(8e-4, 8e-4, 1.5e-3))
    light = with_handle(body, bar(0.5), density=1000, wall=0.001, foot_radius=0.07)
    tube = 0.16 * (0.026 * 0.013 - 0.024 * 0.011) * 1000
    assert light.mass == pytest.approx(0.3 + tube)
    assert np.hypot(*light.center[:2]) == pytest.approx(tube * 0.18 / light.mass)
    heavy = with_handle(body, bar(0.5), density=8000, wall=0.005, foot_radius=0.07)
    assert np.hypot(*heavy.center[:2]) == pytest.approx(0.035)
    assert all(a > b for a, b in zip(light.inertia, body.inertia, strict=True))


def test_the_simulated_bar_is_where_the_handle_is() -> None:
    from skillc.runtime.sim.shapes import _add_handle

    spec = mujoco.MjSpec()
    body = spec.worldbody.add_body(name="pan", mass=1.0, inertia=[1e-3] * 3)
    _add_handle(body, "pan", bar(0.5), 1.0, {})
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    geom = data.geom("pan/handle")
    half = model.geom("pan/handle").size
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    placed = se3.apply(se3.from_parts(geom.xmat.reshape(3, 3), geom.xpos), signs * half)
    assert np.allclose(placed, bar(0.5).corners(), atol=1e-9)
