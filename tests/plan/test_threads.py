import os
import subprocess
import sys


def test_sums_do_not_depend_on_the_users_thread_settings() -> None:
    code = (
        "from skillc.compiler.plan.threads import pin; pin(); import numpy as np, hashlib;"
        "a = np.random.default_rng(0).normal(size=(700, 700)); print(hashlib.sha256((a @ a.T).tobytes()).hexdigest())"
    )
    seen = set()
    for count in ("1", "2", "4"):
        environment = {**os.environ, "OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count}
        done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
        seen.add(done.stdout)
    assert len(seen) == 1


def test_pinning_too_late_is_a_fault() -> None:
    code = (
        "import numpy\nfrom skillc.compiler.plan.threads import pin\n"
        "try: pin()\nexcept RuntimeError: pass\nelse: raise SystemExit(1)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
