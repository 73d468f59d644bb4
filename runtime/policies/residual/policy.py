"""An exported residual policy: read from an ONNX file with its contract, checked, and asked once a policy tick."""

from pathlib import Path
from typing import Any

import numpy as np

from skillc.runtime.env.tracked import TrackedPoints
from skillc.runtime.formats.arrays import FloatArray
from skillc.runtime.formats.residual_contract import NAME, VERSION, ResidualContract
from skillc.runtime.policies.exported import PolicyKind
from skillc.runtime.policies.refused import PolicyRefused
from skillc.runtime.terms import catalog
from skillc.runtime.terms.moment import Moment

RESIDUAL_POLICY = PolicyKind(
    told="residual policy", contract=ResidualContract, name=NAME, version=VERSION,
    again="train again on this build: `skillc train BUILD --policy residual`",
)  # fmt: skip


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
        """Read an exported file.

        Args:
            path: of the ONNX file.
            expected: what the rest of the skill was compiled with; None checks nothing against it.

        Raises:
            PolicyRefused: SK906, it is no sound residual policy; SK905, it was made for something else.
        """
        session, contract = RESIDUAL_POLICY.opened(path, expected)
        policy = cls(session, contract)
        sizes = [sum(t.size for t in contract.observation), sum(len(t.joints) for t in contract.action)]
        probe = policy.action(np.zeros((1, sizes[0])))
        if probe.shape != (1, sizes[1]) or not np.isfinite(probe).all():
            told = f"{path} answers {probe.shape}, finite: {bool(np.isfinite(probe).all())}; expected (1, {sizes[1]})"
            raise PolicyRefused("SK906", told, RESIDUAL_POLICY.again)
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
