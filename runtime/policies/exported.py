"""Exported policies: an ONNX file that carries the contract it was trained under; opened and held against a build."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from skillc.runtime.formats.codec import as_json
from skillc.runtime.formats.differences import differences
from skillc.runtime.formats.records import FormatError, from_json
from skillc.runtime.policies.refused import PolicyRefused

CONTRACT_KEY = "contract"
"""Of the metadata in which an exported file carries its contract."""
MOST_DIFFERENCES = 8
"""ours: more lines of differences tell nothing that these do not."""
Embedded = TypeVar("Embedded")


@dataclass(frozen=True, kw_only=True)
class PolicyKind(Generic[Embedded]):
    """Policies of one kind: what their contract is, and how it is told from others."""

    told: str
    """In messages: `pose policy`."""
    contract: type[Embedded]
    name: str
    """Of the contract as it is embedded."""
    version: int
    again: str
    """What to do about a policy that cannot be used."""
    own: tuple[str, ...] = ()
    """Fields of a contract that nothing outside the network has to agree with."""

    def text(self, contract: Embedded) -> str:
        """Return a contract as it is embedded."""
        return json.dumps({"format": self.name, "version": self.version, **as_json(contract)}, sort_keys=True)

    def embedded(self, text: str | None, path: Path) -> Embedded:
        """Read the contract that an exported file carries; raises PolicyRefused SK906."""
        try:
            values = json.loads(text or "")
            if values.pop("format") != self.name or values.pop("version") != self.version:
                raise ValueError(f"it is not of {self.name} version {self.version}")
            contract: Embedded = from_json(self.contract, values, CONTRACT_KEY)
        except (ValueError, KeyError, AttributeError, FormatError) as reason:
            told = f"{path} carries no contract of a {self.told}: {one_line(reason)}"
            raise PolicyRefused("SK906", told, "only files that `skillc train` wrote can be used") from reason
        return contract

    def check(self, expected: Embedded | None, got: Embedded, path: Path) -> None:
        """Raise PolicyRefused SK905 where a policy was made for something else than what it is to be used for.

        Args:
            expected: what the rest of the skill was compiled with; None checks nothing.
            got: what the file carries.
            path: of the file.
        """
        told = [] if expected is None else differences(expected, got, self.own)
        if told:
            more = [f"and {len(told) - MOST_DIFFERENCES} more"] if len(told) > MOST_DIFFERENCES else []
            lines = "\n  ".join([*told[:MOST_DIFFERENCES], *more])
            raise PolicyRefused("SK905", f"{path} was trained for something else:\n  {lines}", self.again)

    def opened(self, path: Path, expected: Embedded | None) -> tuple[Any, Embedded]:
        """Open an ONNX file; returns its session, on one thread, and its contract, held against `expected`.

        The file is read once, into memory: what it names outside of itself is never opened.

        Raises:
            PolicyRefused: SK906, it is no sound policy of this kind; SK905, it was made for something else.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        except Exception as reason:  # onnxruntime raises classes of its own for each way in which a file is wrong
            told = f"{path} cannot be read as ONNX: {one_line(reason)}"
            raise PolicyRefused("SK906", told, self.again) from reason
        contract = self.embedded(session.get_modelmeta().custom_metadata_map.get(CONTRACT_KEY), path)
        self.check(expected, contract, path)
        return session, contract


def one_line(reason: BaseException) -> str:
    """Return what a library says in many lines, or nothing, as one that is not long."""
    return " ".join(str(reason).split())[:200] or type(reason).__name__
