import mujoco
import numpy as np
import pytest

from skillc.runtime.motion.cell.surface import above_band, continuous, object_surface

GEOMS = {
    "sphere": '<geom type="sphere" size="0.04"/>',
    "ellipsoid": '<geom type="ellipsoid" size="0.035 0.03 0.04"/>',
    "capsule": '<geom type="capsule" size="0.02 0.03"/>',
    "cylinder": '<geom type="cylinder" size="0.025 0.06" pos="0.01 0 0.02" euler="20 30 0"/>',
    "box": '<geom type="box" size="0.05 0.1 0.03" euler="0 0 40"/>',
    "mesh": '<geom type="mesh" mesh="tetra"/>',
}
TETRA = '<asset><mesh name="tetra" vertex="0 0 0 0.1 0 0 0 0.1 0 0 0 0.1"/></asset>'


def _model(geoms: str) -> mujoco.MjModel:
    return mujoco.MjModel.from_xml_string(
        f'<mujoco>{TETRA}<worldbody><body><freejoint/><inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/>'
        f"{geoms}</body></worldbody></mujoco>"
    )


@pytest.mark.parametrize("kind", GEOMS)
def test_samples_lie_on_the_surface_with_outward_normals(kind: str) -> None:
    model = _model(GEOMS[kind])
    surface = object_surface(model, [0], count=300, rng=np.random.default_rng(0))
    assert 200 <= len(surface.points) <= 320
    assert np.abs(surface.distance(surface.points)).max() < 2e-4
    assert np.allclose(np.linalg.norm(surface.normals, axis=1), 1)
    assert np.all(surface.distance(surface.points + 1e-3 * surface.normals) > 2e-4)
    inside = surface.distance(surface.points - 1e-3 * surface.normals) < -2e-4
    assert np.mean(inside) > 0.95  # the rest lie on an edge


def test_points_inside_another_part_are_not_surface() -> None:
    model = _model('<geom type="sphere" size="0.04"/><geom type="sphere" size="0.04" pos="0.04 0 0"/>')
    surface = object_surface(model, [0, 1], count=500, rng=np.random.default_rng(0))
    assert np.all(np.linalg.norm(surface.points, axis=1) > 0.0399)
    assert np.all(np.linalg.norm(surface.points - [0.04, 0, 0], axis=1) > 0.0399)


def test_the_continuity_filter_drops_an_isolated_speck_only() -> None:
    model = _model('<geom type="sphere" size="0.04"/><geom type="sphere" size="0.0005" pos="0.1 0 0"/>')
    surface = object_surface(model, [0, 1], count=800, rng=np.random.default_rng(0))
    speck = surface.points[:, 0] > 0.09
    keep = continuous(surface, radius_m=0.01, neighbours=4)
    assert speck.any() and not keep[speck].any() and keep[~speck].mean() > 0.95


def test_the_low_band_is_a_share_of_the_height_up_to_a_limit() -> None:
    surface = object_surface(_model(GEOMS["box"]), [0], count=500, rng=np.random.default_rng(0))
    kept = surface.points[above_band(surface, band=0.25, band_max_m=0.02)]
    assert np.isclose(kept[:, 2].min(), -0.03 + 0.015, atol=2e-3)
