"""The text of `docs/tutorial.md`: a first skill as a new user makes it, with what the commands really print.

`make docs` writes the page.
"""

import difflib
import os
import subprocess
import sys
from pathlib import Path

SPEC = "apple.yaml"


class Transcript:
    """Runs commands in a fresh folder and keeps what a reader sees."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        """Add a paragraph."""
        self.lines += [text, ""]

    def run(self, *arguments: str, expect: int) -> None:
        """Run `skillc ...` and show its output; the exit code is part of what is shown."""
        environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "110", "PYTHONIOENCODING": "utf-8", "SKILLC_DATA": ""}
        done = subprocess.run(
            [sys.executable, "-m", "skillc", *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        if done.returncode != expect:
            raise SystemExit(f"skillc {' '.join(arguments)} ended with {done.returncode}, not {expect}:\n{done.stdout}")
        self.lines += ["```console", f"$ skillc {' '.join(arguments)}", *done.stdout.rstrip().splitlines()]
        if expect:
            self.lines += ["$ echo $?", str(expect)]
        self.lines += ["```", ""]

    def ready(self, estimator: str) -> None:
        """Install an estimator without showing it: whether it was there already depends on the machine."""
        subprocess.run(
            [sys.executable, "-m", "skillc", "estimators", "install", estimator], check=True, capture_output=True
        )

    def copy(self, old: str, new: str) -> None:
        """Copy a file and show how."""
        (self.folder / new).write_bytes((self.folder / old).read_bytes())
        self.lines += ["```console", f"$ cp {old} {new}", "```", ""]

    def show(self, what: str) -> None:
        """Show a file's text."""
        text = (self.folder / what).read_text(encoding="utf-8")
        self.lines += ["```yaml", *text.rstrip().splitlines(), "```", ""]

    def edit(self, *changes: tuple[str, str]) -> None:
        """Change the spec and show the change as a diff."""
        file = self.folder / SPEC
        before = file.read_text(encoding="utf-8")
        after = before
        for old, new in changes:
            if after.count(old) != 1:
                raise SystemExit(f"{old!r} stands {after.count(old)} times in {SPEC}")
            after = after.replace(old, new)
        file.write_text(after, encoding="utf-8")
        difference = difflib.unified_diff(before.splitlines(), after.splitlines(), SPEC, SPEC, lineterm="", n=0)
        changed = [line for line in difference if not line.startswith(("---", "+++", "@@"))]
        self.lines += ["```diff", *changed, "```", ""]


def tutorial(folder: Path) -> str:
    """Return the page."""
    t = Transcript(folder)
    t.say("# A first skill")
    t.say(
        "This page is a transcript: `make docs` runs the commands and writes down what they print, from an empty "
        "folder to a skill that was built, evaluated and reported. It needs no recording, no robot and no GPU, and "
        "about five minutes on two CPU cores."
    )
    t.say("## A draft")
    t.say("`skillc init` writes a commented spec for a type of task. It overwrites nothing.")
    t.run(
        *("init", SPEC, "--task", "grasp", "--recording", "apple.mp4", "--manipulated", "apple", "--target", "plate"),
        expect=0,
    )
    t.show(SPEC)
    t.run("check", SPEC, expect=0)
    t.say(
        "The warning is right: there is no video yet. Nothing else is missing, so this is a spec that could be built."
    )
    t.say("Keep the draft for later:")
    t.copy(SPEC, "first.yaml")
    t.say("## Three mistakes")
    t.say("Now somebody edits it: a tighter goal, a wider range, a faster policy, and three slips on the way.")
    t.edit(
        ("    final_offset: < 7 cm", "    final_ofset: < 5 cm"),
        ("  apple.yaw: ± 10 deg", "  apple.yaw: ± 20"),
        ("policy: 12 Hz", "policy: 25 Hz"),
    )
    t.run("check", SPEC, expect=2)
    t.say("All independent mistakes come in one run, at their line and column, and each says what to write. So:")
    t.edit(
        ("final_ofset: < 5 cm", "final_offset: < 5 cm"),
        ("apple.yaw: ± 20", "apple.yaw: ± 20 deg"),
        ("policy: 25 Hz", "policy: 20 Hz"),
    )
    t.run("check", SPEC, expect=2)
    t.say("Now that the rate divides, a later pass sees that the policy would run faster than it was trained:")
    t.run("explain", "SK603", expect=0)
    t.edit(("\nrewards:", "\npolicies: {residual: {rate: 20 Hz}}\n\nrewards:"))
    t.run("check", SPEC, expect=0)
    t.say("## Where a value comes from")
    t.run("explain", SPEC, "task.success.final_offset", expect=0)
    t.run("explain", SPEC, "policies.residual.randomization.apple.mass", expect=0)
    t.run("explain", "flow_tracking", expect=0)
    t.say("## One way to write it")
    t.edit(("  apple.position.xy: ± 5 cm\n  apple.yaw", "  apple.position.xy:   +-5cm\n  apple.yaw"))
    t.run("fmt", "--check", SPEC, expect=1)
    t.run("fmt", SPEC, expect=0)
    t.say("## What a change means")
    t.say("Against the first draft; `--format markdown` is for pull requests.")
    t.run("diff", "first.yaml", SPEC, expect=0)
    _from_recording_to_report(t)
    return "\n".join(t.lines).rstrip() + "\n"


def _from_recording_to_report(t: Transcript) -> None:
    t.say("## A recording")
    t.say(
        "Without a camera at hand, a simulated human performs the same task in front of a simulated one. A recording "
        "of your own takes its place under its own name: a fixed colour or RGB-D camera, and a tag on the table, "
        "which `skillc init --tag tag.pdf` prints."
    )
    t.run("record", "--simulated", "apple", "--seed", "1", "--out", "demo", expect=0)
    t.say("The spec names it, and says which things are round:")
    t.edit(
        ("recording: apple.mp4", "recording: demo/rgbd"),
        ("role: manipulated, material: plastic", "role: manipulated, material: plastic, symmetry: z"),
        ("role: target, material: ceramic", "role: target, material: ceramic, symmetry: z"),
    )
    t.run("check", SPEC, expect=0)
    t.say("`plan` says what a build would do. Most stages wait: what they get is known once those before them ran.")
    t.run("plan", SPEC, expect=0)
    t.say("## A build")
    t.ready("mediapipe")
    t.run("build", SPEC, expect=0)
    t.say(
        "Stages warn at the line to change: of what they assumed, and of corners of the randomization that the arm "
        "does not reach. Nothing is made twice: after a change, `plan` names what runs again and why."
    )
    t.edit(("action_l2: {weight: -0.01}", "action_l2: {weight: -0.02}"))
    t.run("plan", SPEC, expect=0)
    t.run("build", SPEC, expect=0)
    t.say("## An evaluation")
    t.say("The skill is rolled out in simulation, through its state machine and behind its safety filter:")
    t.run("eval", "build/apple", "--n", "3", expect=0)
    t.run("run", "build/apple", expect=0)
    t.say("## The report")
    t.run("report", "build/apple", expect=0)
    t.say(
        "One HTML page with a picture of every stage, the numbers, and the evaluations; `skillc view build/apple` "
        "shows the same in 3D. What a build folder holds is in [environment.md](environment.md), how to read it from "
        "Python in [python.md](python.md)."
    )
