"""Two set-ups of a checkout do not run at the same time."""

import subprocess
import sys
from pathlib import Path

from bgpkit_setup.lock import one_at_a_time
from tests.support.processes import wait_until
from tests.support.sources import PROJECT

SECOND = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from bgpkit_setup.lock import one_at_a_time
with one_at_a_time(Path(sys.argv[1])):
    print("in", flush=True)
"""


def test_the_second_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    """A second process tells that it waits, and enters only when the first has left."""
    lock, words = tmp_path / "folder" / "lock", tmp_path / "words"
    argv = [sys.executable, "-c", SECOND, str(lock), str(PROJECT / "setup")]
    with one_at_a_time(lock):
        with words.open("wb") as file:
            second = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=file, text=True)
        wait_until(lambda: "waiting for another set-up" in words.read_text(), "the second waits")
        assert second.poll() is None
    assert second.communicate(timeout=10)[0] == "in\n"
