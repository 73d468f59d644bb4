"""The table of perturbations: readable, complete, and beyond what any build has drawn."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from skillc.runtime.evaluate import perturbation
from skillc.runtime.evaluate.perturbation import PROTOCOLS, perturbations, scenes


def test_every_protocol_is_described_and_draws_something_with_a_source() -> None:
    assert set(scenes()) == set(PROTOCOLS)
    for protocol in PROTOCOLS:
        drawn = [p.ranges[protocol] for p in perturbations() if protocol in p.ranges]
        assert drawn and all(r.source for r in drawn)


@pytest.mark.parametrize(
    ("text", "kind", "interval"),
    [
        ("± 2 mm", "added", (-0.002, 0.002)),
        ("× 0.7 .. 1.3", "factor", (0.7, 1.3)),
        ("× 0.5", "factor", (0.5, 0.5)),
        ("0 .. 50 ms", "set", (0.0, 0.05)),
        ("180 deg", "set", (np.pi, np.pi)),
    ],
)
def test_a_range_is_read_in_si_units(text: str, kind: str, interval: tuple[float, float]) -> None:
    read = perturbation._range({"value": text, "source": "x"})
    assert read.kind == kind and read.intervals[0] == pytest.approx(interval)
    drawn = [read.draw(np.random.default_rng(k)) for k in range(50)]
    assert min(drawn) >= interval[0] and max(drawn) <= interval[1]


@pytest.mark.parametrize("text", ["2 mm ±", "± 2 parsec", "0.7 ..", "nan", "× -", ["± 1 mm", "× 2"]])
def test_what_is_no_range_is_refused_with_the_file_and_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match=r"specs/protocols\.yaml: .*; write"):
        perturbation._range({"value": text, "source": "x"})


def contact_settings(written: Any) -> list[dict[str, Any]]:
    """Return every mapping of a preset that names contact parameters: its simulation's and its rehearsals'."""
    found = [written] if isinstance(written, dict) and {"solref", "solimp"} & set(written) else []
    if isinstance(written, dict):
        found += [each for value in written.values() for each in contact_settings(value)]
    return found


def test_contact_parameters_of_evaluation_differ_from_every_presets(project: Path) -> None:
    settings = [
        found
        for file in sorted((project / "specs" / "methods").rglob("*.yaml"))
        for found in contact_settings(yaml.safe_load(file.read_text(encoding="utf-8")))
    ]
    times = {float(s["solref"]["value"][0]) for s in settings if "solref" in s}
    impedances = {float(s["solimp"]["value"][0]) for s in settings if "solimp" in s}
    assert len(settings) >= 2 and len(times) >= 2, "the presets' simulation and rehearsals are both found"
    table = {p.quantity: p for p in perturbations()}
    for quantity, used in (("contact.time", times), ("contact.impedance", impedances)):
        for protocol in PROTOCOLS:
            for low, high in table[quantity].ranges[protocol].intervals:
                near = [u for u in used if 0.98 * low <= u <= 1.02 * high]
                assert not near, f"{quantity} of {protocol} draws {low:g} .. {high:g}; builds use {near}"


REHEARSED_WIDER = {"object.position.xy", "object.yaw"}
"""Under `replay` things stand where they stood but for 2 mm; `test` moves them farther than any rehearsal."""


def test_factors_reach_beyond_what_the_build_rehearses(project: Path) -> None:
    preset = yaml.safe_load((project / "specs/methods/video2sim2real.yaml").read_text(encoding="utf-8"))
    for row in perturbations():
        if row.rehearsed.get("as") != "relative" or row.ranges.get("replay") is None:
            continue
        spread = preset
        for key in row.rehearsed["at"][0].split("."):
            spread = spread[key]
        (low, high), *_ = row.ranges["replay"].intervals
        assert low < 1 - spread["value"] and high > 1 + spread["value"], row.quantity
