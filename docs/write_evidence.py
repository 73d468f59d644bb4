"""The page of the evidence of motion, `evidence.md`: what `make evidence-motion` and `evidence-ablation` recorded."""

import json
from pathlib import Path
from typing import Any

from skillc.benchmarks.evidence_ablation import VARIANTS
from skillc.benchmarks.evidence_ablation import as_markdown as ablation_table
from skillc.benchmarks.evidence_arms import ARMS
from skillc.benchmarks.evidence_table import as_markdown

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results"
HEAD = """<!-- Made by `make docs` from benchmarks/results/motion.json, sealed_*.json and ablation.json. -->

# Evidence of motion

One row per case: a recording, a build of it, and rollouts of the compiled state machine behind the safety filter. What
is drawn for each rollout is in [protocols.md](protocols.md). Rates are counts with Wilson's 95 % interval in percent.
Arms of `replay` see the same scenes: differences are paired, with Newcombe's interval (method 10) and McNemar's exact
test. `retargeted` is the motion before refinement, from home and within limits; `unrefined` is the refined way with the
retargeted hand, its fingers closed. `fell back` names what was given up: SK511 the demonstrated orientation or fingers,
SK514 a grasp that the shake test passed. Safe: no press of D.2.2 above 20 N, and no finger harder on the object than
its material bears (ours), in any step of the refined motion's rollouts. Torque: mean over a phase against what the
motor holds without end, and peak against its limit, worst joint.
"""


def evidence_page() -> str:
    """Return the page; it says so where nothing is recorded."""
    motion = _read("motion.json")
    sealed: dict[str, Any] = {}
    for file in sorted(RESULTS.glob("sealed_*.json")):
        sealed |= json.loads(file.read_text(encoding="utf-8"))["cases"]
    cases = {**motion.get("cases", {}), **sealed}
    counts = ", ".join(f"`{name}` {arm.n}" for name, arm in ARMS.items())
    lines = [HEAD, f"Rollouts of a case where nothing else is shown: {counts}.", "", _made(motion), ""]
    lines += [as_markdown(cases) if cases else "No case is recorded on this code.", "", "## What each part buys", ""]
    ablation = _read("ablation.json")
    lines += [f"- {name}: {variant.what}" for name, variant in VARIANTS.items()]
    lines += ["", _made(ablation), ""]
    lines += [ablation_table(ablation["cases"]) if ablation else "Nothing is recorded on this code."]
    return "\n".join(lines) + "\n"


def _read(name: str) -> dict[str, Any]:
    file = RESULTS / name
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def _made(record: dict[str, Any]) -> str:
    facts = record.get("provenance", {})
    return f"Commit {facts['commit']}, {facts['machine']}, Python {facts['python']}." if facts else ""
