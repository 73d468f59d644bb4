"""The camera's driver on the maker's software device, and on a recorded file where one is here."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skillc.runtime.drivers.device import DeviceRefused
from skillc.runtime.drivers.realsense import LOST_S, CameraSettings, RealSense

rs: Any = pytest.importorskip("pyrealsense2")
WIDTH, HEIGHT = 64, 48
Show = Callable[..., None]


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def software() -> Iterator[tuple[Any, Show]]:
    """A software camera: where its framesets come out, and what puts a picture in."""
    device, lens = rs.software_device(), rs.intrinsics()
    lens.width, lens.height, lens.fx, lens.fy, lens.ppx, lens.ppy = WIDTH, HEIGHT, 60.0, 60.0, 32.0, 24.0
    lens.model, lens.coeffs = rs.distortion.none, [0.0] * 5
    streams = {}
    for uid, (kind, form, size) in enumerate(
        ((rs.stream.depth, rs.format.z16, 2), (rs.stream.color, rs.format.rgb8, 3))
    ):
        video = rs.video_stream()
        video.type, video.uid, video.fmt, video.bpp, video.intrinsics = kind, uid, form, size, lens
        video.width, video.height, video.fps = WIDTH, HEIGHT, 30
        sensor = device.add_sensor(str(kind))
        streams[kind] = (sensor, sensor.add_video_stream(video), size)
        if kind == rs.stream.depth:
            sensor.add_read_only_option(rs.option.depth_units, 0.001)
    apart = rs.extrinsics()
    apart.rotation, apart.translation = [0.0, 1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0], [0.059, 0.0, 0.0]
    streams[rs.stream.depth][1].register_extrinsics_to(streams[rs.stream.color][1], apart)
    device.create_matcher(rs.matchers.default)
    syncer = rs.syncer()
    for sensor, profile, _ in streams.values():
        sensor.open(profile)
        sensor.start(syncer)

    def show(number: int, depth_mm: int = 500, kinds: tuple[Any, ...] = (rs.stream.depth, rs.stream.color)) -> None:
        for kind in kinds:
            sensor, profile, size = streams[kind]
            frame = rs.software_video_frame()
            frame.stride, frame.bpp, frame.timestamp, frame.frame_number = WIDTH * size, size, number * 33.0, number
            frame.domain, frame.profile = rs.timestamp_domain.hardware_clock, profile.as_video_stream_profile()
            depth = np.full((HEIGHT, WIDTH), depth_mm, np.uint16)
            depth[: HEIGHT // 4] = 0
            frame.pixels = depth if kind == rs.stream.depth else np.full((HEIGHT, WIDTH, 3), number, np.uint8)
            sensor.on_video_frame(frame)
        time.sleep(0.05)  # the syncer has a thread of its own

    yield syncer, show
    for sensor, _, _ in streams.values():
        sensor.stop()
        sensor.close()


def test_pictures_carry_their_times_and_their_age(software: tuple[Any, Show]) -> None:
    syncer, show = software
    clock = Time()
    camera = RealSense("123", syncer, 30.0, clock)
    assert camera.newest() is None and camera.age_s() == float("inf")
    for number in range(1, 5):
        show(number)
    picture = camera.newest()
    assert picture is not None and picture.colour.shape == (HEIGHT, WIDTH, 3) and picture.colour[0, 0, 0] == 4
    assert picture.frame.number == 4 and picture.frame.colour_s == picture.frame.depth_s == pytest.approx(0.132)
    assert picture.depth_matrix[0].tolist() == [60.0, 0.0, 32.0] and picture.T_colour_depth[0, 3] == pytest.approx(
        0.059
    )
    assert picture.T_colour_depth[:2, 0].tolist() == [0.0, 1.0]  # stored column by column
    assert picture.depth_m[-1, 0] == pytest.approx(0.5) and picture.frame.invalid_depth == pytest.approx(0.25)
    clock.now += 0.2
    again = camera.newest()
    assert again is picture and camera.age_s() == pytest.approx(0.2)  # the same picture again is as old as it is


def test_colour_without_depth_is_no_picture(software: tuple[Any, Show]) -> None:
    syncer, show = software
    camera = RealSense("123", syncer, 30.0)
    for number in range(1, 4):
        show(number, kinds=(rs.stream.color,))
    assert camera.newest() is None


def test_a_camera_that_falls_silent_is_told(software: tuple[Any, Show]) -> None:
    syncer, show = software
    clock = Time()
    camera = RealSense("123", syncer, 30.0, clock)
    for number in range(1, 4):
        show(number)
    camera.newest()
    assert camera.reports() == ()
    clock.now += LOST_S + 0.1
    (report,) = camera.reports()
    assert (report.code, report.fault) == ("R11", "camera_lost") and "replug it" in report.message


def test_a_camera_that_is_not_connected_refuses() -> None:
    with pytest.raises(DeviceRefused, match=r"camera 0000 is not connected \(connected: none\)"):
        RealSense.connect(CameraSettings(serial="0000", size=(640, 480), rate_hz=30))


def test_a_file_that_is_none_refuses(tmp_path: Path) -> None:
    (tmp_path / "x.bag").write_bytes(b"no recording")
    with pytest.raises(DeviceRefused, match="cannot be played back"):
        RealSense.play(tmp_path / "x.bag")
