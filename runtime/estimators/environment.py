"""One isolated Python environment per estimator, made once under the user's cache directory."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from skillc.runtime.estimators.catalog import Estimator, names
from skillc.runtime.perception.recording.faults import InputFault

PASSED = (
    *("HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "TERM", "TMPDIR", "TZ", "USER"),
    *("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "all_proxy", "https_proxy", "http_proxy", "no_proxy"),
    *("REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"),
    *("HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE", "TORCH_HOME", "XDG_CACHE_HOME"),
)
"""Where programs, libraries, caches and the network are."""
PASSED_PREFIXES = ("CUDA_", "LC_", "MKL_", "NVIDIA_", "OMP_", "OPENBLAS_", "PYTORCH_", "SKILLC_")


def cache_folder() -> Path:
    """Return the folder of all estimator environments: below SKILLC_CACHE, XDG_CACHE_HOME, or ~/.cache."""
    root = os.environ.get("SKILLC_CACHE")
    if root:
        return Path(root) / "estimators"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "skillc" / "estimators"


def folder(estimator: Estimator) -> Path:
    """Return where this estimator's environment lies or will lie."""
    return cache_folder() / f"{estimator.name}-{estimator.digest}"


def is_installed(estimator: Estimator) -> bool:
    """Tell whether the environment is complete; the marker is written last."""
    if estimator.interpreter:
        return bool(os.environ.get(estimator.interpreter))
    return (folder(estimator) / "installed.json").is_file()


def missing_variables(estimator: Estimator) -> tuple[tuple[str, str], ...]:
    """Return the environment variables the user has yet to set, each with what it holds."""
    wanted = estimator.variables
    if estimator.interpreter:
        wanted = ((estimator.interpreter, "the python of that environment"), *wanted)
    return tuple((name, what) for name, what in wanted if not os.environ.get(name))


def remedy(estimator: Estimator) -> str:
    """Return what the user has to do before this estimator answers; "" if nothing."""
    steps = [f"set {name} to {what}" for name, what in missing_variables(estimator)]
    if estimator.interpreter and not is_installed(estimator):
        steps.insert(0, f"make {estimator.weights}")
    elif not is_installed(estimator):
        steps.insert(0, f"run: skillc estimators install {estimator.name} ({estimator.download_mb} MB)")
    return ", ".join(steps)


def python(estimator: Estimator) -> Path:
    """Return the environment's interpreter."""
    if estimator.interpreter:
        return Path(os.environ[estimator.interpreter])
    return folder(estimator) / "bin" / "python"


def variables(estimator: Estimator) -> dict[str, str]:
    """Return the environment variables its worker gets: what programs need to run, and what it asks for by name.

    Keys and passwords of the user's other programs are none of its business.
    """
    wanted = {*PASSED, *(name for name, _ in estimator.variables)}
    return {name: value for name, value in os.environ.items() if name in wanted or name.startswith(PASSED_PREFIXES)}


def install(estimator: Estimator, announce: Callable[[str], None]) -> Path:
    """Make the environment if it is not complete yet and return its interpreter.

    Two processes that install at once wait for each other; an interrupted installation starts over.

    Args:
        estimator: what to install.
        announce: told what happens, with sizes, before anything is fetched.

    Raises:
        InputFault: SK831 when there is no room or the packages cannot be installed; SK835 when the user has to provide
            the environment.
    """
    if estimator.interpreter:
        _provided(estimator)
        interpreter = python(estimator)
        if not os.access(interpreter, os.X_OK):
            raise InputFault(
                "SK835",
                f"estimator {estimator.name}: {estimator.interpreter} names {interpreter}, which cannot be run",
                "set it to the python of the environment that holds it",
            )
        return interpreter
    target = folder(estimator)
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_installed(estimator):
            return python(estimator)
        free_mb = shutil.disk_usage(target.parent).free // 1_000_000
        if not free_mb > estimator.disk_mb * 1.5:
            raise InputFault(
                "SK831",
                f"estimator {estimator.name} needs {estimator.disk_mb} MB in {target.parent}, {free_mb} MB are free",
                "free some space, or set SKILLC_CACHE to another disk",
            )
        announce(
            f"installing estimator {estimator.name}: about {estimator.download_mb} MB to fetch, "
            f"{estimator.disk_mb} MB on disk, once, under {target}"
        )
        shutil.rmtree(target, ignore_errors=True)
        venv.create(target, with_pip=True, symlinks=True)
        for arguments in estimator.pip:
            _pip(estimator, target / "bin" / "python", arguments)
        (target / "installed.json").write_text(json.dumps({"pip": estimator.pip}) + "\n", encoding="utf-8")
    announce(f"estimator {estimator.name} is installed")
    return python(estimator)


def prepare(estimator: Estimator, announce: Callable[[str], None]) -> Path:
    """Make the environment if need be, once everything the user has to provide is there; return its interpreter.

    Raises:
        InputFault: SK831 as `install`; SK835 when an environment, weights or a key are missing.
    """
    _provided(estimator)
    return install(estimator, announce)


def _provided(estimator: Estimator) -> None:
    if missing_variables(estimator):
        other = next(name for name in names(estimator.task) if name != estimator.name)
        raise InputFault(
            "SK835",
            f"estimator {estimator.name} is not ready: it needs {estimator.weights}",
            f"{remedy(estimator)}; or choose {other}, which answers without it",
        )


def remove(estimator: Estimator) -> bool:
    """Delete the environment; returns whether there was one."""
    if estimator.interpreter:
        return False
    found = folder(estimator).is_dir()
    shutil.rmtree(folder(estimator), ignore_errors=True)
    return found


def _pip(estimator: Estimator, interpreter: Path, arguments: tuple[str, ...]) -> None:
    command = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    # A package's installation runs its own code; of the user's secrets it gets those of pip alone.
    passed = variables(estimator) | {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=passed)
    if done.returncode != 0:
        reason = next((line for line in reversed(done.stderr.splitlines()) if line.startswith("ERROR")), "pip failed")
        raise InputFault(
            "SK831",
            f"estimator {estimator.name} could not be installed for Python "
            f"{sys.version_info.major}.{sys.version_info.minor}: {reason}",
            f"check the network, then run: skillc estimators install {estimator.name}",
        )
