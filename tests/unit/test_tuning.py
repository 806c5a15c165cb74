"""Asking the interpreter's collector to look less often."""

import subprocess
import sys


def test_the_collector_looks_less_often_and_never_at_what_is_there() -> None:
    """In a process of its own: it is for programs, and lasts."""
    program = (
        "import gc; from bgpkit.tuning import tune_gc; before = gc.get_threshold()[0]; tune_gc();"
        "print(gc.get_threshold()[0] > 20 * before, gc.get_freeze_count() > 1000)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
