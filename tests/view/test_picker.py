"""A click in a recording's picture gives the pixel under it, as the spec counts it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from skillc.runtime.cli.failures import InputError
from skillc.runtime.cli.view import command
from skillc.runtime.perception.recording.faults import InputFault

pytest.importorskip("viser")

from skillc.runtime.view.picker import WIDE, Picker, picture_of

PICTURE = np.zeros((100, 200, 3), np.uint8)


@pytest.fixture
def picker() -> Iterator[Picker]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shown = Picker(PICTURE, "apple.mp4", "127.0.0.1", port)
    yield shown
    shown.close()


@pytest.mark.parametrize(
    ("share", "pixel"), [((0.001, 0.001), (0, 0)), ((0.5025, 0.255), (100, 25)), ((0.999, 0.999), (199, 99))]
)
def test_a_click_tells_the_pixel_it_meets(
    picker: Picker, share: tuple[float, float], pixel: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    target = np.array([share[0] * WIDE, (1 - share[1]) * WIDE / 2, 0.0])
    origin = np.array([0.7, 0.1, 1.2])
    picker._name.value, picker._role.value = "plate", "target"
    picker.click(origin, (target - origin) / np.linalg.norm(target - origin))
    told = f"plate: {{role: target, at: {{x: {pixel[0]}, y: {pixel[1]}}}}}"
    assert capsys.readouterr().out.strip() == told and told in picker._told.content


def test_a_click_beside_the_picture_tells_nothing(picker: Picker, capsys: pytest.CaptureFixture[str]) -> None:
    for direction in ((0.0, 1.0, 0.0), (3.0, 0.0, -1.0), (0.0, -3.0, -1.0)):
        picker.click(np.array([0.7, 0.1, 1.2]), np.array(direction))
    assert capsys.readouterr().out == ""


def test_frames_come_from_videos_folders_and_pictures(tmp_path: Path) -> None:
    (tmp_path / "film" / "color").mkdir(parents=True)
    for k in range(3):
        cv2.imwrite(str(tmp_path / "film" / "color" / f"{k}.png"), PICTURE + 80 * k)
    with av.open(str(tmp_path / "film.mp4"), "w") as video:
        stream = video.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 200, 100, "yuv420p"
        for k in range(3):
            for packet in stream.encode(av.VideoFrame.from_ndarray(PICTURE + np.uint8(80 * k), format="rgb24")):
                video.mux(packet)
        for packet in stream.encode():
            video.mux(packet)
    for path in (tmp_path / "film", tmp_path / "film.mp4"):
        assert abs(int(picture_of(path, 2)[50, 50, 1]) - 160) < 4
        for frame in (3, -1):
            with pytest.raises(InputFault, match=r"3 (frames|pictures)"):
                picture_of(path, frame)
    assert picture_of(tmp_path / "film" / "color" / "1.png", 0).shape == PICTURE.shape


def test_a_recording_has_no_log(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--pick shows a recording"):
        command(tmp_path, pick=0, log=tmp_path)


@pytest.mark.parametrize("name", ["missing.mp4", "empty.mp4", "empty"])
def test_what_is_no_recording_is_the_user_s_to_change(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(InputError):
        command(tmp_path / name, pick=0)
