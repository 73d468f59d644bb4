from dataclasses import replace

import cv2
import numpy as np
import pytest

from skillc.runtime.formats.arrays import BoolArray
from skillc.runtime.formats.recording import Camera
from skillc.runtime.perception.scene.silhouette import filled, outline_of
from skillc.runtime.perception.shape.shape_fit import Fit, FitSettings, body_without_handle, fit_family
from skillc.runtime.perception.shape.solids import FAMILIES, Prior
from tests.perception.shape.camera_above import looking_down

pytestmark = pytest.mark.slow

CAMERA = Camera(width=960, height=720, fx=600.0, fy=600.0, cx=480.0, cy=360.0)
SETTINGS = FitSettings(contour_points=90, contour_sigma=1.5, independent=3.0, parameter_penalty=1.0, measured=0.1)


def mask_of(kind: str, parameters: list[float]) -> BoolArray:
    family, p = FAMILIES[kind], np.array(parameters)
    return filled(outline_of(CAMERA, looking_down() @ family.pose(p), family.points(p)), 720, 960)


def fit(kind: str, mask: BoolArray) -> Fit:
    found = fit_family(FAMILIES[kind], mask, np.ones_like(mask), CAMERA, looking_down(), SETTINGS)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("cylinder", [0.25, 0.2, 0.06, 0.13]),
        ("ellipsoid", [0.3, 0.25, 0.07, 0.08]),
        ("box", [0.3, 0.2, 0.2, 0.12, 0.2, 0.1]),
    ],
)
def test_a_drawn_solid_is_found_again_from_its_outline(kind: str, parameters: list[float]) -> None:
    found = fit(kind, mask_of(kind, parameters))
    family, truth = FAMILIES[kind], np.array(parameters)
    assert found.iou > 0.97
    assert np.allclose(found.parameters[:2], truth[:2], atol=0.006)
    assert np.allclose(sorted(family.size(found.parameters)), sorted(family.size(truth)), rtol=0.06)


@pytest.mark.parametrize("corner", [0.01, 0.12, 0.3])
def test_a_tray_is_as_large_as_it_is_whether_its_corners_are_sharp_or_round(corner: float) -> None:
    truth = [0.3, 0.2, 0.15, 0.16, 0.23, 0.08, 0.04, corner]
    found = fit("open_box", mask_of("open_box", truth))
    assert np.allclose(found.parameters[:2], truth[:2], atol=0.008)
    assert np.allclose(sorted(found.parameters[3:5]), truth[3:5], rtol=0.05)
    assert found.parameters[5] == pytest.approx(0.08, rel=0.12)


def test_what_was_measured_beside_the_outline_makes_an_extent_known_and_a_habit_does_not() -> None:
    flat = mask_of("revolve", [0.3, 0.2, 0.2, 0.03, 0.6])
    family = FAMILIES["revolve"]

    def height_known(*, measured: bool) -> bool:
        told = Prior(ratio=lambda p: float(p[3]), mean=0.03, sigma=0.05, measured=measured)
        found = fit_family(
            replace(family, priors=(*family.priors, told)), flat, np.ones_like(flat), CAMERA, looking_down(), SETTINGS
        )
        assert found is not None
        return found.measured[2]

    assert height_known(measured=True) and not height_known(measured=False)


def test_the_family_that_was_drawn_costs_least() -> None:
    for kind, parameters in (("cylinder", [0.25, 0.2, 0.06, 0.13]), ("box", [0.3, 0.2, 0.2, 0.12, 0.2, 0.1])):
        mask = mask_of(kind, parameters)
        costs = {other: fit(other, mask).cost for other in ("cylinder", "ellipsoid", "box")}
        assert min(costs, key=costs.__getitem__) == kind


def test_sigma_covers_the_error_and_grows_when_half_the_outline_is_hidden() -> None:
    truth = [0.25, 0.2, 0.06, 0.13]
    mask = mask_of("cylinder", truth)
    half = np.ones_like(mask)
    half[:, int(np.nonzero(mask)[1].mean()) :] = False
    whole = fit("cylinder", mask)
    part = fit_family(FAMILIES["cylinder"], mask, half, CAMERA, looking_down(), SETTINGS)
    assert part is not None
    assert np.trace(part.covariance) > np.trace(whole.covariance)
    assert abs(whole.parameters[3] - 0.13) < 3 * np.sqrt(whole.covariance[3, 3]) + 0.002


def test_a_bowls_height_is_assumed_not_measured() -> None:
    found = fit("revolve", mask_of("revolve", [0.25, 0.15, 0.14, 0.04, 0.6]))
    assert found.measured[0] and found.measured[1]
    assert abs(found.parameters[2] / 0.14 - 1) < 0.05


def test_a_handle_is_no_part_of_the_body() -> None:
    mask = np.zeros((300, 400), np.uint8)
    cv2.circle(mask, (150, 150), 80, 1, -1)
    cv2.rectangle(mask, (220, 140), (390, 160), 1, -1)
    body = body_without_handle(mask.astype(bool))
    assert not body[150, 350] and body[150, 150] and np.count_nonzero(body) < 1.05 * np.pi * 80**2
