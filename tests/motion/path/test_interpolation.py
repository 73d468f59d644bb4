import numpy as np
import pytest

from skillc.runtime.motion.path.interpolation import smoothstep


@pytest.mark.parametrize(
    ("s", "value"), [(0.25, 0.103515625), (0.5, 0.5), (0.75, 0.896484375), (-1.0, 0.0), (7.0, 1.0)]
)
def test_the_blend_is_that_of_the_paper(s: float, value: float) -> None:
    """6 s^5 - 15 s^4 + 10 s^3 by hand: at a quarter 6/1024 - 15/256 + 10/64 = 106/1024."""
    assert smoothstep(np.array([s]))[0] == pytest.approx(value, abs=1e-15)


def test_the_blend_starts_and_stops_without_speed_or_acceleration() -> None:
    s = np.linspace(0.0, 1.0, 2001)
    a = smoothstep(s)
    assert np.allclose(a + a[::-1], 1.0) and np.all(np.diff(a) >= 0.0)
    speed, acceleration = np.diff(a) * 2000, np.diff(a, 2) * 2000**2
    assert max(speed[0], speed[-1]) < 1e-5 and np.abs(acceleration[[0, -1]]).max() < 0.1
    assert speed.max() == pytest.approx(1.875, abs=1e-4) and acceleration.max() == pytest.approx(5.7735, abs=1e-3)
