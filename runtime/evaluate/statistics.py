"""What may be said of counts: intervals of a rate, and of the difference of two arms that saw the same scenes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, binom

Z_95 = 1.959964
"""The normal quantile of 97.5 %."""
EXACT_TAIL = 0.025
"""Of each side of a 95 % interval."""


def wilson(successes: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """Return the Wilson score interval of a success rate."""
    p, w = successes / n, z * z / n
    middle, half = p + w / 2, z * np.sqrt(p * (1 - p) / n + w / (4 * n))
    return (float((middle - half) / (1 + w)), float((middle + half) / (1 + w)))


def clopper_pearson(successes: int, n: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a success rate."""
    low = float(beta.ppf(EXACT_TAIL, successes, n - successes + 1)) if successes else 0.0
    high = float(beta.ppf(1 - EXACT_TAIL, successes + 1, n - successes)) if successes < n else 1.0
    return low, high


@dataclass(frozen=True, kw_only=True)
class Paired:
    """Two arms over the same scenes (McNemar)."""

    n: int
    only_first: int
    """Scenes in which the first arm alone succeeds."""
    only_second: int
    difference: float
    """Success rate of the first less that of the second."""
    interval_95: tuple[float, float]
    """Of the difference, by Newcombe's method 10 for paired proportions."""
    p_value: float
    """Of as uneven a division, or a more uneven one, if both arms were equally good; two-sided, exact."""


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> Paired:
    """Compare two arms scene by scene.

    Args:
        first: success of one arm in each scene.
        second: of the other, in the same order.

    Raises:
        ValueError: they are no pairs, or there are none.
    """
    if len(first) != len(second) or not first:
        raise ValueError(f"{len(first)} and {len(second)} rollouts are no pairs")
    n = len(first)
    b = sum(a and not c for a, c in zip(first, second))
    c = sum(d and not a for a, d in zip(first, second))
    p_value = min(1.0, 2.0 * float(binom.cdf(min(b, c), b + c, 0.5))) if b + c else 1.0
    return Paired(
        n=n,
        only_first=b,
        only_second=c,
        difference=(b - c) / n,
        interval_95=_newcombe(sum(a and d for a, d in zip(first, second)), b, c, n),
        p_value=p_value,
    )


def _newcombe(both: int, only_first: int, only_second: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a difference of paired rates (Newcombe 1998, Statistics in Medicine 17, method 10).

    What is exact given the number of discordant scenes leaves out that this number is drawn as well: it covered 88 %
    where it said 95 %.
    """
    first, second, neither = both + only_first, both + only_second, n - both - only_first - only_second
    (l1, u1), (l2, u2) = wilson(first, n), wilson(second, n)
    p1, p2 = first / n, second / n
    product = float(first) * (n - first) * second * (n - second)
    alike = float(both * neither - only_first * only_second)
    alike = max(alike - n / 2, 0.0) if alike > 0 else alike
    phi = alike / np.sqrt(product) if product > 0 else 0.0
    below = np.sqrt((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2)
    above = np.sqrt((p2 - l2) ** 2 - 2 * phi * (p2 - l2) * (u1 - p1) + (u1 - p1) ** 2)
    return float(p1 - p2 - below), float(p1 - p2 + above)
