"""A policy in a process of its own: what it raises, its delays and its death are seen and never waited for."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from skillc.runtime.machine.policies import InlinePolicy, PolicyProcess
from skillc.runtime.machine.policy_watch import PolicyReading, Question
from tests.machine.answers import gentle, moody


def question(t: float) -> Question:
    return Question(time_s=t, qpos=np.zeros(4), q_reference_next=np.zeros(4), T_table_manip=np.eye(4))


def until(policy: PolicyProcess, t: float, wanted: Callable[[PolicyReading], bool]) -> PolicyReading:
    """Look until a reading is as wanted; no look may wait for the policy."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        before = time.thread_time()
        reading = policy.newest(t)
        assert time.thread_time() - before < 0.1
        if wanted(reading):
            return reading
        time.sleep(0.005)
    raise AssertionError(f"never happened: {reading}")


def test_what_happens_to_a_policy_in_its_process_is_seen_and_never_waited_for() -> None:
    policy = PolicyProcess(moody)
    try:
        assert policy.newest(0.0).number == 0
        policy.ask(question(0.5))
        first = until(policy, 0.6, lambda r: r.number == 1)
        assert first.action[0] == 0.05 and first.age_s == pytest.approx(0.1) and first.alive and not first.error
        policy.ask(question(1.0))
        assert until(policy, 1.1, lambda r: bool(r.error)).error == "ValueError: boom"
        policy.ask(question(2.0))
        policy.ask(question(2.1))
        policy.ask(question(2.2))
        late = policy.newest(2.3)
        assert late.number == 1 and late.age_s == pytest.approx(1.8), "the last answer ages while it hangs"
        last = until(policy, 2.4, lambda r: r.number == 3)
        assert last.action[0] == pytest.approx(0.22) and not last.error, (
            "of two that came meanwhile only the newer is answered"
        )
        policy.ask(question(3.0))
        assert not until(policy, 3.1, lambda r: not r.alive).alive
        policy.ask(question(3.2))
        assert not policy.newest(3.3).alive
    finally:
        policy.close()


def test_a_policy_that_answers_at_once_tells_what_it_raised_and_how_old_its_answer_is() -> None:
    policy = InlinePolicy(moody())
    assert policy.newest(0.0).number == 0
    policy.ask(question(0.5))
    policy.ask(question(1.0))
    told = policy.newest(1.1)
    assert (told.number, told.error, told.alive) == (1, "ValueError: boom", True)
    assert told.age_s == pytest.approx(0.6)
    assert InlinePolicy(gentle()).newest(1.0).age_s == float("inf")
