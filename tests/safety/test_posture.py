"""Links are placed as the general kinematics place them, and no turn moves them farther than its lever says."""

import numpy as np
import pytest

from skillc.runtime.formats.collision_model import Link
from skillc.runtime.geometry.chain import Chain
from skillc.runtime.safety.posture import LinkTree

RNG = np.random.default_rng(5)
PARENTS, JOINTS = (-1, 0, 1, 2, 3, 2, 5, 6, 1), (-1, 0, 1, -1, 2, 3, 4, 3, 5)
"""Two branches, a fixed link, and one joint that turns two links."""


def rotation(rng: np.random.Generator) -> np.ndarray:
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    return np.asarray(turn * np.sign(np.linalg.det(turn)))


def links() -> tuple[Link, ...]:
    found = []
    for k, (parent, joint) in enumerate(zip(PARENTS, JOINTS)):
        T, axis = np.eye(4), RNG.normal(size=3)
        if k:
            T[:3, :3], T[:3, 3] = rotation(RNG), RNG.normal(scale=0.3, size=3)
        found.append(Link(
            name=f"link{k}", parent=parent, T_parent_link=T, joint=joint,
            axis=tuple((axis / np.linalg.norm(axis)).tolist()), anchor=tuple(RNG.normal(scale=0.1, size=3).tolist()),
        ))  # fmt: skip
    return tuple(found)


LINKS = links()
ROOT = np.block([[rotation(RNG), np.array([[0.1], [0.2], [0.3]])], [np.zeros((1, 3)), np.ones((1, 1))]])
TREE = LinkTree(LINKS, ROOT, 6)
CHAIN = Chain(
    names=tuple(link.name for link in LINKS), parent=np.array(PARENTS),
    T_parent_body=np.stack([link.T_parent_link for link in LINKS]), joint=np.array(JOINTS),
    axis=np.array([link.axis for link in LINKS]), anchor=np.array([link.anchor for link in LINKS]), n=6,
)  # fmt: skip


def test_links_are_where_the_general_kinematics_place_them() -> None:
    q = RNG.uniform(-3, 3, (20, 6))
    R, p = CHAIN.forward(q, ROOT)
    T = TREE.place(q)
    np.testing.assert_allclose(T[..., :3, :3], R, atol=1e-14)
    np.testing.assert_allclose(T[..., :3, 3], p, atol=1e-14)
    np.testing.assert_array_equal(T[..., 3, :], np.broadcast_to([0, 0, 0, 1], (20, 9, 4)))


@pytest.mark.parametrize("link", [4, 7, 8])
def test_the_jacobian_is_that_of_the_general_kinematics(link: int) -> None:
    q, joints = RNG.uniform(-3, 3, (5, 6)), np.array([0, 1, 2, 4, 5])
    R, p = CHAIN.forward(q, ROOT)
    expected = np.concatenate(CHAIN.jacobian(R, p, link, p[:, link]), axis=1)[:, :, joints]
    np.testing.assert_allclose(TREE.jacobian(TREE.place(q), link, joints), expected, atol=1e-13)


def test_no_turn_moves_a_point_farther_than_its_lever() -> None:
    points, farthest = RNG.normal(scale=0.2, size=(2, 3)), 0.0
    for link in range(1, len(LINKS)):
        lever = TREE.per_joint(TREE.reach(link, points))
        q = RNG.uniform(-3, 3, (500, 6))
        turn = RNG.uniform(-1, 1, q.shape) * (RNG.random(q.shape) < 0.3)
        before, after = TREE.place(q)[:, link], TREE.place(q + turn)[:, link]
        local = np.column_stack([points, np.ones(2)]).T
        moved = np.linalg.norm(((after - before) @ local)[:, :3], axis=1)
        allowed = np.abs(turn) @ lever
        assert np.all(moved <= allowed[:, None] + 1e-12)
        farthest = max(farthest, float(np.max(moved / np.maximum(allowed[:, None], 1e-9))))
    assert farthest > 0.3, "the lever is of the size of what it bounds"
