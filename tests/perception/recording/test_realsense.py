"""RealSense recordings: `.db3` written and read back through a software device, `.bag` from a real camera."""

import gc
import time
from pathlib import Path

import numpy as np
import pytest

from skillc.runtime.formats.recording import Camera
from skillc.runtime.geometry import se3
from skillc.runtime.perception.recording.camera_of import CameraSpec
from skillc.runtime.perception.recording.depth_alignment import align_depth
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import open_frames
from skillc.runtime.perception.recording.realsense import RealSenseFile, RealSenseSource, pair_frames
from skillc.runtime.perception.recording.realsense_bag import open_bag
from skillc.runtime.perception.recording.source import describe

pytestmark = pytest.mark.slow

UNKNOWN = CameraSpec(focal=None, focal_width=None, center=None, sensor=None)
WIDTH, HEIGHT = 160, 120


def color_of(k: int) -> np.ndarray:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[..., 0], picture[..., 1], picture[:, 40 + k : 60 + k, 2] = 200, np.arange(WIDTH), 90
    return picture


@pytest.fixture(scope="module")
def db3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 frames of a device whose colour camera sits 15 mm beside the depth camera."""
    rs = pytest.importorskip("pyrealsense2", reason="pyrealsense2 (extra: hardware) is not installed")
    path = tmp_path_factory.mktemp("realsense") / "software.db3"
    device = rs.software_device()
    sensors = {name: device.add_sensor(name) for name in ("Depth", "Color")}
    profiles = {}
    for name, kind, form, size in (
        ("Depth", rs.stream.depth, rs.format.z16, 2),
        ("Color", rs.stream.color, rs.format.rgb8, 3),
    ):
        lens = rs.intrinsics()
        lens.width, lens.height, lens.fx, lens.fy, lens.ppx, lens.ppy = WIDTH, HEIGHT, 150.0, 150.0, 79.5, 59.5
        lens.model, lens.coeffs = rs.distortion.none, [0.0] * 5
        stream = rs.video_stream()
        stream.type, stream.index, stream.uid = kind, 0, len(profiles)
        stream.fps, stream.bpp, stream.fmt = 30, size, form
        stream.width, stream.height, stream.intrinsics = WIDTH, HEIGHT, lens
        profiles[name] = sensors[name].add_video_stream(stream)
    sensors["Depth"].add_read_only_option(rs.option.depth_units, 0.0005)
    beside = rs.extrinsics()
    beside.rotation, beside.translation = [1, 0, 0, 0, 1, 0, 0, 0, 1], [0.015, 0, 0]
    profiles["Depth"].register_extrinsics_to(profiles["Color"], beside)
    recorder = rs.recorder(str(path), device)
    recorded = recorder.query_sensors()
    for sensor in recorded:
        sensor.open(sensor.get_stream_profiles()[0])
        sensor.start(lambda frame: None)
    for k in range(40):
        for name, pixels, size in (
            ("Depth", np.full((HEIGHT, WIDTH), 1200 + k, np.uint16), 2),
            ("Color", color_of(k), 3),
        ):
            frame = rs.software_video_frame()
            frame.pixels, frame.stride, frame.bpp = pixels, WIDTH * size, size
            frame.timestamp, frame.frame_number = 1000 + k * 100 / 3, k
            frame.domain = rs.timestamp_domain.hardware_clock
            frame.profile = profiles[name].as_video_stream_profile()
            if name == "Depth":
                frame.depth_units = 0.0005
            sensors[name].on_video_frame(frame)
        time.sleep(0.003)
    time.sleep(0.2)
    for sensor in recorded:
        sensor.stop()
        sensor.close()
    del recorder, recorded, sensor
    gc.collect()
    return path


def test_a_db3_reads_back_what_the_device_sent(db3: Path) -> None:
    recording = describe(db3, db3.name, camera=UNKNOWN, region=None, reference="first", focal_sigma=0.014)
    assert recording.kind == "realsense_db3"
    assert recording.camera.fx == 150
    assert recording.depth_unit_m == pytest.approx(0.0005)
    assert len(recording.time_s) >= 38
    assert recording.fps == pytest.approx(30, rel=0.02)
    with open_frames(recording, db3.parent) as reader:
        assert (reader.color(7) == color_of(7)).all()
        depth = reader.depth(7)
        assert depth is not None
        assert np.nanmedian(depth) == pytest.approx((1200 + 7) * 0.0005, abs=0.0006)
        # The depth picture moves by f * 15 mm / 0.6 m = 3.7 px to the right in the colour camera.
        assert np.isnan(depth[:, :3]).all()
        assert np.isfinite(depth[:, 5:]).mean() > 0.98


def test_a_real_bag_gives_colour_and_aligned_depth(recordings: Path) -> None:
    pytest.importorskip("rosbags", reason="rosbags (extra: hardware) is not installed")
    path = recordings / "sensor_formats" / "realsense_640x480.bag"
    source = RealSenseSource(open_bag(path), (0, 0, 640, 480))
    assert len(source) == 1
    assert source.color(0).shape == (480, 640, 3)
    depth = source.depth(0)
    assert depth is not None
    assert np.isfinite(depth).mean() > 0.9
    assert 1.0 < np.nanmedian(depth) < 2.5
    source.close()


def test_a_bag_of_two_frames_is_too_short(recordings: Path) -> None:
    pytest.importorskip("rosbags", reason="rosbags (extra: hardware) is not installed")
    path = recordings / "sensor_formats" / "realsense_640x480.bag"
    with pytest.raises(InputFault) as caught:
        describe(path, path.name, camera=UNKNOWN, region=None, reference="first", focal_sigma=0.014)
    assert caught.value.code == "SK805"


@pytest.mark.parametrize("head", [b"SQLite format 3\x00" + bytes(500), b"#ROSBAG V2.0\n" + bytes(500)])
def test_damaged_files_are_refused(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "broken"
    path.write_bytes(head)
    with pytest.raises(InputFault) as caught:
        describe(path, path.name, camera=UNKNOWN, region=None, reference="first", focal_sigma=0.014)
    assert caught.value.code == "SK804"


def file_with(color_times: list[float], depth_times: list[float]) -> RealSenseFile:
    camera = Camera(width=4, height=3, fx=3, fy=3, cx=1.5, cy=1)
    return RealSenseFile(
        name="x", color=camera, depth=camera, T_color_depth=np.eye(4), depth_unit_m=0.001,
        color_times_s=tuple(color_times), depth_times_s=tuple(depth_times),
        read_color=lambda k: np.zeros((3, 4, 3), np.uint8), read_depth=lambda k: np.zeros((3, 4)), close=lambda: None,
    )  # fmt: skip


def test_frames_more_than_one_period_apart_are_dropped_and_counted() -> None:
    times = [k / 30 for k in range(10)]
    pairs = pair_frames(file_with(times, [t + 0.004 for t in times if not 0.09 < t < 0.21]))
    assert pairs.dropped >= 2
    assert all(b > a for a, b in zip(pairs.depth, pairs.depth[1:], strict=False))


def test_streams_that_never_meet_are_refused() -> None:
    with pytest.raises(InputFault) as caught:
        pair_frames(file_with([0.0, 0.03], [9.0, 9.03]))
    assert caught.value.code == "SK813"


def test_aligned_depth_puts_the_nearer_surface_in_front() -> None:
    depth = Camera(width=80, height=60, fx=60, fy=60, cx=39.5, cy=29.5)
    metres = np.full((60, 80), 1.0)
    metres[20:40, 30:50] = 0.5
    T = se3.from_parts(np.eye(3), np.array([0.05, 0.0, 0.0]))
    aligned = align_depth(metres, depth, depth, T)
    # Background moves by 60 * 0.05 / 1 = 3 px, the near square by 6 px over it.
    assert aligned[30, 50] == pytest.approx(0.5)
    assert aligned[30, 54] == pytest.approx(0.5)
    assert aligned[30, 60] == pytest.approx(1.0)
    assert np.isnan(aligned[30, 1])
