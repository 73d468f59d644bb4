"""Kinova Gen3 over the user's own `kortex_api`, in low-level servoing: positions at 1 kHz, one answer each.

Never run, neither on a device nor against the maker's package, which is in no public index: what ran is a fake of the
calls used here (docs/drivers.md). High-level servoing takes no streamed joint positions, only speeds that run on until
something stops them, and is not used. Calls and units follow the maker's published examples; angles are in degrees.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from skillc.runtime.drivers.device import DeviceRefused, Reading
from skillc.runtime.drivers.measurement import DeviceReport
from skillc.runtime.formats.arrays import FloatArray

TCP_PORT, UDP_PORT = 10000, 10001
"""Kortex examples, utilities.py: sessions by TCP, cyclic data by UDP."""
SESSION_MS, CONNECTION_MS = 60_000, 2_000
"""Kortex examples: inactivity after which the base ends a session, and a connection."""
REPLY_MS = 3
"""Kortex example 01-torque_control_cyclic: timeout of one cyclic exchange."""
FRAMES = 65_536
"""Frame ids wrap (Kortex examples)."""
UNTOUCHED_N = 5.0
"""ours: a quarter of the force that stops a run; untouched, an arm feels more where it was not told its payload."""
RATE_HZ = 1000.0
"""Kinova Kortex, servoing modes: low level at 1 kHz."""
MISSING = (
    "the Gen3 needs the maker's Python package kortex_api, which is in no public index: "
    "download its wheel where Kinova publishes the Kortex API and pip install it"
)


@dataclass(frozen=True, kw_only=True)
class KinovaSettings:
    """One arm at one address."""

    joints: tuple[str, ...]
    address: str
    username: str
    password: str
    start: tuple[float, ...]
    """rad, where the skill begins: the arm tells angles within one turn, and is in the one nearest to it."""


class KinovaArm:
    """A connected arm in low-level servoing, holding where it stood."""

    def __init__(self, settings: KinovaSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Open both sessions, refuse an arm with a fault, and take over its servoing where it stands.

        Raises:
            DeviceRefused: the package is missing, nothing answers, or the arm has a fault or another number of joints.
        """
        try:
            self._api = {name: import_module(f"kortex_api.{name}") for name in _MODULES}
        except ImportError as reason:
            raise DeviceRefused(MISSING) from reason
        self._settings, self._clock, self._sessions = settings, clock, list[tuple[Any, Any]]()
        self._reading: Reading
        try:
            self._connect()
            first = self._cyclic.RefreshFeedback()
            if len(first.actuators) != len(settings.joints):
                raise DeviceRefused(
                    f"the Gen3 has {len(first.actuators)} joints; the skill moves {len(settings.joints)}"
                )
            told = list(_faults(first))
            if told:
                raise DeviceRefused(f"{told[0].message}; clear it in the Kinova Web App")
            if not _pressing(first) <= UNTOUCHED_N:
                raise DeviceRefused(
                    f"the Gen3 feels {_pressing(first):.0f} N before it moves, {UNTOUCHED_N:g} N allowed; "
                    "free it, and set the hand's mass as its payload in the Kinova Web App"
                )
            self._serve(first)
        except DeviceRefused:
            self.close()
            raise
        except Exception as reason:  # the package raises exceptions of its own
            self.close()
            raise DeviceRefused(f"Gen3 at {settings.address} does not answer: {reason}") from reason

    @property
    def joints(self) -> tuple[str, ...]:
        """The arm's joints, base first."""
        return self._settings.joints

    @property
    def rate_hz(self) -> float:
        """Exchanges a second."""
        return RATE_HZ

    @property
    def reading(self) -> Reading:
        """The newest reading."""
        return self._reading

    def exchange(self, target: FloatArray) -> Reading:
        """Send targets (n,) rad and take the answer; acknowledged is what carries the number of this exchange."""
        last = self._reading
        if any(r.code in ("R17", "R18") for r in last.reports):
            return last  # a fault takes no further command (FAULTS R17)
        if target.shape == last.q.shape and np.isfinite(target).all():
            for actuator, q in zip(self._command.actuators, np.degrees(target) % 360.0):
                actuator.position = float(q)
        self._command.frame_id = (self._command.frame_id + 1) % FRAMES
        for actuator in self._command.actuators:
            actuator.command_id = self._command.frame_id
        try:
            answer = self._cyclic.Refresh(self._command, 0, self._options)
        except Exception:  # the package raises exceptions of its own; the reading grows old
            return last
        now = self._clock()
        taken = all(actuator.command_id == self._command.frame_id for actuator in answer.actuators)
        self._reading = Reading(
            q=_near(answer, last.q),
            measured_s=now if taken else last.measured_s,
            acknowledged_s=now if taken else last.acknowledged_s,
            # The actuators' torque has the other sign (Kortex example 01-torque_control_cyclic).
            torque=np.array([-actuator.torque for actuator in answer.actuators]),
            pressing_n=_pressing(answer),
            reports=(*_faults(answer), *self._mode(answer)),
        )
        return self._reading

    def close(self) -> None:
        """Give servoing back to the base, which holds the arm, and end the sessions."""
        # What does not answer any more cannot be told; the base takes over by itself when the sessions end.
        with suppress(Exception):
            self._servoing("SINGLE_LEVEL_SERVOING")
        for session, transport in self._sessions:
            with suppress(Exception):
                session.CloseSession()
                transport.disconnect()

    def _connect(self) -> None:
        routers = [
            self._router(self._api["TCPTransport"].TCPTransport(), TCP_PORT),
            self._router(self._api["UDPTransport"].UDPTransport(), UDP_PORT),
        ]
        self._base = self._api["autogen.client_stubs.BaseClientRpc"].BaseClient(routers[0])
        self._cyclic = self._api["autogen.client_stubs.BaseCyclicClientRpc"].BaseCyclicClient(routers[1])
        self._options = self._api["RouterClient"].RouterClientSendOptions()
        self._options.timeout_ms = REPLY_MS

    def _router(self, transport: Any, port: int) -> Any:
        """Open a session over a transport."""
        client = self._api["RouterClient"]
        router = client.RouterClient(transport, client.RouterClient.basicErrorCallback)
        transport.connect(self._settings.address, port)
        about = self._api["autogen.messages.Session_pb2"].CreateSessionInfo()
        about.username, about.password = self._settings.username, self._settings.password
        about.session_inactivity_timeout, about.connection_inactivity_timeout = SESSION_MS, CONNECTION_MS
        session = self._api["SessionManager"].SessionManager(router)
        session.CreateSession(about)
        self._sessions.append((session, transport))
        return router

    def _serve(self, first: Any) -> None:
        """Take over servoing: the first command is where each actuator is."""
        self._command = self._api["autogen.messages.BaseCyclic_pb2"].Command()
        for actuator in first.actuators:
            told = self._command.actuators.add()
            told.flags, told.position = 1, actuator.position  # 1: servoing
        self._servoing("LOW_LEVEL_SERVOING")
        now = self._clock()
        q = _near(first, np.array(self._settings.start))
        self._reading = Reading(q=q, measured_s=now, acknowledged_s=now)

    def _servoing(self, name: str) -> None:
        messages = self._api["autogen.messages.Base_pb2"]
        mode = messages.ServoingModeInformation()
        mode.servoing_mode = getattr(messages, name)
        self._base.SetServoingMode(mode)

    def _mode(self, answer: Any) -> Iterator[DeviceReport]:
        """Yield that the arm left low-level servoing (FAULTS R18)."""
        expected = self._api["autogen.messages.Common_pb2"].ARMSTATE_SERVOING_LOW_LEVEL
        if answer.base.active_state != expected:
            told = f"the Gen3 left low-level servoing (state {answer.base.active_state})"
            yield DeviceReport(code="R18", fault="configuration", message=told)


_MODULES = (
    "TCPTransport", "UDPTransport", "RouterClient", "SessionManager", "autogen.client_stubs.BaseClientRpc",
    "autogen.client_stubs.BaseCyclicClientRpc", "autogen.messages.Base_pb2", "autogen.messages.BaseCyclic_pb2",
    "autogen.messages.Common_pb2", "autogen.messages.Session_pb2",
)  # fmt: skip


def _near(feedback: Any, q: FloatArray) -> FloatArray:
    """Return the joints (n,) rad; of all turns of 360 deg the one that is nearest to q (n,)."""
    told = np.radians([actuator.position for actuator in feedback.actuators])
    near: FloatArray = told + 2 * np.pi * np.round((q - told) / (2 * np.pi))
    return near


def _pressing(feedback: Any) -> float:
    """Return the force on the tool that the arm computes from its own torques, N (FAULTS R22)."""
    base = feedback.base
    force = [base.tool_external_wrench_force_x, base.tool_external_wrench_force_y, base.tool_external_wrench_force_z]
    return float(np.linalg.norm(force))


def _faults(feedback: Any) -> Iterator[DeviceReport]:
    """Yield the fault bits of base and actuators (FAULTS R17)."""
    if feedback.base.fault_bank_a or feedback.base.fault_bank_b:
        bits = (feedback.base.fault_bank_a, feedback.base.fault_bank_b)
        yield DeviceReport(
            code="R17", fault="arm_fault", message=f"the Gen3's base has faults {bits[0]:#x} {bits[1]:#x}"
        )
    for number, actuator in enumerate(feedback.actuators, start=1):
        if actuator.fault_bank_a or actuator.fault_bank_b:
            told = f"the Gen3's actuator {number} has faults {actuator.fault_bank_a:#x} {actuator.fault_bank_b:#x}"
            yield DeviceReport(code="R17", fault="arm_fault", message=told)
