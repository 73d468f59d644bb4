"""Policies behind the policy port: one that answers at once, and one in a process of its own.

In simulation an answer costs no simulated time, so a policy that answers at once keeps runs repeatable. On hardware a
policy that computes, hangs or dies must not take the loop with it: it lives in another process, and the loop only
looks whether an answer lies in the pipe.
"""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

import numpy as np

from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.machine.policy_watch import PolicyReading, Question

Answer: TypeAlias = Callable[[Question], FloatArray]
"""Question -> action (m,) in the contract's order; 1 is the largest correction."""


class InlinePolicy:
    """Answers inside the loop, before it goes on."""

    def __init__(self, answer: Answer) -> None:
        """Answer every question by `answer`."""
        self._answer = answer
        self._number, self._asked_s, self._error = 0, 0.0, ""
        self._action: Any = None

    def ask(self, question: Question) -> None:
        """Answer; what it raises is told with the next reading."""
        try:
            self._action, self._error = self._answer(question), ""
            self._number, self._asked_s = self._number + 1, question.time_s
        except Exception as reason:
            self._error = f"{type(reason).__name__}: {reason}"

    def newest(self, t: float) -> PolicyReading:
        """Return the last answer."""
        age = t - self._asked_s if self._number else float("inf")
        return PolicyReading(number=self._number, action=self._action, age_s=age, alive=True, error=self._error)

    def close(self) -> None:
        """End nothing."""


class PolicyProcess:
    """Answers in a process of its own, one question at a time; questions that come meanwhile are replaced by newer."""

    def __init__(self, make: Callable[[], Answer]) -> None:
        """Start the process; `make`, a function of a module, makes the policy there."""
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, make), daemon=True)
        self._process.start()
        theirs.close()
        self._busy = False
        self._waiting: Question | None = None
        self._newest = PolicyReading(number=0, action=None, age_s=float("inf"), alive=True, error="")
        self._answered_s = 0.0

    def ask(self, question: Question) -> None:
        """Send a question, or keep it until the last one is answered."""
        self._waiting = question
        self._send()

    def newest(self, t: float) -> PolicyReading:
        """Return the newest answer that has arrived; never waits."""
        alive = self._process.is_alive()
        try:
            while self._pipe.poll():
                self._take(*self._pipe.recv())
        except (EOFError, OSError):
            alive = False
        self._send()
        before, age = self._newest, t - self._answered_s
        return PolicyReading(
            number=before.number,
            action=before.action,
            age_s=age if before.number else float("inf"),
            alive=alive,
            error=before.error,
        )

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.kill()
        self._process.join()

    def _send(self) -> None:
        if self._waiting is None or self._busy:
            return
        try:
            self._pipe.send(self._waiting)
        except OSError:
            return  # `newest` tells that it is dead
        self._busy, self._waiting = True, None

    def _take(self, asked_s: float, action: Any, error: str) -> None:
        self._busy = False
        number = self._newest.number
        if not error:
            number, self._answered_s = number + 1, asked_s
        self._newest = PolicyReading(number=number, action=action, age_s=0.0, alive=True, error=error)


def _serve(pipe: Connection, make: Callable[[], Answer]) -> None:
    """Answer questions until the pipe is closed."""
    answer = make()
    while True:
        try:
            question = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            pipe.send((question.time_s, np.asarray(answer(question)), ""))
        except Exception as reason:
            pipe.send((question.time_s, None, f"{type(reason).__name__}: {reason}"))
