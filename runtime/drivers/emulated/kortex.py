"""A fake of the calls of `kortex_api` that the Gen3's driver makes, and an arm behind them.

The maker's package is in no public index, so this was written from the maker's published examples and never compared
with it. It shows that the driver makes its calls and keeps what it promises, not that the maker's accepts them.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

JOINTS = 7
SINGLE_LEVEL, LOW_LEVEL = 2, 3
READY, SERVOING_LOW_LEVEL = 4, 7
LAG_S = 0.02
"""Of the emulated servo; not the maker's."""


class FakeGen3:
    """An arm of seven joints."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Stand at zero, in the base's own servoing."""
        self.position, self.goal = np.zeros(JOINTS), np.zeros(JOINTS)
        self.mode, self.fault, self.silent, self.repeats = SINGLE_LEVEL, 0, False, False
        """The last three may be set: fault bits of actuator 3, no answer, an old answer again."""
        self.pushed = np.zeros(3)
        """(3,) N on the tool; may be set."""
        self.calls: list[str] = []
        self._clock, self._since, self._frame = clock, clock(), 0

    def feedback(self) -> Any:
        """Return what the base tells."""
        now = self._clock()
        self.position = self.position + (self.goal - self.position) * (1 - np.exp(-(now - self._since) / LAG_S))
        self._since = now
        faults = [self.fault if number == 3 else 0 for number in range(1, JOINTS + 1)]
        state = SERVOING_LOW_LEVEL if self.mode == LOW_LEVEL else READY
        return SimpleNamespace(
            base=SimpleNamespace(
                active_state=state,
                fault_bank_a=0,
                fault_bank_b=0,
                **{f"tool_external_wrench_force_{axis}": force for axis, force in zip("xyz", self.pushed)},
            ),
            actuators=[
                SimpleNamespace(position=p % 360.0, torque=0.0, command_id=self._frame, fault_bank_a=f, fault_bank_b=0)
                for p, f in zip(self.position, faults)
            ],
        )

    def refresh(self, command: Any) -> Any:
        """Take a cyclic command and answer it."""
        if self.silent:
            raise TimeoutError("no answer")
        if self.mode == LOW_LEVEL and not self.fault:
            told = np.array([actuator.position for actuator in command.actuators])
            # Of all turns the nearest, as the actuators go.
            self.goal = self.position + (told - self.position + 180.0) % 360.0 - 180.0
        if not self.repeats:
            self._frame = command.frame_id
        return self.feedback()


@dataclass
class _Actuators(list[SimpleNamespace]):
    def add(self) -> SimpleNamespace:
        self.append(SimpleNamespace(flags=0, position=0.0, command_id=0))
        return self[-1]


@dataclass
class _Command:
    frame_id: int = 0
    actuators: _Actuators = field(default_factory=_Actuators)


def install(arm: FakeGen3) -> None:
    """Put the fake in the place of `kortex_api`, in this process."""

    class Transport:
        def connect(self, address: str, port: int) -> None:
            arm.calls.append(f"connect {port}")

        def disconnect(self) -> None:
            arm.calls.append("disconnect")

    class Router:
        basicErrorCallback = staticmethod(print)

        def __init__(self, transport: Transport, callback: Any) -> None:
            arm.calls.append("router")

    class Session:
        def __init__(self, router: Router) -> None:
            self.router = router

        def CreateSession(self, about: Any) -> None:
            arm.calls.append(f"session of {about.username}")

        def CloseSession(self) -> None:
            arm.calls.append("close session")

    class Base:
        def __init__(self, router: Router) -> None:
            self.router = router

        def SetServoingMode(self, mode: Any) -> None:
            arm.mode = mode.servoing_mode
            arm.calls.append(f"servoing {arm.mode}")

    def cyclic(router: Router) -> Any:
        return SimpleNamespace(RefreshFeedback=arm.feedback, Refresh=lambda told, device, options: arm.refresh(told))

    modules: dict[str, dict[str, Any]] = {
        "": {}, "autogen": {}, "autogen.client_stubs": {}, "autogen.messages": {},
        "TCPTransport": {"TCPTransport": Transport}, "UDPTransport": {"UDPTransport": Transport},
        "RouterClient": {"RouterClient": Router, "RouterClientSendOptions": SimpleNamespace},
        "SessionManager": {"SessionManager": Session},
        "autogen.client_stubs.BaseClientRpc": {"BaseClient": Base},
        "autogen.client_stubs.BaseCyclicClientRpc": {"BaseCyclicClient": cyclic},
        "autogen.messages.Base_pb2": {
            "ServoingModeInformation": SimpleNamespace, "SINGLE_LEVEL_SERVOING": SINGLE_LEVEL,
            "LOW_LEVEL_SERVOING": LOW_LEVEL,
        },
        "autogen.messages.BaseCyclic_pb2": {"Command": _Command},
        "autogen.messages.Common_pb2": {"ARMSTATE_SERVOING_LOW_LEVEL": SERVOING_LOW_LEVEL},
        "autogen.messages.Session_pb2": {"CreateSessionInfo": SimpleNamespace},
    }  # fmt: skip
    for name, things in modules.items():
        module = ModuleType(f"kortex_api.{name}".rstrip("."))
        module.__dict__.update(things)
        sys.modules[module.__name__] = module
