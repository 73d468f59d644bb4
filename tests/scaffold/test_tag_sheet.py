import numpy as np
import pytest

from skillc.compiler.scaffold.tag_sheet import TagError, sheet_figure, tag_cells, write_sheet
from skillc.runtime.perception.camera.fiducial import detect_tags

DPI = 200


def picture(cells: np.ndarray, cell_mm: float) -> np.ndarray:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = sheet_figure(cells, cell_mm, "calibration")
    figure.set_dpi(DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])


def test_the_printed_tag_is_found_with_the_size_that_was_asked_for() -> None:
    (found,) = detect_tags(picture(tag_cells("tagStandard41h12", 0), 53.3 / 5), "tagStandard41h12")
    assert found.id == 0
    sides = np.linalg.norm(np.diff(np.vstack([found.corners_px, found.corners_px[:1]]), axis=0), axis=1)
    assert sides * 25.4 / DPI == pytest.approx(53.3, abs=0.2)


def test_another_number_is_another_tag() -> None:
    assert not np.array_equal(tag_cells("tagStandard41h12", 0), tag_cells("tagStandard41h12", 7))
    assert tag_cells("tagStandard41h12", 7).shape == (9, 9)


def test_the_sheet_is_the_same_every_time(tmp_path) -> None:
    for name in ("a.pdf", "b.pdf"):
        width = write_sheet(tmp_path / name, family="tagStandard41h12", number=3, size_m=0.05)
        assert width == pytest.approx(0.09)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("family", "number", "size"),
    [("tag99", 0, 0.05), ("tagStandard41h12", 99999, 0.05), ("tagStandard41h12", -1, 0.05), ("tag36h11", 0, 5.0)],
)
def test_a_tag_that_cannot_be_printed_is_told(tmp_path, family: str, number: int, size: float) -> None:
    with pytest.raises(TagError):
        write_sheet(tmp_path / "a.pdf", family=family, number=number, size_m=size)
    assert not (tmp_path / "a.pdf").exists()
