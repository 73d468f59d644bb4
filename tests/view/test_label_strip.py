"""Pictures stand side by side, rows below each other, a name above each column."""

from pathlib import Path

import cv2
import numpy as np

from skillc.runtime.view.label_strip import save_strip


def test_a_strip_holds_all_pictures_in_colour_and_a_name_above_each_column(tmp_path: Path) -> None:
    red, blue = (np.full((60, 100, 3), colour, np.uint8) for colour in ((255, 0, 0), (0, 0, 255)))
    save_strip([[red, blue], [blue, red]], ["one", "two"], 100, tmp_path / "new" / "strip.png")
    found = cv2.imread(str(tmp_path / "new" / "strip.png"))[..., ::-1]
    assert found.shape == (120, 200, 3)
    assert found[115, 50].tolist() == [0, 0, 255] and found[115, 150].tolist() == [255, 0, 0]
    white = (found[:40] == 255).all(axis=-1)
    assert white[:, :100].any() and white[:, 100:].any() and not (found[60:] == 255).all(axis=-1).any()


def test_a_row_that_is_wider_than_another_is_cut(tmp_path: Path) -> None:
    wide, narrow = np.zeros((30, 90, 3), np.uint8), np.zeros((30, 70, 3), np.uint8)
    save_strip([[wide], [narrow]], [], 90, tmp_path / "strip.png")
    assert cv2.imread(str(tmp_path / "strip.png")).shape == (60, 70, 3)
