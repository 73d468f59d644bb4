"""Install the Debian packages that headless rendering needs, or name them in one line."""

import ctypes.util
import os
import shutil
import subprocess
import sys

LIBRARIES = {"EGL": "libegl1 libegl-mesa0", "GL": "libgl1 libgl1-mesa-dri", "usb-1.0": "libusb-1.0-0"}


def main() -> int:
    """Return 0 when everything is there afterwards."""
    missing = [p for library, p in LIBRARIES.items() if ctypes.util.find_library(library) is None]
    if not missing:
        return 0
    packages = " ".join(missing).split()
    root = [] if os.geteuid() == 0 else ["sudo", "-n"] if shutil.which("sudo") else None
    if root is not None and shutil.which("apt-get"):
        print(f"Installing {' '.join(packages)} (about 60 MB).", flush=True)
        quiet = {"stdout": subprocess.DEVNULL}
        update = subprocess.run([*root, "apt-get", "update", "-qq"], check=False, **quiet)
        install = [*root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        if update.returncode == 0 and subprocess.run(install, check=False, **quiet).returncode == 0:
            return 0
    print(f"Please install: apt-get install {' '.join(packages)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
