import numpy as np

from skillc.runtime.demonstrator.sensors import DEPTH_UNIT, Grain, expose, sense_depth

SHAPE = (240, 320)
GREY = np.full((*SHAPE, 3), 128, dtype=np.uint8)


def grain() -> Grain:
    return Grain(*SHAPE, np.random.default_rng(0))


def test_a_plane_is_seen_at_its_place_with_millimetre_noise() -> None:
    for distance, largest in ((0.5, 0.0008), (1.0, 0.0032)):
        raw = sense_depth(np.full(SHAPE, distance, np.float32), GREY, 582.0, grain())
        seen = raw[raw > 0] * DEPTH_UNIT
        assert (raw > 0).mean() > 0.97
        assert abs(seen.mean() - distance) < 0.0005
        assert 0.0002 < seen.std() < largest


def test_a_near_wall_hides_a_strip_of_the_far_plane_to_its_left() -> None:
    strip = 582.0 * 0.095 * (1 / 0.5 - 1 / 1.0)  # px: difference of the two disparities, 55
    wall_on_the_right, wall_on_the_left = np.full(SHAPE, 1.0, np.float32), np.full(SHAPE, 1.0, np.float32)
    wall_on_the_right[:, 150:], wall_on_the_left[:, :150] = 0.5, 0.5
    raw = sense_depth(wall_on_the_right, GREY, 582.0, grain())
    assert (raw[:, round(150 - strip) + 2 : 147] == 0).mean() > 0.95
    assert (raw[:, 60 : round(150 - strip) - 3] == 0).mean() < 0.05
    raw = sense_depth(wall_on_the_left, GREY, 582.0, grain())
    assert (raw[:, 155:250] == 0).mean() < 0.05


def test_edges_lose_depth() -> None:
    depth = np.full(SHAPE, 0.6, np.float32)
    depth[100:, :] = 0.5
    raw = sense_depth(depth, GREY, 582.0, grain())
    assert (raw[99:101] == 0).mean() > 0.3 > (raw[30:60] == 0).mean()


def test_noise_is_repeatable_and_different_from_frame_to_frame() -> None:
    depth = np.full(SHAPE, 0.6, np.float32)
    first, second = grain(), grain()
    a, b = expose(GREY, depth, 582.0, first), expose(GREY, depth, 582.0, first)
    assert np.array_equal(a, expose(GREY, depth, 582.0, second))
    assert not np.array_equal(a, b)
    assert 0.5 < a.astype(float).std() < 12


def test_a_corner_between_two_walls_is_darker_than_the_open() -> None:
    depth = np.full(SHAPE, 0.5, np.float32)
    depth[120:] -= np.minimum(np.arange(120) * 0.002, 0.1)[:, None].astype(np.float32)
    picture = expose(GREY, depth, 582.0, grain()).astype(float)
    assert picture[118:124, 100:220].mean() < picture[30:50, 100:220].mean() - 4
