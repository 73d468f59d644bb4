"""Worker of the estimator `cotracker3` (A.1.2): follows given pixels through a clip.

Request: `points` a list of [x, y] px in frame `start`. Answer: `xy_px` (T, K, 2), `visible` (T, K). Runs in an
environment the user made. Not run with weights by the project: the conversion is tested on recorded outputs.
"""

import os
import sys
from typing import Any

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scene_answer import serve

REPOSITORY = "facebookresearch/co-tracker:82e02e8029753ad4ef13cf06be7f4fc5facdda4d"
"""Code that is fetched and run, therefore by its commit."""


def answer(request: dict[str, Any], pictures: list[Any]) -> dict[str, Any]:
    """Return tracks through all pictures."""
    import torch

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    load: Any = torch.hub.load
    # A commit's name says what its code is; the hub knows branches and tags alone and would refuse it as a fork's.
    model = load(REPOSITORY, "cotracker3_offline", skip_validation=True, trust_repo=True).to(device).eval()
    clip = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)[None].float().to(device)
    start = torch.full((len(request["points"]), 1), float(request["start"]))
    queries = torch.cat([start, torch.tensor(request["points"], dtype=torch.float32)], dim=1)[None].to(device)
    with torch.no_grad():
        tracks, visibility = model(clip, queries=queries, backward_tracking=True)
    return converted(tracks.cpu().numpy(), visibility.cpu().numpy())


def converted(tracks: Any, visibility: Any) -> dict[str, Any]:
    """Return the answer for tracks (1, T, K, 2) and visibility (1, T, K), boolean or a probability."""
    seen = np.asarray(visibility)[0]
    return {"xy_px": np.asarray(tracks, dtype=np.float64)[0], "visible": seen if seen.dtype == bool else seen > 0.5}


if __name__ == "__main__":
    serve("point_tracks", "cotracker3", answer)
