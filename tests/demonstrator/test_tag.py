import numpy as np
import pytest

from skillc.runtime.demonstrator.tag import draw_tag
from skillc.runtime.demonstrator.textures import tag_paper
from skillc.runtime.perception.camera.fiducial import detect_tags


def test_the_drawn_tag_is_found_where_it_was_drawn() -> None:
    sheet = tag_paper(paper_cells=15, px_per_cell=16)
    found = detect_tags(sheet, "tagStandard41h12")
    assert [t.id for t in found] == [0]
    half = 5 * 16 / 2
    center = (len(sheet) - 1) / 2
    lower_left, lower_right = [center - half, center + half], [center + half, center + half]
    corners = found[0].corners_px
    assert min(np.linalg.norm(corners - lower_left, axis=1)) < 1.0
    assert min(np.linalg.norm(corners - lower_right, axis=1)) < 1.0


def test_tags_of_one_family_differ() -> None:
    assert draw_tag(0).shape == (9, 9)
    assert (draw_tag(0) != draw_tag(1)).sum() >= 12  # the family's minimum distance


@pytest.mark.parametrize("tag_id", [0, 23])
def test_a_tag_differs_from_its_rotations(tag_id: int) -> None:
    tag = draw_tag(tag_id)
    assert all((tag != np.rot90(tag, k)).sum() >= 12 for k in (1, 2, 3))
