from typing import Any

from recorded import answers


class WiLorHandPose3dEstimationPipeline:
    def __init__(self, device: Any, dtype: Any, verbose: bool) -> None:
        assert not verbose

    def predict(self, picture: Any, hand_conf: float) -> list[dict[str, Any]]:
        joints = answers()["joints"][None]
        found = {"pred_keypoints_3d": joints, "pred_cam_t_full": [[0.0, 0.0, 30.0]], "scaled_focal_length": 5000.0}
        return [{"hand_bbox": [1, 2, 3, 4], "is_right": 1.0, "wilor_preds": found}]
