"""What must be measured at the end of the motion before a run may call itself done: a lost grasp is not done.

The machine judges by what it can measure, and loosely: it tells an object that was lost or left behind from one that
was brought. Whether the task succeeded is the evaluation's to say, by the conditions themselves.
"""

import math
from collections.abc import Mapping

from skillc.compiler.resolve.resolved import JSON
from skillc.runtime.formats.machine import AllOf, Expression, SignalComparison

SLACK = 2.0
"""ours: twice a condition's bound; where an object is expected is the demonstration's place, not the target's now."""


def judged_by(success: Mapping[str, JSON]) -> Expression | None:
    """Return the guard before `done`, from the conditions of `task.success`; None if none can be measured in a run.

    Args:
        success: condition -> operator and value, SI.
    """
    parts: list[SignalComparison] = []
    if "final_offset" in success:
        parts.append(_part("object_error", "<=", SLACK * float(success["final_offset"]["value"])))
    # A pushed object may not be turned, a poured-from one must be tilted.
    if "orientation_error" in success:
        parts.append(_part("object_turn", "<=", min(SLACK * float(success["orientation_error"]["value"]), math.pi)))
    if "tilt" in success:
        above = success["tilt"]["operator"].startswith(">")
        share = 1.0 / SLACK if above else SLACK
        parts.append(_part("object_tilt", ">=" if above else "<=", share * float(success["tilt"]["value"])))
    if "holding_force" in success:
        parts.append(_part("hand_force", ">", float(success["holding_force"]["value"]) / SLACK))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else AllOf(all=tuple(parts))


def _part(signal: str, op: str, value: float) -> SignalComparison:
    return SignalComparison(signal=signal, op=op, value=value)  # type: ignore[arg-type]
