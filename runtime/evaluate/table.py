"""An evaluation as a table for people, CSV for spreadsheets, and a plot."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path

from skillc.runtime.evaluate.loads import hottest
from skillc.runtime.evaluate.report import AdaptedTrial, Evaluation
from skillc.runtime.formats.fidelity import Fidelity

COLUMNS = (
    "success",
    "safe",
    "duration_s",
    "finish_frame",
    "penetration_p99_m",
    "unsafe_force_n",
    "limited_ticks",
    "final_state",
    "invalid",
)


def as_text(result: Evaluation) -> str:
    """Return the summary as aligned lines."""
    low, high = result.confidence_95
    stages = ", ".join(f"{name} {share:.0%}" for name, share in result.stages.items())
    jerk = ", ".join(f"{value:.2f} {group}" for group, value in result.jerk_rms.items())
    pressed = {name: force for name, force in result.pressing_n.items() if force > 0.0}
    pressing = ", ".join(f"{name} {force:.1f} N" for name, force in pressed.items()) or "0 N"
    adapting = "" if result.arm == "replay" else f" adapted by {result.arm}"
    lines = [
        f"{result.skill}  ({result.method}, {result.motion} motion{adapting}, protocol {result.protocol}, "
        f"seed {result.seed})",
        f"  success      {result.success_rate:6.1%}  of {result.n}   95 % interval {low:.1%} .. {high:.1%}",
        f"  stages       {stages}",
        *_poured(result),
        f"  safe         {result.safe_rate:6.1%}   largest forces {pressing}",
        f"  jerk         {jerk:>10} (rad/s^3, RMS) over {result.duration_s:.1f} s",
        f"  squeeze      {result.squeeze_n:6.1f} N by one finger, at most {result.squeeze_limit_n:.0f}",
        *_torque(result),
        f"  penetration  {result.penetration_p99_m * 1e3:6.2f} mm (p99, worst rollout)",
        f"  limited      {result.limited_ticks:6d} commands pulled back inside the limits",
    ]
    if adapted := [r.adaptation for r in result.rollouts if r.adaptation is not None]:
        lines.append(f"  adapted      {_adapted(adapted)}")
    if result.fidelity is not None:
        lines.append(f"  fidelity     {_departure(result.fidelity)}")
    if result.edited:
        lines.append(f"  edited       since it was built: {', '.join(result.edited)}")
    for index, rollout in enumerate(result.rollouts):
        if not rollout.success:
            values = ", ".join(f"{name} {rollout.values[name]:.3f}" for name in rollout.failed)
            refused = rollout.adaptation.refused if rollout.adaptation is not None else ""
            why = refused or rollout.invalid or values or "failed"
            lines.append(f"  rollout {index}: {why} ({rollout.final_state})")
    return "\n".join(lines)


def _adapted(trials: Sequence[AdaptedTrial]) -> str:
    """Return how long adapting took, how far its hand poses are from those for the true objects, what was refused."""
    seconds = sorted(t.seconds for t in trials)
    far = sorted(1e3 * e for t in trials for e in t.position_error_m.values())
    turned = sorted(math.degrees(e) for t in trials for e in t.rotation_error_rad.values())
    off = f"; hand poses off by {far[len(far) // 2]:.1f} mm, {turned[len(turned) // 2]:.1f} deg (median)" if far else ""
    refused = sum(bool(t.refused) for t in trials)
    return f"in {seconds[len(seconds) // 2]:.1f} s (median, at most {seconds[-1]:.1f} s){off}; {refused} refused"


def _departure(fidelity: Fidelity) -> str:
    """Return how far the hand, and the object in it or before it, are from the demonstration while the object moves."""
    moving = fidelity.of("track")
    if moving is None or math.isnan(moving.hand_position_m.mean):
        return "no phase replays the demonstration"
    codes = f" ({', '.join(fidelity.fell_back)})" if fidelity.fell_back else ""
    return (
        f"hand {1e3 * moving.hand_position_m.mean:.0f} mm, {math.degrees(moving.hand_rotation_rad.mean):.0f} deg; "
        f"object {1e3 * moving.object_position_m.mean:.0f} mm from the demonstration while it moves{codes}"
    )


def _poured(result: Evaluation) -> list[str]:
    share = result.poured_share
    return [] if math.isnan(share) else [f"  poured       {share:6.1%}  of the filling is in the target at the end"]


def _torque(result: Evaluation) -> list[str]:
    """Return a line per phase and group: the joint nearest to what its motor holds without end."""
    lines: list[str] = []
    for load in hottest(result.loads):
        held = f"mean {load.mean_nm:5.2f} of {load.continuous_nm:.2f} Nm held without end"
        peak = f"peak {load.peak_nm:5.2f} of {load.limit_nm:.2f}"
        lines.append(f"  {'' if lines else 'torque':12} {load.phase:9}{load.joint:11}{held}, {peak}")
    return lines


def write_csv(result: Evaluation, path: Path) -> None:
    """Write one row per rollout."""
    names = sorted({name for r in result.rollouts for name in r.values})
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        jerks = [f"{group}_jerk_rms" for group in result.jerk_rms]
        presses = [f"{pair.replace('-', '_')}_n" for pair in result.pressing_n]
        rows.writerow(["rollout", *COLUMNS, *presses, *jerks, *names])
        for index, r in enumerate(result.rollouts):
            own = [getattr(r, c) for c in COLUMNS]
            rows.writerow(
                [index, *own, *r.pressing_n.values(), *r.jerk_rms.values(), *(r.values.get(n) for n in names)]
            )


def draw(result: Evaluation, path: Path) -> None:
    """Draw success per stage with its share, and the jerk of every rollout."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    shares = {**result.stages, "success": result.success_rate, "safe": result.safe_rate}
    left.bar(list(shares), [100 * s for s in shares.values()], color="#4878a8")
    left.set(ylim=(0, 105), ylabel="% of rollouts", title=f"{result.skill}: {result.protocol}, n = {result.n}")
    index = range(result.n)
    for group in result.jerk_rms:
        right.plot(index, [r.jerk_rms[group] for r in result.rollouts], "o-", label=group)
    right.set(xlabel="rollout", ylabel="jerk RMS (rad/s³)", ylim=(0, None))
    right.legend()
    figure.savefig(path, dpi=110)
    plt.close(figure)
