"""Runs a worker as the interpreter of its own environment would, with the packages in this folder in place of models.

`run.py -I WORKER REQUEST ANSWER`. They answer from the file that SKILLC_RECORDED names.
"""

import os
import runpy
import sys
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def tracker_from_hub(repository: str, model: str, *, skip_validation: bool, trust_repo: bool) -> Any:
    """Stand in for `torch.hub.load`: a model whose tracks are recorded."""
    import torch
    from recorded import answers

    name, _, commit = repository.partition(":")
    assert (name, model) == ("facebookresearch/co-tracker", "cotracker3_offline")
    # A branch's name would fetch and run whatever is there that day.
    assert len(commit) == 40 and set(commit) <= set("0123456789abcdef")
    assert skip_validation and trust_repo

    class Tracker(torch.nn.Module):
        def forward(self, clip: Any, queries: Any, backward_tracking: bool) -> Any:
            frames, points = clip.shape[1], queries.shape[1]
            assert clip.shape[2] == 3 and clip.max() > 1 and queries.shape[2] == 3 and backward_tracking
            step = torch.as_tensor(answers()["step_px"], dtype=torch.float32)[:frames]
            tracks = queries[:, None, :, 1:] + step[None, :, None]
            return tracks, torch.full((1, frames, points), 0.9)

    return Tracker()


if __name__ == "__main__":
    sys.argv = sys.argv[2:]
    if "cotracker" in sys.argv[0]:
        import torch

        torch.hub.load = tracker_from_hub  # type: ignore[assignment]
    runpy.run_path(sys.argv[0], run_name="__main__")
