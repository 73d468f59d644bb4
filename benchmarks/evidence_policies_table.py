"""The evidence of policies as tables in Markdown: arms beside each other, differences trial by trial, stress cells."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from skillc.benchmarks.evidence_table import bits, percent
from skillc.runtime.evaluate.statistics import mcnemar

PAIRS = (
    *(("distillation", "replay"), ("squeeze", "distillation"), ("both", "distillation"), ("both", "squeeze")),
    *(
        ("ideal", "replay"),
        ("ideal+squeeze", "ideal"),
        ("ideal+residual", "ideal"),
        ("ideal+residual", "ideal+squeeze"),
    ),
)
"""What is held against what: a residual that only equals the squeeze has learnt nothing."""
AIM = 0.15
"""A residual is worth its training where it wins so much over none, its interval above 0."""


def as_markdown(cases: Mapping[str, Mapping[str, Any]]) -> str:
    """Return every table: one per cell, the differences, and what was missing."""
    names = list(dict.fromkeys(cell for row in cases.values() for cell in row.get("cells", {})))
    parts = [f"### {name}\n\n{_arms_table(cases, name)}\n\n{_pairs_table(cases, name)}" for name in names]
    return "\n\n".join([*parts, _missing(cases)]).strip()


def _arms_table(cases: Mapping[str, Mapping[str, Any]], cell: str) -> str:
    here = {name: row["cells"][cell] for name, row in cases.items() if cell in row.get("cells", {})}
    arms = list(dict.fromkeys(arm for found in here.values() for arm in found))
    lines = [f"| case | {' | '.join(arms)} | safe |", "|---" * (len(arms) + 2) + "|"]
    for name, found in here.items():
        safe = [s for arm in found.values() for s in bits(arm, "safe")]
        shown = [percent(found.get(arm)) or ("not there" if arm in found else "") for arm in arms]
        lines.append(f"| {name} | {' | '.join(shown)} | {100 * mean(safe):.0f} % |" if safe else f"| {name} |")
    rates = [[mean(bits(f[arm])) for f in here.values() if bits(f.get(arm))] for arm in arms]
    told = [f"{100 * mean(r):.0f} %, least {100 * min(r):.0f} %" if r else "" for r in rates]
    return "\n".join([*lines, f"| mean of {len(here)} | {' | '.join(told)} | |"])


def _pairs_table(cases: Mapping[str, Mapping[str, Any]], cell: str) -> str:
    lines = [
        "| case | first | second | only first | only second | difference (95 %) | p, exact McNemar | |",
        "|---" * 8 + "|",
    ]
    for name, row in cases.items():
        arms = row.get("cells", {}).get(cell, {})
        for first, second in PAIRS:
            one, other = bits(arms.get(first)), bits(arms.get(second))
            if one and len(one) == len(other):
                lines.append(_pair(name, first, second, one, other))
    return "\n".join(lines)


def _pair(name: str, first: str, second: str, one: Sequence[bool], other: Sequence[bool]) -> str:
    found = mcnemar(list(one), list(other))
    low, high = found.interval_95
    verdict = ""
    if first.endswith(("residual", "both")):
        above = low > 0.0 and (found.difference >= AIM or second.endswith("squeeze"))
        verdict = f"above {second}" if above else f"not shown to be above {second}"
    return (
        f"| {name} | {first} | {second} | {found.only_first} | {found.only_second} | {100 * found.difference:+.0f} % "
        f"({100 * low:+.0f} .. {100 * high:+.0f}) | {found.p_value:.2g} | {verdict} |"
    )


def _missing(cases: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what could not be run, and why."""
    why: dict[str, list[str]] = {}
    for name, row in cases.items():
        for cell, arms in row.get("cells", {}).items():
            for arm, found in arms.items():
                if "missing" in found:
                    why.setdefault(f"{arm}: {found['missing']}", []).append(f"{name} {cell}")
    return (
        "\n".join(["Not run:", *(f"- {reason} ({', '.join(places)})" for reason, places in why.items())]) if why else ""
    )
