"""Each signal that asks to stop is heard once; the second one ends at once, with the exit code of its kind."""

import os
import signal

import pytest

from skillc.runtime.cli.failures import Terminated, failure_of
from skillc.runtime.cli.stop_signals import STOPPING, stop_signals


@pytest.mark.parametrize("number", STOPPING)
def test_the_first_signal_asks_and_the_second_ends_at_once(number: signal.Signals) -> None:
    ending, code = (KeyboardInterrupt, 130) if number == signal.SIGINT else (Terminated, 143)
    before = signal.getsignal(number)
    with stop_signals() as request:
        assert not request()
        os.kill(os.getpid(), number)
        assert request()
        with pytest.raises(ending):
            os.kill(os.getpid(), number)
    assert signal.getsignal(number) == before
    with pytest.raises(ending) as ended:
        request.end()
    assert failure_of(ended.value, []).exit_code == code


def test_a_run_that_nobody_asked_to_stop_goes_on() -> None:
    with stop_signals() as request:
        pass
    request.end()
