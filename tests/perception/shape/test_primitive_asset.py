"""What is said of a primitive's size, against an outline that shows another one."""

import numpy as np
import pytest

from skillc.runtime.perception.shape.primitive_asset import known, primitive
from skillc.runtime.perception.shape.shape_fit import fit_family
from skillc.runtime.perception.shape.solids import FAMILIES
from tests.perception.shape.test_shape_fit import CAMERA, SETTINGS, looking_down, mask_of

SEEN = mask_of("cylinder", [0.25, 0.2, 0.06, 0.13])


def size_of(lengths: dict[str, float | tuple[float, float]]) -> np.ndarray:
    found = primitive("cylinder", lengths, None)
    assert found.kind is not None
    family = known(FAMILIES[found.kind], found.extents)
    fit = fit_family(family, SEEN, np.ones_like(SEEN), CAMERA, looking_down(), SETTINGS)
    assert fit is not None
    return family.size(fit.parameters)


def test_a_stated_length_is_held_against_the_outline() -> None:
    assert size_of({"radius": 0.033, "height": 0.12}) == pytest.approx([0.066, 0.066, 0.12], rel=0.005)


def test_a_range_lets_the_outline_decide_within_it() -> None:
    wide = size_of({"radius": (0.025, 0.04)})
    assert wide == pytest.approx([0.06, 0.06, 0.13], rel=0.06)
    narrow = size_of({"radius": (0.0345, 0.0355)})
    assert 0.066 < narrow[0] < 0.072


def test_a_box_without_lengths_is_fitted() -> None:
    assert primitive("box", {}, None).extents == (None, None, None)


@pytest.mark.parametrize("lengths", [{}, {"radius": 0.02}, {"radius": (0.01, 0.02), "height": 0.1}])
def test_a_capsule_needs_both_lengths(lengths: dict[str, float | tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="one radius and one height"):
        primitive("capsule", lengths, None)
