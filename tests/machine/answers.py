"""Policies for tests, as functions of a module: a process of its own can import them."""

import os
import signal
import time

import numpy as np

from skillc.runtime.machine.policies import Answer
from skillc.runtime.machine.policy_watch import Question


def gentle() -> Answer:
    """Return a policy that corrects a little, differently every time."""
    return lambda question: np.full(2, 0.1 * np.sin(question.time_s))


def moody() -> Answer:
    """Return a policy that raises at 1 s, hangs for a while at 2 s and is killed at 3 s."""

    def answer(question: Question) -> np.ndarray:
        if question.time_s == 1.0:
            raise ValueError("boom")
        if question.time_s == 2.0:
            time.sleep(0.3)
        if question.time_s == 3.0:
            os.kill(os.getpid(), signal.SIGKILL)
        return np.full(2, question.time_s / 10)

    return answer
