"""Trainings as jobs: what is trained, with what it was begun, and the report with which it is over."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from skillc.runtime.formats.codec import as_json
from skillc.runtime.learn.session.budget import Budgeted
from skillc.runtime.learn.session.config import begun_with
from skillc.runtime.learn.session.hold import held
from skillc.runtime.learn.session.whole_file import write_whole

REPORT = "report.json"
INPUTS = ("twin/twin.json", "motion/reference.npz", "contract.json", "environment/environment.json")
"""Files of a build that are learnt from."""


@dataclass(frozen=True, kw_only=True)
class PolicyJob:
    """What is to be trained; it travels to a process of its own."""

    build: Path
    policy: str
    budget: str
    seed: int
    folder: Path
    """Of everything that the training writes."""

    @property
    def name(self) -> str:
        """As it is told to the user."""
        return self.policy

    @property
    def config(self) -> Path:
        """The compiled training config."""
        return self.build / "training" / f"{self.policy}.yaml"

    def once(
        self, settings: Budgeted, more: Mapping[str, Any], work: Callable[[], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Do the work in the job's folder and return its report; of a job that is done, the one that was written.

        Args:
            settings: within the job's budget.
            more: what else decides on the outcome; JSON data.
            work: trains to the end, or goes on with it.

        Raises:
            TrainingRefused: SK900, another process holds the folder; SK901, it was begun with something else.
        """
        path = self.folder / REPORT
        with held(self.folder):
            begun_with(self.folder, {**self._begun(settings), **more})
            if path.exists():
                done: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
                return done
            report = work()
            write_whole(path, (json.dumps(report, indent=1) + "\n").encode())
        return report

    def _begun(self, settings: Budgeted) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "budget": self.budget,
            "seed": self.seed,
            "torch": torch.__version__,
            "settings": as_json(asdict(settings)),
            "inputs": {name: hashlib.sha256((self.build / name).read_bytes()).hexdigest()[:16] for name in INPUTS},
        }
