"""The lengths of a capsule: stated, since no outline tells it from a cylinder."""


def capsule_lengths(radius: object, height: object) -> tuple[float, float]:
    """Return radius and whole height (m) of a capsule as they were stated.

    Raises:
        ValueError: one is missing or a range, or it is no higher than it is wide.
    """
    if not (isinstance(radius, float) and isinstance(height, float)):
        raise ValueError("a capsule has no family to fit: it needs one radius and one height")
    if not height > 2 * radius:
        raise ValueError(f"a capsule {height:g} m high is not longer than its width of {2 * radius:g} m")
    return radius, height
