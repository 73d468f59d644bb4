"""Seeded mistakes: single mutations of the example specs, and the share `check` reports at the right line.

    python -m benchmarks.mistakes

Each mutation changes one line of a shipped example the way people get it wrong. It counts as caught when an error is
reported at that line (or, for something missing, at the section that lacks it) and nowhere else first. The originals
must have no error: a false alarm.
"""

import argparse
import json
import platform
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import skillc
from skillc.compiler.check.check import check_tree
from skillc.compiler.source.diagnostic import SourceError
from skillc.compiler.source.load import load_bytes

EXAMPLES = sorted((Path(__file__).parents[1] / "specs" / "skills").glob("*.yaml"))


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One mutated spec."""

    kind: str
    spec: str
    text: str
    lines: frozenset[int]
    """Where an error may point, 1-based."""
    change: str
    """For the list of what was missed."""


def substitutions(kind: str, spec: str, text: str, pattern: str, replacement: str) -> Iterator[Mistake]:
    """Yield one mistake for every place the pattern matches, replaced alone."""
    for match in re.finditer(pattern, text, re.MULTILINE):
        new = match.expand(replacement)
        if new != match[0]:
            line = text.count("\n", 0, match.start()) + 1
            changed = text[: match.start()] + new + text[match.end() :]
            last = line + new.count("\n")
            yield Mistake(
                kind=kind,
                spec=spec,
                text=changed,
                lines=frozenset(range(line, last + 1)),
                change=f"{match[0].strip()} -> {new.strip()}",
            )


RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "wrong unit": (
        (r"± (\d+) cm", r"± \1 deg"),
        (r"± (\d+) deg", r"± \1 cm"),
        (r"60 deg/s", "60 deg"),
        (r"53\.3 mm", "53.3 ms"),
        (r"12 Hz", "12 s"),
        (r"20 N\b", "20 kg"),
    ),
    "no unit": (
        (r"± (\d+) (cm|deg)", r"± \1"),
        (r"582 px", "582"),
        (r"60 deg/s", "60"),
        (r"< (\d+) cm", r"< \1"),
        (r"scale: 5 cm", "scale: 5"),
    ),
    "misspelt key": (
        (r"\brole:", "rol:"),
        (r"^  success:", "  succes:"),
        (r"^rewards:", "reward:"),
        (r"\bfocal:", "fokal:"),
        (r"^  test:", "  tset:"),
        (r"position\.xy", "positon.xy"),
        (r"\bweight:", "wieght:"),
        (r"joint_speed", "joint_sped"),
        (r"material:", "materal:"),
    ),
    "misspelt word": (
        (r"role: manipulated", "role: manipulatd"),
        (r"material: plastic", "material: plastik"),
        (r"type: (\w+)$", r"type: \1x"),
        (r"tagStandard41h12", "tagStandart41h12"),
        (r"else: hold", "else: hodl"),
        (r"kinova_gen3_leap", "kinova_gen3_lep"),
        (r"^method: video2sim2real", "method: video2simreal"),
    ),
    "swapped range": ((r": (0\.\d+) \.\. (1\.\d+)", r": \2 .. \1"),),
    "missing object": ((r"^(\s+)(\w+)\.(position|yaw|scale)", r"\1\2s.\3"),),
    "inactive term": (
        (r"(\w+)\.yaw: ± \d+ deg", r"\1.yaw: ± 0 deg"),
        (r"(\w+)\.scale: 0\.\d .. 1\.\d", r"\1.scale: × 1 .. 1"),
        (r"weight: 1\.0", "weight: 0"),
        (r"final_offset: (.*)$", r"final_offset: \1\n    tracking_error: < 5 cm"),
    ),
    "rate does not divide": (
        (r"policy: 12 Hz", "policy: 13 Hz"),
        (r"policy: 12 Hz", "policy: 120 Hz"),
        (r"control: 60 Hz", "control: 50 Hz"),
    ),
    "joint order": tuple(
        (
            r"^hardware: (\w+)$",
            rf"hardware: {{extends: \1, groups: {{arm: [{', '.join(f'joint_{n}' for n in order)}]}}}}",
        )
        for order in ((2, 1, 3, 4, 5, 6, 7), (7, 6, 5, 4, 3, 2, 1))
    ),
    "wrong order": (
        (r"^(skill: .*)\n(language: .*)$", r"\1\n \2"),
        (r"^(task:)\n(  type: .*)$", r"\1\n\2\n\2"),
    ),
    "limit of another robot": (
        (r"joint_speed: 60 deg/s", "joint_speed: 600 deg/s"),
        (r"contact_force: 20 N", "contact_force: -20 N"),
        (r"(position\.xy): ± \d+ cm", r"\1: ± 5 m"),
    ),
    "path": (
        (r"recording: (\w+)\.mp4", r"recording: ../\1.mp4"),
        (r"recording: (\w+)\.mp4", r"recording: /data/\1.mp4"),
        (r"recording: (\w+)\.mp4", r"recording: https://host/\1.mp4"),
    ),
    "yaml surprise": (
        (r"summary: .*", "summary: no"),
        (r"height: 720", "height: 0720"),
        (r"weight: 1\.0", "weight: 1e0"),
        (r"id: 0", "id: 00"),
        (r"language: 1", "language: 1_0"),
    ),
    "wrong form": (
        (r": < (\d+ cm)", r": \1"),
        (r"0\.8 \.\. 1\.2", "0.8"),
        (r": ± (\d+ cm)", r": \1"),
        (r"retry 2", "retry"),
        (r"\{x: 0, y: 0,", "{x: 0,"),
    ),
    "radians for degrees": ((r"± (\d\d) deg", r"± \1 rad"),),
    "fault answer": (
        (r"object_lost: retry 2", "objct_lost: retry 2"),
        (r"object_lost: retry 2", "contact_force: hold"),
    ),
    "power of ten": (
        (r"53\.3 mm", "53.3 m"),
        (r"582 px", "5.82 px"),
        (r"60 Hz", "60 kHz"),
        (r"12 Hz", "12 kHz"),
        (r"60 deg/s", "60 krad/s"),
        (r"final_offset: < (\d+) cm", r"final_offset: < \1 km"),
        (r"(position\.xy): ± (\d+) cm", r"\1: ± \2 km"),
    ),
    "decimal comma": (
        (r"53\.3 mm", "53,3 mm"),
        (r"0\.8 \.\. 1\.2", "0,8 .. 1,2"),
        (r"weight: 1\.0", "weight: 1,0"),
        (r"0\.1 N", "0,1 N"),
        (r"weight: -0\.01", "weight: -0,01"),
    ),
    "no space after the colon": (
        (r"^  type: (\w+)$", r"  type:\1"),
        (r"rise: ", "rise:"),
        (r"\brole: ", "role:"),
        (r"^hardware: ", "hardware:"),
        (r"control: 60", "control:60"),
        (r"weight: 1\.0", "weight:1.0"),
    ),
    "wrong indent": (
        (r"^hardware: (\w+)$", r"  hardware: \1"),
        (r"^    final_offset: ", "  final_offset: "),
        (r"^    (\w+): \{role: target", r"  \1: {role: target"),
        (r"^  on_fault:", "    on_fault:"),
        (r"^rewards:", "  rewards:"),
    ),
    "roles mixed up": ((r"role: target", "role: manipulated"), (r"role: manipulated", "role: target")),
    "quotes": (
        (r"summary: (.*)$", r'summary: "\1'),
        (r'rise: "> (\d+) cm"', r"rise: > \1 cm"),
        (r'rise: "> (\d+) cm"', r'rise: "> \1 cm'),
        (r'rise: "> (\d+) cm"', r"rise: “> \1 cm”"),
    ),
    "comparison": (
        (r"final_offset: < (.*)$", r"final_offset: =< \1"),
        (r"final_offset: < (\d+ cm)", r"final_offset: \1 >"),
        (r"final_offset: < (\d+ cm)", r"final_offset: less than \1"),
        (r"final_offset: < (\d+ cm)", r"final_offset: < -\1"),
    ),
    "capital letters": (
        (r"role: target", "Role: target"),
        (r"role: target", "role: Target"),
        (r"60 Hz", "60 HZ"),
        (r"± (\d+) cm", r"± \1 CM"),
        (r"^hardware: kinova_gen3_leap", "hardware: Kinova_Gen3_Leap"),
        (r"tagStandard41h12", "TagStandard41h12"),
    ),
    "sign": (
        (r"± (\d+) cm", r"± -\1 cm"),
        (r"action_l2: \{weight: -0\.01\}", "action_l2: {weight: 0.01}"),
        (r"flow_tracking: \{weight: 1\.0", "flow_tracking: {weight: -1.0"),
        (r"582 px", "-582 px"),
        (r"0\.8 \.\. 1\.2", "-0.8 .. 1.2"),
    ),
    "condition of another task": ((r"^(  type: (?:push|pull)\n  success:.*)$", '\\1\n    rise: "> 5 cm"'),),
}
"""Kind -> (pattern, what someone writes instead)."""


def mistakes(spec: str, text: str) -> Iterator[Mistake]:
    """Yield every mistake of every kind that one example allows."""
    for kind, rules in RULES.items():
        for pattern, replacement in rules:
            yield from substitutions(kind, spec, text, pattern, replacement)


def reported_lines(text: str) -> list[int]:
    """Return the lines `check` reports errors at."""
    try:
        tree = load_bytes(text.encode(), "spec.yaml")
    except SourceError as error:
        return [d.spans[0].line for d in error.diagnostics]
    errors = [d for d in check_tree(tree, None).diagnostics if d.severity == "error"]
    return [d.spans[0].line for d in errors]


def main() -> None:
    """Print the table; exit 1 on a false alarm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the numbers here")
    arguments = parser.parse_args()
    alarms = [file.name for file in EXAMPLES if reported_lines(file.read_text(encoding="utf-8"))]
    kinds: dict[str, list[int]] = {}
    missed: list[Mistake] = []
    for file in EXAMPLES:
        for mistake in mistakes(file.name, file.read_text(encoding="utf-8")):
            lines = reported_lines(mistake.text)
            at_the_line = bool(lines) and set(lines) <= mistake.lines
            count = kinds.setdefault(mistake.kind, [0, 0])
            count[0] += at_the_line
            count[1] += 1
            if not at_the_line:
                missed.append(mistake)
                found = f"reported at {sorted(set(lines))}" if lines else "not reported"
                print(
                    f"missed: {mistake.kind}: {mistake.spec}: {mistake.change!r} {found}, due {sorted(mistake.lines)}"
                )
    caught, total = (sum(count[i] for count in kinds.values()) for i in (0, 1))
    print(f"\nskillc {skillc.__version__}, Python {platform.python_version()}, {len(EXAMPLES)} specs\n")
    print("| kind | caught at the right line | mutations |\n|---|---|---|")
    for kind, (good, count_) in kinds.items():
        print(f"| {kind} | {good} | {count_} |")
    print(f"| **all** | **{caught} ({caught / total:.1%})** | **{total}** |")
    print(f"\nfalse alarms on the originals: {len(alarms)} of {len(EXAMPLES)}")
    if arguments.json:
        record = {"caught": caught, "mutations": total, "false_alarms": alarms, "kinds": kinds}
        record["missed"] = [asdict(m) | {"lines": sorted(m.lines), "text": ""} for m in missed]
        arguments.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    raise SystemExit(1 if alarms else 0)


if __name__ == "__main__":
    main()
