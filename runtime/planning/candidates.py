"""Postures that meet one of several hand poses, tried one after the other: the loop of contacts and of ends."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.motion.cell.cell import Cell
from skillc.runtime.planning.impasse import Impasse, NoPlan, farthest
from skillc.runtime.planning.postures import out_of_reach, reached

Made = TypeVar("Made")


def through_postures(
    cell: Cell,
    Ts_table_hand: FloatArray,
    q_near: FloatArray,
    *,
    at: str,
    progress: int,
    blocked: Callable[[FloatArray], Impasse | None],
    make: Callable[[int, FloatArray], Made | Impasse],
    most: int,
) -> Iterator[Made]:
    """Yield what `make` makes of postures that meet a hand pose, the posture soonest reached first.

    Args:
        cell: robot and scene.
        Ts_table_hand: (N, 4, 4) poses, any of which will do.
        q_near: (n,) posture the arm comes from.
        at: part of the motion that the poses belong to.
        progress: how far a motion is that reaches none of them.
        blocked: says what is in the way of a posture (n,); it is cheap, so blocked ones do not count as tried.
        make: of the pose's number and a posture (n,).
        most: postures tried.

    Raises:
        NoPlan: after the last one, unless all were made: why the posture that got farthest failed.
    """
    found = reached(cell, Ts_table_hand, q_near)
    if not len(found.pose):
        raise NoPlan(out_of_reach(cell, Ts_table_hand, at, progress))
    failed: list[Impasse] = []
    tried = 0
    for pose, q in zip(found.pose.tolist(), found.q):
        why = blocked(q)
        if why is None:
            if tried == most:
                break
            tried += 1
            made = make(pose, q)
            if not isinstance(made, Impasse):
                yield made
                continue
            why = made
        failed.append(why)
    if failed:
        raise NoPlan(farthest(failed))
