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


def test_something_near_hides_a_strip_of_the_far_plane_on_one_side_only() -> None:
    depth = np.full(SHAPE, 1.0, np.float32)
    depth[:, 150:] = 0.5  # a wall's left edge: the second imager, to the right, looks past it less far
    raw = sense_depth(depth, GREY, 582.0, grain())
    jump = 582.0 * 0.095 * (1 / 0.5 - 1 / 1.0)
    depth_right = np.full(SHAPE, 1.0, np.float32)
    depth_right[:, :150] = 0.5
    raw_right = sense_depth(depth_right, GREY, 582.0, grain())
    hidden_left = (raw[:, 90:147] == 0).mean()
    hidden_right = (raw_right[:, 153:205] == 0).mean()
    assert max(hidden_left, hidden_right) > 0.9 * min(1.0, jump / 55)
    assert min(hidden_left, hidden_right) < 0.05


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
