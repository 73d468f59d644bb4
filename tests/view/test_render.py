"""Pictures through a calibrated camera: things appear where the camera model projects them."""

from typing import Any

import mujoco
import numpy as np
import pytest

from skillc.runtime.view.render import Renderer, View, over

MODEL = """<mujoco><worldbody><light pos="0 0 3"/>
 <geom name="ball" type="sphere" size="0.02" pos="0.1 0.2 0.05" rgba="1 0 0 1"/></worldbody></mujoco>"""


@pytest.fixture(scope="module")
def scene() -> tuple[mujoco.MjModel, mujoco.MjData]:
    model = mujoco.MjModel.from_xml_string(MODEL)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return model, data


def opened(model: mujoco.MjModel, view: View) -> Renderer:
    try:
        return Renderer(model, view)
    except Exception as reason:  # no OpenGL on this machine
        pytest.skip(f"no off-screen OpenGL: {reason}")


def with_intrinsics(view: View, K: list[list[float]]) -> View:
    return View(width=view.width, height=view.height, K=np.array(K, dtype=float), T_camera_table=view.T_camera_table)


@pytest.mark.parametrize(
    "K",
    [
        [[600.0, 0, 319.5], [0, 600, 239.5], [0, 0, 1]],
        [[600.0, 0, 280], [0, 600, 300], [0, 0, 1]],
        [[500.0, 0, 280], [0, 600, 300], [0, 0, 1]],
    ],
)
def test_a_ball_is_drawn_where_it_projects(scene: Any, K: list[list[float]]) -> None:
    model, data = scene
    view = with_intrinsics(View.looking_at(np.array([0.1, 0.2, 0.1]), np.array([0.3, -0.7, 0.5])), K)
    with opened(model, view) as renderer:
        picture, geoms = renderer.picture(data), renderer.geoms(data)
    assert picture.shape == (480, 640, 3)
    seen = np.argwhere(geoms == model.geom("ball").id).mean(axis=0)[::-1]
    point = view.T_camera_table @ [0.1, 0.2, 0.05, 1.0]
    projected = (view.K @ point[:3])[:2] / point[2]
    np.testing.assert_allclose(seen, projected, atol=0.7)
    assert (picture[geoms == model.geom("ball").id][:, 0] > picture[geoms == model.geom("ball").id][:, 2]).all()
    assert set(np.unique(geoms)) == {-1, model.geom("ball").id}


def test_looking_at_puts_the_target_in_the_middle_upright() -> None:
    view = View.looking_at(np.array([0.0, 0, 0]), np.array([1.0, 1, 1]))
    middle = view.T_camera_table @ [0, 0, 0, 1]
    np.testing.assert_allclose(middle[:2], 0, atol=1e-12)
    assert middle[2] == pytest.approx(np.sqrt(3))
    above = view.T_camera_table @ [0, 0, 0.1, 1]
    assert above[1] < 0
    np.testing.assert_allclose(view.T_camera_table[:3, :3] @ view.T_camera_table[:3, :3].T, np.eye(3), atol=1e-12)


def test_over_changes_only_what_is_seen() -> None:
    photo, drawn = np.full((2, 2, 3), 100, np.uint8), np.full((2, 2, 3), 200, np.uint8)
    seen = np.array([[True, False], [False, False]])
    mixed = over(photo, drawn, seen, opacity=0.5)
    assert mixed[0, 0].tolist() == [150, 150, 150]
    assert (mixed[~seen] == 100).all()
