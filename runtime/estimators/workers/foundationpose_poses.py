"""Worker of the estimator `foundationpose`: pose of a known mesh in every frame of an RGB-D clip.

Request: `mesh` (path), `K` (3 x 3), `depth` (path of an .npy (T, H, W) m), `mask` (path of an .npy (H, W)). Answer:
`T_camera_mesh` (T, 4, 4). Runs in an environment the user made (CUDA, non-commercial licence). Not run with weights by
the project: the conversion is tested on recorded outputs.
"""

import os
import sys
from typing import Any

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scene_answer import serve


def answer(request: dict[str, Any], pictures: list[Any]) -> dict[str, Any]:
    """Register in the first picture, track through the rest."""
    import nvdiffrast.torch as dr
    import trimesh
    from estimater import FoundationPose, PoseRefinePredictor, ScorePredictor

    mesh: Any = trimesh.load(request["mesh"], force="mesh")
    depth = np.load(request["depth"], allow_pickle=False)
    mask = np.load(request["mask"], allow_pickle=False)
    K = np.asarray(request["K"], dtype=np.float64)
    estimator = FoundationPose(
        model_pts=mesh.vertices,
        model_normals=mesh.vertex_normals,
        mesh=mesh,
        scorer=ScorePredictor(),
        refiner=PoseRefinePredictor(),
        glctx=dr.RasterizeCudaContext(),
    )
    poses = [estimator.register(K=K, rgb=pictures[0], depth=clean(depth[0]), ob_mask=mask.astype(bool), iteration=5)]
    for picture, frame in zip(pictures[1:], depth[1:], strict=True):
        poses.append(estimator.track_one(rgb=picture, depth=clean(frame), K=K, iteration=2))
    return {"T_camera_mesh": np.stack([np.asarray(T, dtype=np.float64).reshape(4, 4) for T in poses])}


def clean(depth: Any) -> Any:
    """Return metres with 0 where unknown, as the estimator expects, from metres with NaN."""
    return np.nan_to_num(np.asarray(depth, dtype=np.float32), nan=0.0)


if __name__ == "__main__":
    serve("object_poses", "foundationpose", answer)
