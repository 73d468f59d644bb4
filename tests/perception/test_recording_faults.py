"""FAULTS "Video and depth": every row ends in its code, with a hint, before anything is written."""

import json
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import cv2
import numpy as np
import pytest

from skillc.runtime.formats.recording import Recording
from skillc.runtime.perception.recording import video_header
from skillc.runtime.perception.recording.camera_of import CameraSpec, Region
from skillc.runtime.perception.recording.check import FrameCheckParameters, check_frames
from skillc.runtime.perception.recording.faults import InputFault
from skillc.runtime.perception.recording.frames import open_frames
from skillc.runtime.perception.recording.source import describe
from skillc.runtime.perception.recording.video import VideoSource
from tests.perception.recording.test_camera_shift import room

pytestmark = pytest.mark.slow

FOCAL = CameraSpec(focal=80.0, focal_width=None, center=None, sensor=None)
UNKNOWN = CameraSpec(focal=None, focal_width=None, center=None, sensor=None)
LIMITS = FrameCheckParameters(
    black_level=8, frozen_level=4, sharpness=2, depth_near_m=0.15, depth_far_m=6, depth_valid=0.4
)


def scene(k: int, width: int = 96, height: int = 64) -> np.ndarray:
    """A checkered table with a square that moves one pixel a frame."""
    y, x = np.mgrid[0:height, 0:width]
    picture = np.where(((x // 8 + y // 8) % 2)[..., None] == 0, 90, 160).astype(np.uint8) * np.ones(3, np.uint8)
    picture[20:36, 10 + k : 26 + k] = (220, 40, 40)
    return picture


def write_video(path: Path, pictures: list[np.ndarray], *, rate: int = 30, times: list[int] | None = None) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "10", "bf": "0"}
        for k, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[k], Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def described(path: Path, *, camera: CameraSpec = FOCAL, region: Region | None = None, reference: object = "first"):
    return describe(path, path.name, camera=camera, region=region, reference=reference, focal_sigma=0.014)  # type: ignore[arg-type]


def fault(path: Path, **rest: object) -> InputFault:
    with pytest.raises(InputFault) as caught:
        described(path, **rest)  # type: ignore[arg-type]
    assert caught.value.hint, "every fault says what to do"
    return caught.value


def frame_fault(recording: Recording, root: Path) -> InputFault:
    with open_frames(recording, root) as reader, pytest.raises(InputFault) as caught:
        check_frames(reader, LIMITS, lambda share: None)
    return caught.value


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "good.mp4", [scene(k) for k in range(45)])


def test_a_good_video_is_described_with_its_times_and_reads_back(video: Path) -> None:
    recording = described(video)
    assert len(recording.time_s) == 45
    assert recording.fps == pytest.approx(30)
    assert recording.time_s[1] == pytest.approx(1 / 30)
    with open_frames(recording, video.parent) as reader:
        first, _ = check_frames(reader, LIMITS, lambda share: None)
        assert first == 0
        late = reader.color(40).copy()
        assert np.abs(reader.color(3).astype(int) - scene(3).astype(int)).mean() < 6
        assert (reader.color(40) == late).all()
        with pytest.raises(IndexError):
            reader.color(45)


def test_a_region_is_cut_and_the_principal_point_is_its_middle(video: Path) -> None:
    recording = described(video, region=Region(x=0, y=0, width=48, height=64))
    assert (recording.camera.width, recording.camera.cx) == (48, 23.5)
    with open_frames(recording, video.parent) as reader:
        assert reader.color(0).shape == (64, 48, 3)


def test_a_missing_recording_is_named(tmp_path: Path) -> None:
    assert fault(tmp_path / "none.mp4").code == "SK801"


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"")
    assert fault(tmp_path / "a.mp4").code == "SK802"


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04" + bytes(64), b"hello world, this is text", b"#EXTM3U\n#EXT-X-VERSION:3\nhttp://x/y.ts\n"]
)
def test_other_files_and_playlists_are_not_videos(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    assert fault(tmp_path / "a.mp4").code == "SK803"


def test_a_truncated_file_is_refused(video: Path) -> None:
    video.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    assert fault(video).code == "SK804"


def test_a_damaged_file_is_found_when_its_frames_are_read(video: Path) -> None:
    data = bytearray(video.read_bytes())
    start = data.index(b"mdat") + 200
    data[start : start + 3000] = bytes(3000)
    video.write_bytes(bytes(data))
    try:
        recording = described(video)
    except InputFault as found:
        assert found.code == "SK804"
        return
    assert frame_fault(recording, video.parent).code in ("SK804", "SK812")


def test_a_recording_under_a_second_is_refused(tmp_path: Path) -> None:
    assert fault(write_video(tmp_path / "a.mp4", [scene(k) for k in range(20)])).code == "SK805"


def test_more_than_240_frames_a_second_are_refused(tmp_path: Path) -> None:
    assert fault(write_video(tmp_path / "a.mp4", [scene(k % 60) for k in range(300)], rate=250)).code == "SK806"


def test_a_picture_beyond_8192_px_is_refused(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", [np.full((16, 8208, 3), k * 5, np.uint8) for k in range(3)])
    assert fault(path).code == "SK807"


def test_a_header_that_promises_more_frames_is_refused(video: Path) -> None:
    data = bytearray(video.read_bytes())
    at = data.index(b"stsz")
    # stsz: version, sample size, count. A count of a million with 45 sizes behind it is a lie.
    data[at + 12 : at + 16] = struct.pack(">I", 1_000_000)
    video.write_bytes(bytes(data))
    started = time.monotonic()
    assert fault(video).code in ("SK804", "SK805", "SK808", "SK809")
    assert time.monotonic() - started < 2


def test_an_avi_that_is_cut_off_behind_a_whole_header_is_refused(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", [scene(k) for k in range(60)])
    data = bytearray(path.read_bytes())
    # strh: fccType, fccHandler, flags, priority, language, initial frames, scale, rate, start, length.
    at = data.index(b"strh") + 8 + 32
    assert struct.unpack("<I", data[at : at + 4]) == (60,)
    data[at : at + 4] = struct.pack("<I", 90)
    path.write_bytes(bytes(data))
    found = fault(path)
    assert found.code == "SK808" and "promises 90 frames, the file holds 60" in found.message


def times_fault(packets: Iterable[SimpleNamespace]) -> InputFault:
    """Return what is wrong with a container of these packets."""
    container = SimpleNamespace(demux=lambda stream: packets)
    stream = SimpleNamespace(time_base=Fraction(1, 30), width=96, height=64)
    with pytest.raises(InputFault) as caught:
        video_header._times("a.mkv", container, stream, 30.0, 96 * 64)  # type: ignore[arg-type]
    return caught.value


def test_packets_that_go_back_in_time_are_refused() -> None:
    """As in recordings that were stuck together: each begins anew, in between the times of the one before."""
    stamps = [*range(0, 60, 2), *range(1, 61, 2)]
    found = times_fault([SimpleNamespace(size=9, dts=at, pts=at) for at in stamps])
    assert found.code == "SK810" and "goes back at frame 30" in found.message


def test_packets_that_cannot_be_read_are_refused() -> None:
    def packets() -> Iterator[SimpleNamespace]:
        yield from (SimpleNamespace(size=9, dts=at, pts=at) for at in range(40))
        raise av.FFmpegError(5, "Input/output error")

    found = times_fault(packets())
    assert found.code == "SK804" and "damaged after 40 frames" in found.message


def test_a_frame_that_its_packets_promise_and_the_decoder_does_not_give_is_a_fault(video: Path) -> None:
    source = VideoSource(video, (0, 0, 96, 64))
    source.color(0)
    source._decoder = iter(())
    with pytest.raises(InputFault, match="frame 1 cannot be decoded") as caught:
        source.color(1)
    source.close()
    assert caught.value.code == "SK804"


def test_a_folder_with_more_times_than_pictures_is_refused(tmp_path: Path) -> None:
    times = [k / 30 for k in range(41)]
    assert fault(folder(tmp_path / "r", about={"time_s": times})).code == "SK808"


def test_a_bomb_of_pixels_is_refused_without_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_video(tmp_path / "a.mp4", [scene(k) for k in range(45)])
    monkeypatch.setattr("skillc.runtime.perception.recording.video_header.MAX_PIXELS", 96 * 64 * 44)
    assert fault(path).code == "SK809"


def test_rotation_metadata_is_applied_and_said(video: Path, tmp_path: Path) -> None:
    data = bytearray(video.read_bytes())
    at = data.index(b"tkhd")
    # The 3x3 display matrix of tkhd version 0 begins 40 bytes into the box's payload: a quarter turn.
    one = 0x00010000
    matrix = struct.pack(">9i", 0, one, 0, -one, 0, 0, 64 * one, 0, 0x40000000)
    data[at + 4 + 40 : at + 4 + 40 + 36] = matrix
    turned = tmp_path / "turned.mp4"
    turned.write_bytes(bytes(data))
    recording = described(turned)
    assert recording.rotation_deg in (90, 270)
    assert (recording.camera.width, recording.camera.height) == (64, 96)
    assert any("rotation" in note for note in recording.notes)
    with open_frames(recording, tmp_path) as reader:
        upright = np.rot90(scene(0), recording.rotation_deg // 90)
        assert np.abs(reader.color(0).astype(int) - upright.astype(int)).mean() < 6


@pytest.mark.parametrize(
    ("pictures", "what"),
    [
        ([np.zeros((64, 96, 3), np.uint8)] * 45, "black"),
        ([scene(0)] * 45, "moves"),
        ([cv2.GaussianBlur(scene(k), (0, 0), 9) for k in range(45)], "blurred"),
    ],
)
def test_black_frozen_and_blurred_pictures_are_refused(tmp_path: Path, pictures: list[np.ndarray], what: str) -> None:
    found = frame_fault(described(write_video(tmp_path / "a.mp4", pictures)), tmp_path)
    assert found.code == "SK812"
    assert what in found.message


def test_a_region_outside_the_picture_is_refused(video: Path) -> None:
    assert fault(video, region=Region(x=60, y=0, width=60, height=64)).code == "SK817"


def test_unknown_or_impossible_intrinsics_are_refused(video: Path) -> None:
    assert fault(video, camera=UNKNOWN).code == "SK816"
    bad_focal = CameraSpec(focal=-5.0, focal_width=None, center=None, sensor=None)
    assert fault(video, camera=bad_focal).code == "SK816"
    outside = CameraSpec(focal=80.0, focal_width=None, center=(500.0, 10.0), sensor=None)
    assert fault(video, camera=outside).code == "SK816"


def test_a_focal_length_belongs_to_the_resolution_it_was_given_for(video: Path) -> None:
    camera = CameraSpec(focal=160.0, focal_width=192, center=(96.0, 64.0), sensor=None)
    assert described(video, camera=camera).camera.fx == pytest.approx(80)
    assert described(video, camera=camera).camera.cx == pytest.approx(48)


def test_the_device_table_scales_with_the_stream(video: Path) -> None:
    sensor = CameraSpec(focal=None, focal_width=None, center=None, sensor=(1280, 800, 640.0, 20.0))
    # 96x64 is 3:2: the largest centred cut of 1280x800 is 1200x800, scaled by 0.08.
    assert described(video, camera=sensor).camera.fx == pytest.approx(640 * 0.08)


def folder(path: Path, *, count: int = 40, depth_mm: int = 700, about: dict[str, object] | None = None) -> Path:
    (path / "color").mkdir(parents=True)
    (path / "depth").mkdir()
    for k in range(count):
        cv2.imwrite(str(path / "color" / f"{k:05d}.png"), scene(k)[:, :, ::-1])
        cv2.imwrite(str(path / "depth" / f"{k:05d}.png"), np.full((64, 96), depth_mm, np.uint16))
    camera = {"width": 96, "height": 64, "fx": 80.0, "fy": 80.0, "cx": 47.5, "cy": 31.5, "fps": 30.0}
    camera |= {"depth_unit_m": 0.001} | (about or {})
    (path / "camera.json").write_text(json.dumps(camera))
    return path


def test_an_rgbd_folder_reads_metres_and_its_own_intrinsics(tmp_path: Path) -> None:
    path = folder(tmp_path / "r")
    raw = np.full((64, 96), 500, np.uint16)
    raw[:, :10] = 0
    cv2.imwrite(str(path / "depth" / "00003.png"), raw)
    recording = described(path, camera=UNKNOWN)
    assert recording.camera.fx == 80
    with open_frames(recording, tmp_path) as reader:
        depth = reader.depth(3)
        assert depth is not None
        assert np.isnan(depth[:, :10]).all()
        assert depth[0, 20] == pytest.approx(0.5)
        check_frames(reader, LIMITS, lambda share: None)


def test_another_number_of_depth_frames_is_refused(tmp_path: Path) -> None:
    path = folder(tmp_path / "r")
    (path / "depth" / "00007.png").unlink()
    assert fault(path).code == "SK813"


def test_metres_read_as_millimetres_are_found(tmp_path: Path) -> None:
    recording = described(folder(tmp_path / "r", about={"depth_unit_m": 1e-6}))
    found = frame_fault(recording, tmp_path)
    assert found.code == "SK814"
    assert "0.001" in found.hint


def test_depth_with_hardly_a_valid_pixel_is_refused(tmp_path: Path) -> None:
    assert frame_fault(described(folder(tmp_path / "r", depth_mm=0)), tmp_path).code == "SK819"


def test_units_of_an_eighth_of_a_millimetre_are_read(tmp_path: Path, recordings: Path) -> None:
    path = folder(tmp_path / "r", about={"depth_unit_m": 0.000125})
    source = sorted((recordings / "sensor_formats").glob("*.png"))[0]
    raw = cv2.imread(str(source), cv2.IMREAD_UNCHANGED)
    for k in range(40):
        cv2.imwrite(str(path / "color" / f"{k:05d}.png"), cv2.resize(scene(k), (640, 480)))
        cv2.imwrite(str(path / "depth" / f"{k:05d}.png"), raw)
    with open_frames(described(path, camera=FOCAL), tmp_path) as reader:
        depth = reader.depth(0)
        assert depth is not None
        assert np.nanmedian(depth) == pytest.approx(np.median(raw[raw > 0]) * 0.000125)


def test_eight_bit_and_lossy_depth_is_refused(tmp_path: Path) -> None:
    eight = folder(tmp_path / "a")
    cv2.imwrite(str(eight / "depth" / "00000.png"), np.full((64, 96), 90, np.uint8))
    assert fault(eight).code == "SK815"
    lossy = folder(tmp_path / "b")
    (lossy / "depth" / "00000.png").unlink()
    cv2.imwrite(str(lossy / "depth" / "00000.jpg"), np.full((64, 96), 90, np.uint8))
    assert fault(lossy).code == "SK815"


def test_times_that_go_back_are_refused(tmp_path: Path) -> None:
    times = [k / 30 for k in range(40)]
    times[20] = times[10]
    assert fault(folder(tmp_path / "r", about={"time_s": times})).code == "SK810"


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    assert fault(tmp_path / "x").code == "SK803"


def test_damaged_camera_data_is_refused(tmp_path: Path) -> None:
    path = folder(tmp_path / "r")
    (path / "camera.json").write_text("{")
    assert fault(path).code == "SK816"


@pytest.mark.parametrize("rate", [0.0, float("nan"), 500.0])
def test_impossible_rates_of_a_folder_are_refused(tmp_path: Path, rate: float) -> None:
    assert fault(folder(tmp_path / "r", about={"fps": rate})).code == "SK806"


def test_a_resolution_change_inside_is_found(tmp_path: Path) -> None:
    path = folder(tmp_path / "r")
    cv2.imwrite(str(path / "color" / "00020.png"), np.full((32, 48, 3), 90, np.uint8))
    assert frame_fault(described(path), tmp_path).code == "SK808"


def encoded(pictures: list[np.ndarray]) -> list[av.Packet]:
    """Return the packets of pictures at 30 Hz, each decodable without what a container says of the stream."""
    coder = av.CodecContext.create("libx264", "w")
    coder.height, coder.width = pictures[0].shape[:2]
    coder.pix_fmt, coder.time_base, coder.framerate = "yuv420p", Fraction(1, 30), Fraction(30)
    coder.options = {"bf": "0", "x264-params": "repeat-headers=1", "tune": "zerolatency"}
    packets = []
    for k, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = k
        packets += coder.encode(frame)
    return [*packets, *coder.encode(None)]


def muxed(path: Path, packets: list[av.Packet], times: list[int]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.options = {"x264-params": "repeat-headers=1"}
        container.start_encoding()
        for packet, time_index in zip(packets, times, strict=True):
            packet.stream, packet.time_base = stream, Fraction(1, 30)
            packet.pts = packet.dts = time_index
            container.mux(packet)
    return path


@pytest.mark.parametrize(("name", "code"), [("a.mp4", "SK803"), ("a.mkv", "SK804"), ("a.avi", "SK805")])
def test_a_video_of_no_frames_is_refused(tmp_path: Path, name: str, code: str) -> None:
    assert fault(muxed(tmp_path / name, [], [])).code == code


def test_a_resolution_change_inside_a_video_is_found(tmp_path: Path) -> None:
    packets = [*encoded([scene(k) for k in range(40)]), *encoded([scene(k, 64, 48) for k in range(40)])]
    path = muxed(tmp_path / "a.mkv", packets, list(range(80)))
    found = frame_fault(described(path), tmp_path)
    assert found.code == "SK808" and "frame 40" in found.message


def test_a_video_whose_time_stands_still_is_refused(tmp_path: Path) -> None:
    still = bytearray(write_video(tmp_path / "b.mp4", [scene(k) for k in range(60)]).read_bytes())
    # The table of frame durations: one entry, made zero.
    place = still.find(b"stts") + 16
    still[place : place + 4] = struct.pack(">I", 0)
    (tmp_path / "b.mp4").write_bytes(still)
    assert fault(tmp_path / "b.mp4").code == "SK810"


def test_a_camera_that_was_moved_or_cut_away_is_refused_and_a_bump_is_told(tmp_path: Path) -> None:
    def film(name: str, picture: Callable[[int], np.ndarray]) -> Path:
        return write_video(tmp_path / name, [picture(k) for k in range(40)])

    def shown(k: int, seed: int = 0) -> np.ndarray:
        image = cv2.resize(room(seed), (240, 136), interpolation=cv2.INTER_AREA)
        image[40:70, 60 + k : 90 + k] = (220, 40, 40)
        return image

    moved = film("moved.mp4", lambda k: np.roll(shown(k), 8, axis=1) if k > 28 else shown(k))
    cut = film("cut.mp4", lambda k: shown(k, 5) if k > 28 else shown(k))
    for path, words in ((moved, "the camera was moved"), (cut, "another scene")):
        recording = described(path)
        with open_frames(recording, tmp_path) as reader, pytest.raises(InputFault, match=words) as caught:
            check_frames(reader, LIMITS, lambda share: None)
        assert caught.value.code == "SK823" and "29 to 39" in caught.value.message
    bumped = film("bumped.mp4", lambda k: np.roll(shown(k), 3, axis=0) if k in (20, 21) else shown(k))
    with open_frames(described(bumped), tmp_path) as reader:
        _, (remark,) = check_frames(reader, LIMITS, lambda share: None)
    assert "bumped" in remark and "20 to 21" in remark
