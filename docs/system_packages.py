"""Install Debian packages that Python's cannot bring, or name them in one line.

python docs/system_packages.py            what headless rendering needs
python docs/system_packages.py browser    what the test of the viewer opens it with, and is skipped without
"""

import ctypes.util
import os
import shutil
import subprocess
import sys

LIBRARIES = {"EGL": "libegl1 libegl-mesa0", "GL": "libgl1 libgl1-mesa-dri", "usb-1.0": "libusb-1.0-0"}
PROGRAMS = {"chromium": "chromium", "chromedriver": "chromium-driver"}


def main() -> int:
    """Return 0 when everything is there afterwards; a browser may be missing, and is then asked for."""
    if sys.argv[1:] == ["browser"]:
        missing = [p for program, p in PROGRAMS.items() if shutil.which(program) is None]
        return 0 if installed(missing, megabytes=130) else ask(missing, "tests in it are skipped")
    missing = [p for library, p in LIBRARIES.items() if ctypes.util.find_library(library) is None]
    return 0 if installed(missing, megabytes=60) else 1 + ask(missing, "nothing is drawn without")


def installed(missing: list[str], *, megabytes: int) -> bool:
    """Return whether nothing is missing, or what was could be installed."""
    if not missing:
        return True
    packages = " ".join(missing).split()
    root = [] if os.geteuid() == 0 else ["sudo", "-n"] if shutil.which("sudo") else None
    if root is None or not shutil.which("apt-get"):
        return False
    print(f"Installing {' '.join(packages)} (about {megabytes} MB).", flush=True)
    quiet = {"stdout": subprocess.DEVNULL}
    update = subprocess.run([*root, "apt-get", "update", "-qq"], check=False, **quiet)
    install = [*root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return update.returncode == 0 and subprocess.run(install, check=False, **quiet).returncode == 0


def ask(missing: list[str], otherwise: str) -> int:
    """Name what a person may install and what comes of it if they do not; return 0."""
    print(f"Please install: apt-get install {' '.join(missing)}; {otherwise}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
