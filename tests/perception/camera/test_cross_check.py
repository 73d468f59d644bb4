"""A calibration held against a tag that lies in the picture, and tags in the mirror."""

from dataclasses import replace

import numpy as np

from skillc.runtime.formats.calibration import Calibration
from skillc.runtime.perception.camera.cross_check import check_against_tag, mirrored
from tests.perception.camera.test_calibration import CAMERA, looking, rendered

HERE, ELSEWHERE = looking(0.0, 0.7, 0.5), looking(0.5, 1.2, 0.5)
GIVEN = Calibration(
    camera=CAMERA, T_camera_table=HERE, position_sigma_m=0.0, rotation_sigma_rad=0.0, scale_sigma=0.0,
    reprojection_rms_px=0.0, table_plane_rms_m=None, source="points", tags=(),
)  # fmt: skip
PICTURES = [rendered(HERE, "tag36h11", 3)] * 2


def test_a_calibration_of_another_camera_place_is_contradicted_by_the_tag() -> None:
    assert check_against_tag(GIVEN, PICTURES, 0.1) is None
    told = check_against_tag(replace(GIVEN, T_camera_table=ELSEWHERE), PICTURES, 0.1)
    assert told is not None and told.code == "SK864" and "off a square" in told.message


def test_a_picture_without_a_tag_contradicts_nothing() -> None:
    assert (
        check_against_tag(replace(GIVEN, T_camera_table=ELSEWHERE), [np.full_like(PICTURES[0], 200)] * 2, 0.1) is None
    )


def test_a_tag_read_only_in_the_mirror_names_the_mirrored_video() -> None:
    fault = mirrored([np.ascontiguousarray(picture[:, ::-1]) for picture in PICTURES])
    assert fault is not None and fault.code == "SK863"
    assert mirrored(PICTURES) is None
