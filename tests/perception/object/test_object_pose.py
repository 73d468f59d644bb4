"""How deep the points on a thing may lie: what an outline tells of its surface."""

from dataclasses import replace

import numpy as np

from skillc.runtime.formats.twin import Shape
from skillc.runtime.perception.object.object_pose import unsure_depth
from tests.motion.synthetic import thing

POINTS = np.array([[0.0, 0.0, 0.05], [0.03, 0.0, 0.05]])
EYE = np.array([0.0, 0.0, 1.0])
BODY = thing("body", "manipulated", Shape(kind="convex"), (0.1, 0.2, 0.08), (0.3, 0.3), 0.2)


def test_points_on_a_carved_body_are_unsure_along_their_rays() -> None:
    deep = unsure_depth(BODY, POINTS, EYE, np.array([False, True]))
    assert np.allclose(deep[0], [0.0, 0.0, -0.08]) and not deep[1].any()


def test_points_on_a_fitted_solid_lie_on_it_and_on_a_vessel_they_may_be_contents() -> None:
    box, bowl = (replace(BODY, shape=shape) for shape in (Shape(kind="box"), Shape(kind="revolve", wall_m=0.003)))
    free = np.zeros(2, bool)
    assert not unsure_depth(box, POINTS, EYE, free).any()
    assert np.allclose(unsure_depth(bowl, POINTS, EYE, free)[0], [0.0, 0.0, -0.05])
