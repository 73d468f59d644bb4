import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.source.load import load_bytes
from tests.check.code_examples import completed

TAG = "calibration: {tag: tagStandard41h12, id: 0, size: 53.3 mm}"


def codes(text: str, severity: str = "error", *, draft: bool = False) -> list[str]:
    checked = check_tree(load_bytes(completed(text).encode(), "spec.yaml"), None, draft=draft)
    return [d.code for d in checked.diagnostics if d.severity == severity]


@pytest.mark.parametrize(
    ("camera", "code"),
    [
        ("model: realsense_d455, focal: 5820 px", "SK435"),
        ("model: realsense_d455, focal: 640 px, resolution: {width: 320, height: 240}", "SK435"),
        ("model: pinhole", "SK435"),
        ("calibration: {file: camera.json}", "SK435"),
        ("model: realsense_d455, center: {x: 4800, y: 360}", "SK503"),
        ("model: realsense_d455, pose: {position: [0 cm, 0 cm, 50 cm]}", "SK209"),
    ],
)
def test_optics_that_cannot_be_are_refused(camera: str, code: str) -> None:
    assert code in codes(f"cameras: {{main: {{{camera}}}}}")


@pytest.mark.parametrize(
    "camera",
    [
        "model: realsense_d455, focal: 320 px, resolution: {width: 640, height: 400}",
        "model: realsense_d435, focal: 1397 px",
        "model: pinhole, focal: 3000 px",
        "model: zed_2",
    ],
)
def test_optics_that_can_be_are_left_alone(camera: str) -> None:
    assert codes(f"cameras: {{main: {{{camera}, {TAG}}}}}") == []


def test_the_region_lies_in_the_picture() -> None:
    camera = "cameras: {{main: {{model: realsense_d455, resolution: {{width: {}, height: 720}}, {}}}}}\n"
    region = "demonstrations: {recording: a.mp4, region: {x: 320, y: 0, width: 960, height: 720}}"
    assert codes(camera.format(1279, TAG) + region) == ["SK503"]
    assert codes(camera.format(1280, TAG) + region) == []


def test_a_second_camera_that_nobody_looks_through_is_told() -> None:
    cameras = f"cameras: {{main: {{model: realsense_d455, {TAG}}}, second: {{model: realsense_d435}}}}"
    assert codes(cameras) == ["SK320"]
    assert "SK320" not in codes(f"{cameras}\nmethod: dex4d", draft=True)
