"""Call an estimator's worker as a subprocess: a request file and pictures in, an answer file out (contract 1)."""

import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from skillc.runtime.estimators import environment
from skillc.runtime.estimators.catalog import Estimator
from skillc.runtime.formats.arrays import Image
from skillc.runtime.perception.recording.faults import InputFault

CONTRACT = 1
"""Version of the files exchanged; a worker of another version is refused."""


def ask(
    estimator: Estimator,
    task: str,
    pictures: Iterable[Image],
    *,
    width: int,
    height: int,
    frames: int,
    options: dict[str, Any],
    progress: Callable[[int], None],
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the worker's answer.

    Args:
        estimator: an installed estimator.
        task: what is asked, e.g. "hand_landmarks".
        pictures: `frames` pictures (height, width, 3) uint8 RGB, consumed while the worker computes.
        width: px.
        height: px.
        frames: number of pictures.
        options: further keys of the request.
        progress: told how many pictures are done.

    Raises:
        InputFault: SK831 when the worker fails, hangs, or answers another contract.
    """
    request = {"contract": CONTRACT, "task": task, "width": width, "height": height, "frames": frames, **options}
    worker = resources.files("skillc.runtime.estimators.workers") / estimator.worker
    with tempfile.TemporaryDirectory(prefix="skillc-estimator-") as name, resources.as_file(worker) as script:
        folder = Path(name)
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        answer = folder / "answer.npz"
        with (folder / "stderr").open("w+b") as stderr:
            process = subprocess.Popen(
                [
                    str(environment.python(estimator)),
                    "-I",
                    str(script),
                    str(folder / "request.json"),
                    str(answer),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=folder,
                env=environment.variables(estimator),
            )
            hung = _converse(process, pictures, progress, estimator.silence_s)
            stderr.seek(0)
            tail = stderr.read()[-2000:].decode(errors="replace").strip().splitlines()
        if hung or process.returncode != 0 or not answer.is_file():
            reason = f"no progress for {estimator.silence_s:g} s" if hung else (tail[-1] if tail else "no answer")
            raise InputFault(
                "SK831",
                f"estimator {estimator.name} failed (exit status {process.returncode}): {reason}",
                f"look at the environment that {estimator.interpreter} names"
                if estimator.interpreter
                else f"run: skillc estimators install --again {estimator.name}",
            )
        with np.load(answer, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
    found = int(arrays.pop("contract", np.array(0)))
    if found != CONTRACT:
        raise InputFault(
            "SK831", f"estimator {estimator.name} answers contract {found}, expected {CONTRACT}", "install it again"
        )
    return arrays


def _converse(
    process: subprocess.Popen[bytes], pictures: Iterable[Image], progress: Callable[[int], None], silence_s: float
) -> bool:
    """Feed the worker and wait for it; returns whether it had to be killed for silence."""
    assert process.stdin is not None and process.stdout is not None
    heard = [time.monotonic()]
    broken: list[Exception] = []
    reader = threading.Thread(target=_listen, args=(process.stdout, progress, heard), daemon=True)
    feeder = threading.Thread(target=_feed, args=(process.stdin, pictures, broken), daemon=True)
    reader.start()
    feeder.start()
    hung = False
    try:
        while process.poll() is None:
            if time.monotonic() - heard[0] > silence_s:
                process.kill()
                hung = True
            time.sleep(0.02)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
    feeder.join()
    reader.join()
    process.stdout.close()
    if broken:
        raise broken[0]
    return hung


def _feed(stdin: IO[bytes], pictures: Iterable[Image], broken: list[Exception]) -> None:
    try:
        for picture in pictures:
            stdin.write(np.ascontiguousarray(picture).data)
        stdin.close()
    except OSError:
        # The worker ended early; its exit status tells why.
        return
    except Exception as reason:
        # Raised by the caller's own pictures: handed back to the caller's thread.
        broken.append(reason)
        stdin.close()


def _listen(stdout: IO[bytes], progress: Callable[[int], None], heard: list[float]) -> None:
    for line in stdout:
        heard[0] = time.monotonic()
        words = line.split()
        if len(words) == 2 and words[0] == b"progress":
            progress(int(words[1]))
