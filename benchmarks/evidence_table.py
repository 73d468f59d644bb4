"""The evidence as tables in Markdown: one row per case, arms against baselines scene by scene, means of kinds."""

from collections.abc import Mapping
from statistics import mean
from typing import Any

from skillc.runtime.evaluate.statistics import mcnemar, wilson

SHOWN = ("replay", "test", "test+physics", "truth", "retargeted", "unrefined")
BASELINES = ("retargeted", "unrefined")
KINDS = {"real": "real colour video", "rgbd": "simulated, RGB-D", "colour": "simulated, colour"}


def bits(arm: Mapping[str, Any] | None, what: str = "success") -> list[bool]:
    """Return verdicts scene by scene, none where the arm was not run."""
    return [c == "1" for c in arm[what]] if arm and what in arm else []


def percent(arm: Mapping[str, Any] | None) -> str:
    """Return successes of n with the 95 % interval."""
    won = bits(arm)
    if not won:
        return ""
    low, high = wilson(sum(won), len(won))
    return f"{sum(won)}/{len(won)} ({100 * low:.0f} .. {100 * high:.0f})"


def as_markdown(cases: Mapping[str, Mapping[str, Any]]) -> str:
    """Return all tables of the recorded cases."""
    return "\n\n".join((success_table(cases), motion_table(cases), paired_table(cases), kinds_table(cases)))


def success_table(cases: Mapping[str, Mapping[str, Any]]) -> str:
    """Return successes of every arm, Wilson intervals in percent."""
    lines = [f"| case | {' | '.join(SHOWN)} | safe | fell back |", "|---" * (len(SHOWN) + 3) + "|"]
    for name, row in cases.items():
        if "error" in row.get("build", {}):
            lines.append(f"| {title(name, row)} | not built: {row['build']['codes'][0]} |" + " |" * (len(SHOWN) + 1))
            continue
        arms = row.get("arms", {})
        safe = [s for arm in SHOWN if arm not in BASELINES for s in bits(arms.get(arm), "safe")]
        back = (first(arms).get("fidelity") or {}).get("fell_back", [])
        cells = [percent(arms.get(arm)) for arm in SHOWN]
        told = f"{100 * mean(safe):.0f} %" if safe else ""
        lines.append(f"| {title(name, row)} | {' | '.join(cells)} | {told} | {', '.join(back)} |")
    return "\n".join(lines)


def motion_table(cases: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how each refined motion runs: jerk, duration, torque, what it keeps of the demonstration."""
    lines = [
        "| case | jerk arm / hand | duration | torque, held / peak | hand off | object off | presses | depth p99 |",
        "|---" * 8 + "|",
    ]
    for name, row in cases.items():
        own = first(row.get("arms", {}))
        if not own:
            continue
        kept, torque = own.get("fidelity", {}), own.get("torque", {})
        jerk = " / ".join(f"{value:.2f}" for value in own["jerk_rms"].values())
        load = f"{100 * torque['held']:.0f} % / {100 * torque['peak']:.0f} %" if torque else ""
        off = f"{kept['hand_mm']} mm, {kept['hand_deg']} deg" if "hand_mm" in kept else ""
        thing = f"{kept['object_mm']} mm" if "object_mm" in kept else ""
        pair, force = max(own["pressing_n"].items(), key=lambda item: item[1])
        press = f"{pair} {force:.1f} N" if force > 0 else "none"
        lines.append(
            f"| {title(name, row)} | {jerk} | {own['duration_s']:.1f} s | {load} | {off} | {thing} | {press} "
            f"| {own['penetration_p99_mm']:.1f} mm |"
        )
    return "\n".join(lines)


def paired_table(cases: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the refined motion against each baseline over the same scenes."""
    lines = [
        "| case | against | only refined | only baseline | difference (95 %) | p, exact McNemar |",
        "|---" * 6 + "|",
    ]
    pooled: dict[str, tuple[list[bool], list[bool]]] = {name: ([], []) for name in BASELINES}
    for name, row in cases.items():
        arms = row.get("arms", {})
        for other in BASELINES:
            first_, second = bits(arms.get("replay")), bits(arms.get(other))
            if first_ and len(first_) == len(second):
                lines.append(_pair(title(name, row), other, first_, second))
                pooled[other][0].extend(first_)
                pooled[other][1].extend(second)
    lines += [_pair("all, pooled", other, *both) for other, both in pooled.items() if both[0]]
    return "\n".join(lines)


def _pair(name: str, other: str, first_: list[bool], second: list[bool]) -> str:
    found = mcnemar(first_, second)
    low, high = found.interval_95
    return (
        f"| {name} | {other} | {found.only_first} | {found.only_second} | {100 * found.difference:+.0f} % "
        f"({100 * low:+.0f} .. {100 * high:+.0f}) | {found.p_value:.2g} |"
    )


def kinds_table(cases: Mapping[str, Mapping[str, Any]]) -> str:
    """Return means over the cases of a kind, old and sealed seeds apart; a build that failed counts as no success."""
    lines = [f"| kind | cases | {' | '.join(SHOWN)} | fell back |", "|---" * (len(SHOWN) + 3) + "|"]
    for kind, words in KINDS.items():
        for sealed in (False, True):
            own = [row for row in cases.values() if row["kind"] == kind and row["sealed"] == sealed]
            if not own:
                continue
            cells = []
            for arm in SHOWN:
                rates = [r for r in (rate(row, arm) for row in own) if r is not None]
                cells.append(f"{100 * mean(rates):.0f} %, least {100 * min(rates):.0f} %" if rates else "")
            back = sum(bool((first(row.get("arms", {})).get("fidelity") or {}).get("fell_back")) for row in own)
            name = f"{words}, sealed seeds" if sealed else words
            lines.append(f"| {name} | {len(own)} | {' | '.join(cells)} | {back} |")
    return "\n".join(lines)


def rate(row: Mapping[str, Any], arm: str) -> float | None:
    """Return a success rate; 0 for a build that failed, None for what was not run."""
    if "error" in row.get("build", {}):
        return None if arm == "truth" and row["kind"] == "real" else 0.0
    won = bits(row.get("arms", {}).get(arm))
    return mean(won) if won else None


def first(arms: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the refined motion's own evaluation, of the first protocol that was run."""
    return next((arms[a] for a in SHOWN if a in arms and a not in BASELINES), {})


def title(name: str, row: Mapping[str, Any]) -> str:
    """Return the case's name, marked if its seed is sealed."""
    return f"{name} (sealed)" if row.get("sealed") else name
