"""How well a twin says it knows an extent."""

import numpy as np
import pytest

from skillc.runtime.perception.shape.twin_fit import stated_sigma


def test_no_fitted_size_is_known_better_than_things_resemble_their_solids() -> None:
    size = np.array([0.1, 0.2, 0.05])
    sigma = stated_sigma(size, np.full(3, 1e-4), (None, 0.2, ("range", 0.04, 0.06)), 0.0)
    assert sigma[0] > 0.025 * 0.1 and sigma[2] > 0.025 * 0.05
    # A length that the spec states is as good as it says.
    assert sigma[1] == pytest.approx(1e-4)


def test_an_error_of_scale_is_one_of_every_length() -> None:
    sigma = stated_sigma(np.array([0.1, 0.2, 0.05]), np.zeros(3), (0.1, 0.2, 0.05), 0.02)
    assert np.allclose(sigma, [0.002, 0.004, 0.001])
