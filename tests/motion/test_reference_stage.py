"""Stage reference: what is told of the grasp that rehearsals kept."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from skillc.compiler.stages.motion.reference import _tell_turn
from skillc.runtime.geometry import se3


@pytest.mark.parametrize(
    ("announced", "kept", "told"),
    [((False, True), 1, ["34"]), ((False, True), 0, []), ((True, True), 1, []), ((False, False), 1, [])],
    ids=["turned", "the nearest", "told of the nearest already", "hardly turned"],
)
def test_a_turned_hand_that_only_rehearsals_chose_is_told(
    announced: tuple[bool, ...], kept: int, told: list[str]
) -> None:
    said: list[tuple[str, str, str]] = []
    T_object = se3.from_parts(np.eye(3), np.array([0.3, 0.1, 0.0]))
    T_shown = se3.from_parts(Rotation.from_rotvec([0.2, -0.4, 1.0]).as_matrix(), np.array([0.3, 0.0, 0.1]))
    turned = np.array(se3.inverse(T_object) @ T_shown)
    turned[:3, :3] = Rotation.from_rotvec([0.0, np.deg2rad(34), 0.0]).as_matrix() @ turned[:3, :3]
    found = SimpleNamespace(
        announced=np.array(announced), T_object_hand=np.stack([se3.inverse(T_object) @ T_shown, turned])
    )
    context = SimpleNamespace(warn=lambda *words: said.append(words))
    _tell_turn(context, found, kept, T_shown, T_object)  # type: ignore[arg-type]
    assert [(code, path) for code, _, path in said] == [("SK511", "demonstrations")] * len(told)
    assert all(f"turned by {degrees} deg" in text for degrees, (_, text, _) in zip(told, said))
