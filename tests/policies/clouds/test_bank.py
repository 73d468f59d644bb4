import mujoco
import numpy as np
from scipy.spatial import cKDTree

from skillc.runtime.policies.clouds.bank import surface_points
from skillc.runtime.policies.clouds.farthest import farthest_points

BOX = """
<mujoco><worldbody><body name="b">
  <geom type="box" size=".05 .04 .03"/><geom type="box" size=".02 .02 .02"/>
</body></worldbody></mujoco>
"""


def test_a_cloud_lies_on_the_outer_surface_and_is_even() -> None:
    model = mujoco.MjModel.from_xml_string(BOX)
    points = surface_points(model, (0, 1), 4000, np.random.default_rng(0))
    half = np.array([0.05, 0.04, 0.03])
    outside = np.abs(np.abs(points) / half - 1.0).min(axis=1)
    assert len(points) >= 4000
    assert outside.max() < 1e-9
    even = points[farthest_points(points, 500)]
    nearest = cKDTree(even).query(even, k=2)[0][:, 1]
    area = 8 * (0.05 * 0.04 + 0.05 * 0.03 + 0.04 * 0.03)
    assert nearest.min() > 0.6 * np.sqrt(area / 500)
