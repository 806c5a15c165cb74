"""The guest kernel that other tests stand on: what comes out of it, and that nothing is left of it."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pytest

from tests.support import guest_tests
from tests.support.guest_kernel import INSIDE, NO_STATUS, TIME_OVER, GuestAnswer, require_guest, run_in_guest
from tests.support.processes import wait_until
from tests.support.sources import PROJECT

pytestmark = pytest.mark.xdist_group("guest")
Outcome: TypeAlias = Literal["passed", "failed", "skipped"]


@pytest.fixture(autouse=True)
def _guest() -> None:
    require_guest()


def kernels(shared: Path) -> list[int]:
    """Return the processes of the guest that shares a folder."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"uml_dir={shared}".encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def test_words_and_status_come_out_and_nothing_else(tmp_path: Path) -> None:
    """Another kernel, which has what modules bring; what it writes elsewhere is not here."""
    mark = PROJECT / ".cache" / f"guest-{tmp_path.name}"
    script = f"uname -r; ip link add v type vrf table 9 && echo made; pwd; touch {mark} && ls {mark}; exit 7"
    answer = run_in_guest(["sh", "-c", script], tmp_path)
    release, *rest = answer.words.split()
    assert release != Path("/proc/sys/kernel/osrelease").read_text(encoding="ascii").strip()
    assert (answer.status, rest) == (7, ["made", str(PROJECT), str(mark)])
    assert (mark.exists(), kernels(tmp_path)) == (False, [])


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """With all that it has started; what it has written until then comes out."""
    answer = run_in_guest(["sh", "-c", "echo begun; sleep 60 & sleep 60"], tmp_path, timeout=1)
    assert (answer.status, answer.words) == (TIME_OVER, "begun\n")
    assert kernels(tmp_path) == []


def test_a_guest_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    """A module that there is not, for instance."""
    answer = run_in_guest(["true"], tmp_path, modules=["no_such_module"])
    assert answer.status == NO_STATUS
    assert "KeyError: 'no_such_module'" in answer.words


def test_a_guest_ends_with_the_process_that_made_it(tmp_path: Path) -> None:
    """However that ends: SIGKILL lets nobody clean up."""
    program = "import sys; from pathlib import Path; from tests.support.guest_kernel import run_in_guest as run; "
    program += f"run(['sh', '-c', 'echo here; sleep 60'], Path({str(tmp_path)!r}))"
    environment = {"PYTHONPATH": f"{PROJECT}:{PROJECT}/setup"}
    with subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, env=environment) as process:
        words = tmp_path / "words"
        wait_until(lambda: words.exists() and words.read_text(encoding="ascii") == "here\n", "the guest's word", 20)
        assert kernels(tmp_path)
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: not kernels(tmp_path), "the end of the guest", 5)


def test_outcomes_are_those_of_the_guest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passed, skipped with the reason, failed in whichever phase; what the guest did not come to has failed."""

    def reported(test: str, when: Literal["setup", "call", "teardown"], outcome: Outcome, words: Any = None) -> None:
        guest_tests.note(pytest.TestReport(test, (test, 0, test), {}, outcome, words, when))

    def guest(_command: Sequence[str], shared: Path, *, timeout: float) -> GuestAnswer:
        assert 100 < timeout < 300
        with monkeypatch.context() as inside:
            inside.setenv(INSIDE, str(shared))
            for test in ("t.py::a", "t.py::b"):
                reported(test, "setup", "passed")
                reported(test, "call", "passed")
            reported("t.py::b", "teardown", "failed", "left over")
            reported("t.py::c", "setup", "skipped", ("t.py", 1, "Skipped: no such device"))
        return GuestAnswer(1, "3 tests and a crash")

    monkeypatch.setattr(guest_tests, "run_in_guest", guest)
    assert guest_tests.run([f"t.py::{letter}" for letter in "abcd"]) == {
        "t.py::a": ("passed", ""),
        "t.py::b": ("failed", "left over"),
        "t.py::c": ("skipped", "no such device"),
        "t.py::d": ("failed", "the guest ended with status 1:\n3 tests and a crash"),
    }


def test_the_test_that_waits_for_all_of_the_guest_is_given_the_time(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is longer than that of the guest, and of any other test; which is the first of them is not known before."""
    monkeypatch.delenv(INSIDE, raising=False)
    item = next(each for each in request.session.items if each.name.endswith("is_given_the_time"))
    item.add_marker(pytest.mark.guest_kernel("no such feature"))
    item.add_marker(pytest.mark.timeout(5))
    monkeypatch.setattr(guest_tests, "has_kernel", "vrf".__eq__)
    items: list[pytest.Item] = [item]
    guest_tests.relay(items)
    assert isinstance(items[0], guest_tests.RelayedTest)
    limit = items[0].get_closest_marker("timeout")
    assert limit is not None
    assert limit.args[0] >= 300
