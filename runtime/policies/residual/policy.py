"""An exported residual policy: read from an ONNX file with its contract, checked, and asked once a policy tick."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.env.tracked import TrackedPoints
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.records import FormatError, from_json
from skillc.runtime.formats.residual_contract import NAME, VERSION, ResidualContract, contract_differences
from skillc.runtime.policies.poses.policy import CONTRACT_KEY
from skillc.runtime.policies.poses.refused import PolicyRefused
from skillc.runtime.terms import catalog
from skillc.runtime.terms.moment import Moment

AGAIN = "train again on this build: `skillc train BUILD --policy residual`"
MOST_DIFFERENCES = 8
"""ours: more lines of differences tell nothing that these do not."""


class ResidualPolicy:
    """One network for one run: it remembers where the object was at the last question."""

    def __init__(self, session: Any, contract: ResidualContract) -> None:
        """Keep an ONNX session and the contract it was exported with."""
        self._session, self.contract = session, contract
        self._points = TrackedPoints(points=contract.points, normals=contract.normals, eye=contract.eye)
        self._terms = [
            (catalog.observation(t.name).value, [contract.joints.index(j) for j in t.joints] or slice(None), t)
            for t in contract.observation
        ]
        self._before: FloatArray | None = None

    @classmethod
    def load(cls, path: Path, expected: ResidualContract | None = None) -> "ResidualPolicy":
        """Read an exported file; what it names outside of itself is never opened.

        Args:
            path: of the ONNX file.
            expected: what the rest of the skill was compiled with; None checks nothing against it.

        Raises:
            PolicyRefused: SK906, it is no sound residual policy; SK905, it was made for something else.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        except Exception as reason:  # onnxruntime raises classes of its own for each way in which a file is wrong
            raise PolicyRefused("SK906", f"{path} cannot be read as ONNX: {_line(reason)}", AGAIN) from reason
        contract = embedded_residual(session.get_modelmeta().custom_metadata_map.get(CONTRACT_KEY), path)
        check_residual(expected, contract, path)
        policy = cls(session, contract)
        sizes = [sum(t.size for t in contract.observation), sum(len(t.joints) for t in contract.action)]
        probe = policy.action(np.zeros((1, sizes[0])))
        if probe.shape != (1, sizes[1]) or not np.isfinite(probe).all():
            told = f"{path} answers {probe.shape}, finite: {bool(np.isfinite(probe).all())}; expected (1, {sizes[1]})"
            raise PolicyRefused("SK906", told, AGAIN)
        return policy

    def __call__(self, question: Any) -> FloatArray:
        """Answer a question of the machine (`policy_watch.Question`): corrections (m,), 1 the largest."""
        T = np.asarray(question.T_table_manip)[None]
        before = T if self._before is None else self._before
        self._before = T
        now = Moment(
            qpos=question.qpos[None],
            q_reference_next=question.q_reference_next[None],
            T_table_manip=T,
            T_table_manip_before=before,
            flow_centroid=self._points.centroid(T),
        )
        return np.asarray(np.clip(self.action(self.observation(now))[0], -1.0, 1.0))

    def observation(self, now: Moment) -> FloatArray:
        """Return the normalized observation (N, observation_size)."""
        return np.concatenate([
            np.clip((value(now)[:, columns] - np.array(t.offset)) * np.array(t.scale), -t.clip, t.clip)
            for value, columns, t in self._terms
        ], axis=1)  # fmt: skip

    def action(self, observation: FloatArray) -> FloatArray:
        """Return the network's answers (N, m) to normalized observations."""
        (found,) = self._session.run(["action"], {"observation": observation.astype(np.float32)})
        return np.asarray(found, dtype=np.float64)


def embedded_residual(text: str | None, path: Path) -> ResidualContract:
    """Read the contract that an exported file carries; raises PolicyRefused SK906."""
    try:
        values = json.loads(text or "")
        if values.pop("format") != NAME or values.pop("version") != VERSION:
            raise ValueError(f"it is not of {NAME} version {VERSION}")
        contract: ResidualContract = from_json(ResidualContract, values, CONTRACT_KEY)
    except (ValueError, KeyError, AttributeError, FormatError) as reason:
        told = f"{path} carries no contract of a residual policy: {_line(reason)}"
        raise PolicyRefused("SK906", told, "only files that `skillc train` wrote can be used") from reason
    return contract


def check_residual(expected: ResidualContract | None, got: ResidualContract, path: Path) -> None:
    """Raise PolicyRefused SK905 where a policy was made for something else than what it is to be used for."""
    told = [] if expected is None else contract_differences(expected, got)
    if told:
        more = [f"and {len(told) - MOST_DIFFERENCES} more"] if len(told) > MOST_DIFFERENCES else []
        lines = "\n  ".join([*told[:MOST_DIFFERENCES], *more])
        raise PolicyRefused("SK905", f"{path} was trained for something else:\n  {lines}", AGAIN)


def _line(reason: BaseException) -> str:
    return " ".join(str(reason).split())[:200] or type(reason).__name__
