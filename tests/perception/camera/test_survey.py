"""Two views side by side, and the tag a video shows."""

import cv2
import numpy as np

from skillc.runtime.perception.camera.survey import cut, find_tag, views


def table(seed: int, shade: int = 170) -> np.ndarray:
    """Return a picture (240, 320, 3) of a lit table with a few things on it."""
    generator = np.random.default_rng(seed)
    light = np.linspace(0, 40, 320)[None, :, None] + np.linspace(0, 20, 240)[:, None, None]
    picture = np.clip(shade + light + generator.normal(0, 2, (240, 320, 3)), 0, 255).astype(np.uint8)
    for _ in range(6):
        x, y = generator.integers(20, 300), generator.integers(20, 220)
        cv2.circle(picture, (int(x), int(y)), 18, generator.integers(0, 255, 3).tolist(), -1)
    return picture


def test_one_view_is_the_whole_picture() -> None:
    assert [(v.x, v.width) for v in views([table(k) for k in range(3)])] == [(0, 320)]


def test_two_views_side_by_side_are_told_by_their_seam() -> None:
    pictures = [np.concatenate([table(k), table(k + 9, shade=110)], axis=1) for k in range(3)]
    assert [(v.x, v.width, v.height) for v in views(pictures)] == [(0, 320, 240), (320, 320, 240)]


def test_a_thing_whose_edge_lies_in_the_middle_is_no_seam() -> None:
    pictures = [table(k) for k in range(3)]
    for picture in pictures:
        picture[60:160, 160:230] = (20, 20, 60)
    assert len(views(pictures)) == 1


def test_compression_does_not_hide_the_seam() -> None:
    pictures = []
    for k in range(3):
        both = np.concatenate([table(k), table(k + 9, shade=110)], axis=1)
        coded = cv2.imencode(".jpg", both, [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
        pictures.append(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    assert len(views(pictures)) == 2


def test_the_tag_is_found_with_its_family_and_number() -> None:
    pictures = [table(k) for k in range(3)]
    marker = cv2.aruco.generateImageMarker(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_100), 23, 56)
    for picture in pictures:
        picture[85:165, 115:195] = 255
        picture[97:153, 127:183] = marker[..., None]
    found = find_tag(pictures)
    assert found is not None and (found.family, found.id, found.share) == ("aruco_5x5_100", 23, 1.0)
    assert np.allclose(found.corners_px.mean(axis=0), (155, 125), atol=1.0)


def test_without_a_tag_none_is_found() -> None:
    assert find_tag([table(1)]) is None


def test_a_part_is_cut_out() -> None:
    both = np.concatenate([table(1), table(2, shade=110)], axis=1)
    right = views([both])[1]
    assert np.array_equal(cut(both, right), table(2, shade=110))
