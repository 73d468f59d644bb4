"""A mirrored lamp wanders, exposure follows what the hand covers, colours drift; and without them nothing changes."""

import numpy as np
import pytest

from skillc.runtime.demonstrator.nuisance import Nuisance
from skillc.runtime.demonstrator.room_light import RoomLight
from skillc.runtime.demonstrator.viewpoint import HEIGHT, WIDTH, Viewpoint, choose_viewpoint
from skillc.runtime.formats.arrays import FloatArray, Image
from skillc.runtime.geometry.projection import on_plane

GREY = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)


@pytest.fixture(scope="module")
def view() -> Viewpoint:
    return choose_viewpoint(np.random.default_rng(3))


@pytest.fixture(scope="module")
def table(view: Viewpoint) -> FloatArray:
    """Depth of a bare table."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    points = on_plane(view.camera, view.T_camera_table, np.stack([x, y], axis=-1).reshape(-1, 2).astype(float))
    depth = (points @ view.T_camera_table[:3, :3].T + view.T_camera_table[:3, 3])[:, 2].reshape(HEIGHT, WIDTH)
    return np.where((depth > 0) & (depth < 6), depth, 6.0).astype(np.float32)


def lit(view: Viewpoint, depth: FloatArray, time_s: float, picture: Image = GREY, **settings: float) -> Image:
    light = RoomLight(Nuisance(**settings), view, 5.0, np.random.default_rng(0))
    light.on(GREY, depth, 0.0)
    return light.on(picture, depth, time_s)


def test_without_nuisance_a_picture_stays_as_it_is(view: Viewpoint, table: FloatArray) -> None:
    assert np.array_equal(lit(view, table, 2.0), GREY)


def test_the_mirrored_lamp_lies_on_the_table_and_wanders(view: Viewpoint, table: FloatArray) -> None:
    spots = []
    for time_s in (0.0, 1.5):
        shine = lit(view, table, time_s, highlight=0.5, gloss=150.0)[..., 1].astype(float) - 120
        assert 30 < shine.max() <= 128 and (shine >= 0).all() and np.median(shine) < 10
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
        spots.append(np.array([(x * shine).sum(), (y * shine).sum()]) / shine.sum())
    assert np.linalg.norm(spots[1] - spots[0]) > 5


def test_exposure_brightens_what_a_dark_arm_leaves(view: Viewpoint, table: FloatArray) -> None:
    covered = GREY.copy()
    covered[:, :480] = 30
    plain, followed = (lit(view, table, 1.0, covered, gain_drift=g)[10, 900, 1] for g in (0.0, 1e-6))
    assert followed > plain == 120


def test_white_balance_drifts_red_and_blue_against_green(view: Viewpoint, table: FloatArray) -> None:
    red, green, blue = lit(view, table, 1.0, white_drift=0.3)[0, 0].astype(int)
    assert green == 120 and (red != 120 or blue != 120)
