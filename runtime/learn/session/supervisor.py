"""Run trainings in processes of their own, side by side; one that hangs or dies is begun again (FAULTS T1, T8)."""

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from skillc.runtime.learn.session.loop import TrainingProgress
from skillc.runtime.learn.session.refusal import TrainingRefused

MOST_RESTARTS = 3
"""As FAULTS T8 says."""
HANGS_S = 600.0
"""ours: a step of the largest training here takes two minutes on a busy machine."""


class TrainingJob(Protocol):
    """One training; it is pickled."""

    @property
    def name(self) -> str:
        """As it is told to the user; no two jobs share one."""


Tell = Callable[[TrainingProgress], None]
Run = Callable[[Any, Tell], Mapping[str, Any]]
"""Train a job to the end, from its last checkpoint where there is one, and return its report; pickled by its name."""


@dataclass(kw_only=True)
class _Worker:
    """A job's process."""

    job: TrainingJob
    process: BaseProcess
    connection: Connection
    restarts: int = 0
    heard_s: float = field(default_factory=time.monotonic)
    ended: bool = False
    """Nothing more will be heard."""


def supervise(
    jobs: Sequence[TrainingJob],
    run: Run,
    *,
    workers: int,
    tell: Tell,
    hangs_s: float = HANGS_S,
) -> dict[str, Mapping[str, Any]]:
    """Run all jobs, `workers` at a time, and return their reports by name.

    Raises:
        TrainingRefused: what a job raises; SK908, a job hung or died too often. The other jobs are ended: their
            checkpoints stay.
    """
    waiting, running = list(jobs), list[_Worker]()
    reports: dict[str, Mapping[str, Any]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                running.append(_begin(waiting.pop(0), run))
            wait([w.connection for w in running], timeout=1.0)
            for worker in list(running):
                report = _heard(worker, tell)
                if report is not None:
                    reports[worker.job.name] = report
                    worker.process.join()
                    running.remove(worker)
                elif worker.ended:
                    _again(worker, running, run, f"ended with exit code {worker.process.exitcode}", tell)
                elif time.monotonic() - worker.heard_s > hangs_s:
                    _again(worker, running, run, f"said nothing for {hangs_s:.0f} s", tell)
    finally:
        for worker in running:
            worker.process.kill()
            worker.process.join()
    return reports


def _begin(job: TrainingJob, run: Run, restarts: int = 0) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, run, theirs, os.getpid()), daemon=True)
    process.start()
    theirs.close()
    return _Worker(job=job, process=process, connection=ours, restarts=restarts)


def _heard(worker: _Worker, tell: Tell) -> Mapping[str, Any] | None:
    """Pass on what a worker said; returns its report when it is done, raises what it could not do."""
    try:
        while worker.connection.poll():
            kind, what = worker.connection.recv()
            worker.heard_s = time.monotonic()
            if kind == "report":
                report: Mapping[str, Any] = what
                return report
            if kind == "refused":
                raise TrainingRefused(*what)
            if kind == "failed":
                raise what
            tell(what)
    except (EOFError, ConnectionResetError):
        worker.ended = True
        worker.process.join()
    return None


def _again(worker: _Worker, running: list[_Worker], run: Run, what: str, tell: Tell) -> None:
    """Begin a worker's job again, from its last checkpoint."""
    worker.process.kill()
    worker.process.join()
    running.remove(worker)
    name = worker.job.name
    if worker.restarts >= MOST_RESTARTS:
        raise TrainingRefused(
            "SK908",
            f"the training of {name} {what}, and was begun again {MOST_RESTARTS} times",
            "run the same command again: it goes on from the last checkpoint; look after memory and disk first",
        )
    tell(TrainingProgress(name=name, number=0, most=0, left_s=float("nan"), values={}, note=f"{what}: begun again"))
    running.append(_begin(worker.job, run, worker.restarts + 1))


def _work(job: TrainingJob, run: Run, connection: Connection, parent: int) -> None:
    """Run a job in this process; ends without a word when nobody listens any more."""

    def tell(progress: TrainingProgress) -> None:
        if os.getppid() != parent:
            os._exit(1)  # the supervisor was killed: whoever resumes must find the folder free
        connection.send(("progress", progress))

    try:
        connection.send(("report", run(job, tell)))
    except TrainingRefused as refusal:
        connection.send(("refused", (refusal.code, refusal.message, refusal.hint)))
    except BrokenPipeError:
        os._exit(1)
    except Exception as error:
        connection.send(("failed", error))
