"""Film a performance: an RGB-D folder, the same as a colour video, two ready specs, and the truth beside them.

OUT/rgbd/{color/%05d.jpg, depth/%05d.png, camera.json}    OUT/color.mp4
OUT/TASK.yaml (RGB-D)    OUT/TASK_color.yaml    OUT/truth/...
"""

import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import av
import cv2
import numpy as np

from skillc.runtime.demonstrator.filming import film
from skillc.runtime.demonstrator.hand_skeleton import make_skeleton
from skillc.runtime.demonstrator.hand_skin import make_skin
from skillc.runtime.demonstrator.performance import FPS, Performance, perform_script
from skillc.runtime.demonstrator.script import Script
from skillc.runtime.demonstrator.scripts import TASKS, write_script
from skillc.runtime.demonstrator.sensors import DEPTH_UNIT, DepthArray, Grain, expose, sense_depth
from skillc.runtime.demonstrator.set_design import choose_look
from skillc.runtime.demonstrator.truth import write_truth
from skillc.runtime.demonstrator.viewpoint import NOMINAL_FOCAL, Viewpoint, choose_viewpoint
from skillc.runtime.formats.arrays import Image

Progress = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What was written."""

    folder: Path
    rgbd_spec: Path
    color_spec: Path
    frames: int


def record(task: str, seed: int, out: Path, progress: Progress = lambda share, text: None) -> Recorded:
    """Perform `task` with everything drawn from `seed` and write all files below `out`.

    The same task and seed give the same bytes on the same machine type; of several recordings made by one process only
    the first one's video is so (libx264 keeps something), the others' decode to the same pictures within rounding.

    Raises:
        KeyError: unknown task.
        GraspError: no drawn object could be grasped.
    """
    if task not in TASKS:
        raise KeyError(f"no task {task!r}; there are {', '.join(TASKS)}")
    rng = np.random.default_rng([TASKS.index(task), seed])
    progress(0.0, "writing the script")
    look, viewpoint = choose_look(rng), choose_viewpoint(rng)
    skeleton = make_skeleton(look.hand_scale)
    skin = make_skin(skeleton, girth=look.hand_girth)
    script = write_script(task, rng=rng, skeleton=skeleton, skin=skin)
    performance = perform_script(script, skeleton, skin)
    write_truth(
        out / "truth", script=script, performance=performance, skeleton=skeleton, viewpoint=viewpoint, seed=seed
    )
    progress(0.1, "filming")
    frames = film(script=script, performance=performance, skin=skin, look=look, viewpoint=viewpoint, rng=rng)
    _write_frames(out, frames, performance, viewpoint, rng, progress)
    rgbd, color = out / f"{task}.yaml", out / f"{task}_color.yaml"
    rgbd.write_text(spec_text(script, "rgbd"), encoding="utf-8")
    color.write_text(spec_text(script, "color.mp4"), encoding="utf-8")
    progress(1.0, f"{len(performance.time_s)} frames")
    return Recorded(folder=out, rgbd_spec=rgbd, color_spec=color, frames=len(performance.time_s))


def _write_frames(
    out: Path,
    frames: Iterator[tuple[Image, DepthArray]],
    performance: Performance,
    viewpoint: Viewpoint,
    rng: np.random.Generator,
    progress: Progress,
) -> None:
    for name in ("color", "depth"):
        (out / "rgbd" / name).mkdir(parents=True, exist_ok=True)
    camera, count = viewpoint.camera, len(performance.time_s)
    container = av.open(str(out / "color.mp4"), "w")
    stream = container.add_stream("libx264", rate=int(FPS), options={"crf": "17", "preset": "veryfast", "threads": "1"})
    stream.width, stream.height, stream.pix_fmt = camera.width, camera.height, "yuv420p"
    grain = Grain(camera.height, camera.width, rng)

    def develop(i: int, clean: Image, depth: DepthArray) -> None:
        color = expose(clean, depth, camera.fx, grain)
        raw = sense_depth(depth, clean, camera.fx, grain)
        jpeg = (cv2.IMWRITE_JPEG_QUALITY, 94)
        cv2.imwrite(str(out / "rgbd" / "color" / f"{i:05d}.jpg"), color[..., ::-1], jpeg)
        cv2.imwrite(str(out / "rgbd" / "depth" / f"{i:05d}.png"), raw, (cv2.IMWRITE_PNG_COMPRESSION, 1))
        planes = np.asarray(cv2.cvtColor(color, cv2.COLOR_RGB2YUV_I420), dtype=np.uint8)
        video_frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        video_frame.pts = i
        for packet in stream.encode(video_frame):
            container.mux(packet)

    # one worker develops frame i while frame i + 1 is drawn; a single one keeps the noise in order
    with ThreadPoolExecutor(max_workers=1) as worker:
        waiting: deque[Future[None]] = deque()
        for i, (clean, depth) in enumerate(frames):
            waiting.append(worker.submit(develop, i, clean, depth))
            if len(waiting) > 4:
                waiting.popleft().result()
            progress(0.1 + 0.9 * (i + 1) / count, f"frame {i + 1} of {count}")
        for job in waiting:
            job.result()
    for packet in stream.encode():
        container.mux(packet)
    container.close()
    about = {
        "width": camera.width, "height": camera.height, "fx": camera.fx, "fy": camera.fy, "cx": camera.cx,
        "cy": camera.cy, "depth_unit_m": DEPTH_UNIT, "fps": FPS,
        "time_s": [round(float(t), 6) for t in performance.time_s],
    }  # fmt: skip
    (out / "rgbd" / "camera.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def spec_text(script: Script, recording: str) -> str:
    """Return the example spec of the script's task, pointed at `recording` ("rgbd" or "color.mp4")."""
    text = (resources.files("skillc.specs") / "skills" / f"{script.task}.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^# yaml-language-server.*\n", "", text)
    text = re.sub(r"(?m)^(  recording:).*$", rf"\1 {recording}", text)
    text = re.sub(r"(?m)^  region:.*\n", "", text)
    kind = "simulated" if recording == "rgbd" else "simulated-color"
    text = re.sub(r"(?m)^(skill: .*)$", rf"\1-{kind}", text)
    if recording == "rgbd":  # the folder carries its own intrinsics
        return re.sub(r"(?m)^    focal:.*\n", "", text)
    return re.sub(r"(?m)^    focal:.*$", f"    focal: {NOMINAL_FOCAL:.0f} px", text)
