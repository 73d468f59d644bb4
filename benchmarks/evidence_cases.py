"""The cases of `make evidence-motion`: four real videos, seven simulated tasks with old and with sealed seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from skillc.benchmarks.commands import skillc

ROOT = Path(__file__).resolve().parents[1]
SEALED_FILE = ROOT / "benchmarks" / "sealed.txt"
REAL = ("apple", "spice", "box", "tray")
TASKS = ("apple", "peach", "spice", "toy", "box", "book", "tray")
OLD_SEEDS = (0, 1, 2)
"""Developed on."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One recording to build from."""

    name: str
    task: str
    kind: str
    """real, rgbd or colour."""
    seed: int | None
    sealed: bool
    spec: Path
    data: Path
    truth: Path | None

    def recorded(self) -> None:
        """Record the demonstration if it is a simulated one that does not exist yet; raises RuntimeError."""
        if self.truth is None or self.truth.is_dir():
            return
        made = skillc("record", "--simulated", self.task, "--seed", str(self.seed), "--out", str(self.data))
        if made.returncode:
            raise RuntimeError(made.stderr.strip()[-600:])


def sealed_seeds(release: str, file: Path = SEALED_FILE) -> tuple[int, ...]:
    """Return the seeds sealed for a release; KeyError if there are none."""
    for line in file.read_text(encoding="utf-8").splitlines():
        name, _, seeds = line.partition(":")
        if not line.startswith("#") and name.strip() == release:
            return tuple(int(seed) for seed in seeds.split())
    raise KeyError(f"{file.name} seals no seeds for release {release}")


def cases(real: Path | None, simulated: Path, sealed: Sequence[int]) -> list[Case]:
    """List all cases: real ones only where their folder is given, sealed ones last."""
    found = []
    if real is not None:
        for task in REAL:
            found.append(
                Case(
                    name=f"real_{task}", task=task, kind="real", seed=None, sealed=False,
                    spec=ROOT / "specs" / "skills" / f"{task}.yaml", data=real, truth=None,
                )
            )  # fmt: skip
    for seed in (*OLD_SEEDS, *sealed):
        for task in TASKS:
            folder = simulated / f"{task}_{seed}"
            for kind, spec_name in (("rgbd", f"{task}.yaml"), ("colour", f"{task}_color.yaml")):
                found.append(
                    Case(
                        name=f"{kind}_{task}_{seed}", task=task, kind=kind, seed=seed, sealed=seed in sealed,
                        spec=folder / spec_name, data=folder, truth=folder / "truth",
                    )
                )  # fmt: skip
    return found
