"""A way for the arm from one posture to another that touches nothing: straight if it can, else by RRT-Connect (OMPL).

Kuffner, LaValle: RRT-Connect, ICRA 2000. OMPL chooses the postures; whether a step between two of them is free is
proved by `ClearSpace.stuck` instead of OMPL's sampling at a fixed resolution.
"""

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.planning.clear_space import ClearSpace, Room

STEP_RAD = 1.2
"""ours: longest step of the search (L2 over the joints); longer ones mostly fail, shorter ones add postures."""
WIDER_RAD = 1.0
"""ours: how far beyond start and goal a joint is searched first: what turns farther is a spin (A.4)."""
SPIN_RAD = np.pi
"""ours: a joint that turns by half a turn more than it has to spins (A.4 names no number)."""
SHORTCUTS = 40
"""ours: pairs of postures tried; more save less than 2 % of the length."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Postures of the arm with the fingers held, in one clear space."""

    space: ClearSpace
    q_hand: FloatArray
    """(m,)."""
    room: Room

    def whole(self, q_arm: FloatArray) -> FloatArray:
        """Join an arm posture (n,) and the fingers."""
        return np.concatenate([q_arm, self.q_hand])

    def fits(self, q_arm: FloatArray) -> bool:
        """Whether one posture (n,) has room."""
        return self.space.room(self.whole(q_arm), self.room) >= 0.0

    def free(self, a: FloatArray, b: FloatArray) -> bool:
        """Whether the straight line between two postures (n,) is proved to have room."""
        return self.space.stuck(self.whole(a), self.whole(b), self.room) is None

    def stuck_along(self, knots: FloatArray) -> FloatArray | None:
        """Return a whole posture without room on the lines between neighbours of (K, n), None if all have room."""
        pairs = ((self.whole(a), self.whole(b)) for a, b in itertools.pairwise(knots))
        return next((q for a, b in pairs if (q := self.space.stuck(a, b, self.room)) is not None), None)


class Connect(Protocol):
    """A search for a way between two postures."""

    def __call__(
        self,
        passage: Passage,
        q_from: FloatArray,
        q_to: FloatArray,
        lower: FloatArray,
        upper: FloatArray,
        search: "Search",
    ) -> FloatArray | None:
        """Return postures (K, n) from q_from to q_to whose straight lines are free; None if none was found."""
        ...


@dataclass(frozen=True, kw_only=True)
class Search:
    """How long and with what random numbers a way is searched."""

    patience_s: float
    seed: int
    """Of OMPL and of the shortcuts."""
    connect: Connect | None = None
    """What searches where the straight line is blocked; None for `rrt_connect`."""

    @cached_property
    def rng(self) -> np.random.Generator:
        """The shortcuts' random numbers."""
        return np.random.default_rng([self.seed, 4])


def route(
    passage: Passage, q_from: FloatArray, q_to: FloatArray, lower: FloatArray, upper: FloatArray, search: Search
) -> FloatArray | None:
    """Return postures (K, n) from q_from to q_to whose straight lines are free; None if no way was found.

    Args:
        passage: where there is room.
        q_from: (n,) rad, with room.
        q_to: (n,) rad, with room.
        lower: (n,) rad, of the joints.
        upper: (n,) rad.
        search: see there.

    Raises:
        ModuleNotFoundError: the straight way is blocked and OMPL is not installed (extra `planning`).
    """
    straight = np.stack([q_from, q_to])
    if not (passage.fits(q_from) and passage.fits(q_to)):
        return None
    if passage.free(q_from, q_to):
        return straight
    near = np.maximum(lower, straight.min(axis=0) - WIDER_RAD), np.minimum(upper, straight.max(axis=0) + WIDER_RAD)
    for low, high in (near, (lower, upper)):
        found = (search.connect or rrt_connect)(passage, q_from, q_to, low, high, search)
        if found is not None:
            short = shortcut(passage, found, search.rng)
            if not spins(short):
                return short
    return None


def rrt_connect(
    passage: Passage, q_from: FloatArray, q_to: FloatArray, lower: FloatArray, upper: FloatArray, search: Search
) -> FloatArray | None:
    """Return postures (K, n) as OMPL's RRT-Connect connects them, None where its time ran out."""
    from ompl import base, geometric, util

    n = len(q_from)

    class Steps(base.MotionValidator):  # type: ignore[misc]
        def checkMotion(self, a: object, b: object) -> bool:
            return passage.free(_posture(a, n), _posture(b, n))

    util.noOutputHandler()
    util.RNG.setSeed(search.seed + 1)
    space = base.RealVectorStateSpace(n)
    bounds = base.RealVectorBounds(n)
    for k in range(n):
        bounds.setLow(k, float(min(lower[k], q_from[k], q_to[k])))
        bounds.setHigh(k, float(max(upper[k], q_from[k], q_to[k])))
    space.setBounds(bounds)
    information = base.SpaceInformation(space)
    information.setStateValidityChecker(lambda state: passage.fits(_posture(state, n)))
    information.setMotionValidator(Steps(information))
    information.setup()
    problem = base.ProblemDefinition(information)
    ends = [space.allocState(), space.allocState()]
    for state, q in zip(ends, (q_from, q_to)):
        for k in range(n):
            state[k] = float(q[k])
    problem.setStartAndGoalStates(*ends)
    planner = geometric.RRTConnect(information)
    planner.setProblemDefinition(problem)
    planner.setRange(STEP_RAD)
    planner.setup()
    planner.solve(search.patience_s)
    if not problem.hasExactSolution():
        return None
    path = problem.getSolutionPath()
    return np.array([_posture(path.getState(k), n) for k in range(path.getStateCount())])


def shortcut(passage: Passage, knots: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return knots (K, n) with those left out whose neighbours can be joined directly."""
    for _ in range(SHORTCUTS):
        if len(knots) < 3:
            break
        i, j = np.sort(rng.choice(len(knots), size=2, replace=False))
        if j - i > 1 and passage.free(knots[i], knots[j]):
            knots = np.concatenate([knots[: i + 1], knots[j:]])
    return knots


def spins(knots: FloatArray) -> bool:
    """Whether a joint of (K, n) turns much farther than from its first to its last posture (A.4: arm spinning)."""
    turned = np.abs(np.diff(knots, axis=0)).sum(axis=0)
    return bool(np.any(turned > np.abs(knots[-1] - knots[0]) + SPIN_RAD))


def _posture(state: object, n: int) -> FloatArray:
    return np.array([state[k] for k in range(n)])  # type: ignore[index]
