from dataclasses import replace

import mujoco
import numpy as np

from skillc.runtime.policies.clouds.camera import DepthCamera, seen_by

SCENE = """
<mujoco><worldbody>
  <geom name="table" type="plane" size="1 1 .1"/>
  <body name="ball" pos=".1 .2 .05"><geom type="sphere" size=".05"/></body>
  <body name="lid" pos="{x} .2 .3"><geom type="box" size=".2 .2 .01"/></body>
</worldbody></mujoco>
"""
OVERHEAD = DepthCamera(
    T_camera_table=np.array([[1.0, 0, 0, -0.1], [0, -1, 0, 0.2], [0, 0, -1, 1.0], [0, 0, 0, 1]]),
    camera_matrix=np.array([[600.0, 0, 160], [0, 600, 120], [0, 0, 1]]),
    image_size=(320, 240),
)
"""1 m above the table, straight over the ball."""


def seen(camera: DepthCamera = OVERHEAD, lid_x: float = 0.9) -> np.ndarray:
    model = mujoco.MjModel.from_xml_string(SCENE.format(x=lid_x))
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    return seen_by(camera, model, data, model.body("ball").id, np.random.default_rng(0))


def test_the_cloud_is_the_half_of_the_ball_that_is_turned_to_the_camera() -> None:
    points = seen()
    np.testing.assert_allclose(np.linalg.norm(points - [0.1, 0.2, 0.05], axis=1), 0.05, atol=1e-9)
    assert points[:, 2].min() > 0.05 and points[:, 2].max() > 0.0999
    # pi r^2 of picture: the ball's outline is 0.05 / 0.95 of 600 px wide
    assert abs(len(points) - np.pi * (600 * 0.05 / 0.95) ** 2) < 0.02 * len(points)


def test_what_stands_before_the_ball_hides_it() -> None:
    assert len(seen(lid_x=0.1)) == 0
    half = seen(lid_x=0.3)
    assert 0 < len(half) < len(seen()) and half[:, 0].max() < 0.11


def test_a_ball_outside_of_the_picture_has_no_points() -> None:
    away = replace(OVERHEAD, T_camera_table=OVERHEAD.T_camera_table + np.array([[0, 0, 0, 0.6], *[[0.0] * 4] * 3]))
    assert len(seen(away)) == 0


def test_a_camera_that_is_off_moves_the_cloud_the_other_way() -> None:
    points = seen(replace(OVERHEAD, off_by=(0.01, 0.0, 0.0, 0.0, 0.0, 0.0)))
    # It sees a little of another side, too.
    np.testing.assert_allclose(points.mean(axis=0) - seen().mean(axis=0), [-0.01, 0.0, 0.0], atol=6e-4)


def test_depth_noise_lies_along_the_rays() -> None:
    noisy, exact = seen(replace(OVERHEAD, noise_m=0.002)), seen()
    assert 0.0018 < (noisy - exact)[:, 2].std() < 0.0022
    assert (noisy - exact)[:, 0].std() < 0.0002
