"""Files and printed tags that the language can tell from their names alone."""

import pytest

from skillc.compiler.check.check import check_tree
from skillc.compiler.source.load import load_bytes
from skillc.compiler.validate.schema import schema
from skillc.compiler.validate.tags import tags_of
from tests.check.code_examples import completed


def codes(text: str) -> list[str]:
    checked = check_tree(load_bytes(completed(text).encode(), "spec.yaml"), None)
    return [d.code for d in checked.diagnostics if d.severity == "error"]


@pytest.mark.parametrize(
    "text",
    [
        "demonstrations: {recording: apple.yaml}",
        "demonstrations: {recording: apple.mp4, reference: last}",
        "scene: {objects: {apple: {role: manipulated, mask: apple.mp4}}}",
        "scene: {objects: {apple: {role: manipulated, asset: {mesh: apple.blend}}}}",
        "cameras: {main: {model: realsense_d455, calibration: {file: apple.mp4}}}",
    ],
)
def test_a_file_of_another_kind_is_refused(text: str) -> None:
    assert "SK434" in codes(text)


@pytest.mark.parametrize("name", ["apple.mp4", "apple.MOV", "takes/apple", "apple.bag", "apple.db3"])
def test_recordings_may_be_videos_folders_and_bags(name: str) -> None:
    assert codes(f"demonstrations: {{recording: {name}}}") == []


@pytest.mark.parametrize(("tag", "last"), [("tag36h11", 586), ("aruco_4x4_50", 49), ("tagStandard41h12", 2114)])
def test_a_family_ends_with_its_last_tag(tag: str, last: int) -> None:
    camera = "cameras: {{main: {{model: realsense_d455, calibration: {{tag: {}, id: {}, size: 5 cm}}}}}}"
    assert codes(camera.format(tag, last)) == []
    assert codes(camera.format(tag, last + 1)) == ["SK433"]


def test_every_family_of_the_language_is_counted() -> None:
    calibration = schema().raw["$defs"]["camera"]["properties"]["calibration"]["anyOf"][0]
    assert all(tags_of(family) for family in calibration["properties"]["tag"]["enum"])


def test_tags_are_of_a_size_that_a_camera_and_a_table_have_room_for() -> None:
    camera = "cameras: {{main: {{model: realsense_d455, calibration: {{tag: tag36h11, id: 0, size: {}}}}}}}"
    assert [codes(camera.format(size)) for size in ("53 cm", "5 um", "53 mm")] == [["SK405"], ["SK405"], []]
