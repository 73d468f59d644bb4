"""The page of what evaluation perturbs, beside what builds rehearse: `protocols.md`, from specs/protocols.yaml."""

from pathlib import Path
from typing import Any

import yaml

from skillc.runtime.evaluate.perturbation import PROTOCOLS, Perturbation, perturbations, scenes

PRESET = Path(__file__).resolve().parents[1] / "specs" / "methods" / "video2sim2real.yaml"
HEAD = """<!-- Made by `make docs` from specs/protocols.yaml; edit that instead. -->

# Evaluation protocols

`skillc eval BUILD --protocol P --n N --seed S` rolls the compiled state machine out N times behind the safety filter.
Every rollout draws its own scene, physics and robot as below. A seed gives the same draws to every skill and motion
evaluated in a scene, so that arms of a comparison are paired.
"""
FRICTION = """
Friction belongs to pairs: of two surfaces the geometric mean counts, so that each factor above enters by its square
root, but for the fingertips, whose own is stated against plastic and enters whole. Contacts of an object with the
target take the larger of what both have with the table; links and palm have a friction of their own.

A round object of a twin stands on a hidden flat of three tenths of its width, since real fruit stands where its twin,
an ellipsoid, would fall over. Rollouts narrow it and add resistance to rolling; how much that matters is in
[results.md](results.md).
"""
_MS = 1e3


def protocols_page() -> str:
    """Return the page."""
    preset = yaml.safe_load(PRESET.read_text(encoding="utf-8"))
    lines = [HEAD, "| protocol | scene |", "|---|---|"]
    lines += [f"| `{name}` | {words} |" for name, words in scenes().items()]
    heads = " | ".join(f"`{name}`" for name in PROTOCOLS)
    lines += ["", f"| quantity | rehearsed by builds | {heads} |", "|---" * (len(PROTOCOLS) + 2) + "|"]
    for row in perturbations():
        cells = [row.ranges[p].text if p in row.ranges else "" for p in PROTOCOLS]
        lines.append(f"| `{row.quantity}` | {_rehearsed(row, preset)} | {' | '.join(cells)} |")
    lines += [FRICTION, "| quantity | meaning | why so far |", "|---|---|---|"]
    for row in perturbations():
        why = "; ".join(dict.fromkeys(r.source for r in row.ranges.values()))
        lines.append(f"| `{row.quantity}` | {row.meaning} | {why} |")
    return "\n".join(lines) + "\n"


def _rehearsed(row: Perturbation, preset: Any) -> str:
    """Return the build's own spread in words: added, a factor, or the values that it sets."""
    if not row.rehearsed:
        return "nothing"
    values = [_value(preset, path, row.rehearsed.get("item")) for path in row.rehearsed["at"]]
    match row.rehearsed["as"]:
        case "added":
            return f"± {values[0]}"
        case "relative":
            return f"× {1 - values[0]:g} .. {1 + values[0]:g}"
        case "pair":
            return f"of the pair × {1 - values[0]:g} .. {1 + values[0]:g}"
        case "time":
            return " or ".join(f"{_MS * _seconds(v):.3g}" for v in values) + " ms"
    return " or ".join(dict.fromkeys(f"{v:g}" for v in values))


def _seconds(value: Any) -> float:
    return float(str(value).removesuffix(" s"))


def _value(preset: Any, path: str, item: int | None) -> Any:
    found = preset
    for key in path.split("."):
        found = found[key]
    return found["value"] if item is None else found["value"][item]
