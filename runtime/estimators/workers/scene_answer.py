"""Shared by the workers that look at scene and object: request, pictures, answer of contract 1. numpy only."""

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

CONTRACT = 1


def serve(task: str, version: str, answer: Callable[[dict[str, Any], list[Any]], dict[str, Any]]) -> None:
    """Answer one request.

    Args:
        task: what this worker answers.
        version: name and version for the answer.
        answer: (request, pictures (H, W, 3) uint8 RGB) -> arrays of the answer.
    """
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    if request["contract"] != CONTRACT or request["task"] != task:
        sys.exit(f"this worker answers {task} of contract {CONTRACT}, asked was {request['task']}")
    width, height = request["width"], request["height"]
    pictures = []
    for index in range(request["frames"]):
        data = sys.stdin.buffer.read(width * height * 3)
        if len(data) != width * height * 3:
            sys.exit(f"picture {index} of {request['frames']} did not arrive")
        pictures.append(np.frombuffer(data, dtype=np.uint8).reshape(height, width, 3))
        print("progress", index + 1, flush=True)
    np.savez(sys.argv[2], contract=np.array(CONTRACT), version=np.array(version), **answer(request, pictures))
