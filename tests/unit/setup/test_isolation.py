"""A command run in isolation keeps its status, sees namespaces of its own and leaves nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.processes import RunningProcess, wait_until
from tests.support.skips import require_kernel
from tests.support.sources import PROJECT

ISOLATE = [sys.executable, str(PROJECT / "setup" / "isolate.py")]

pytestmark = pytest.mark.netns


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in isolation."""
    return subprocess.run([*ISOLATE, *command], capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize(("command", "status"), [("exit 7", 7), ("kill -9 $$", 137), ("true", 0)])
def test_the_status_is_the_commands(command: str, status: int) -> None:
    """Exit statuses pass through; a signal counts as 128 more."""
    assert _run("sh", "-c", command).returncode == status


def test_a_command_that_is_not_there_is_named() -> None:
    """A missing command is 127 and a sentence."""
    answer = _run("bgpkit-no-such-command")
    assert answer.returncode == 127
    assert "set-up: bgpkit-no-such-command: No such file or directory" in answer.stderr


def test_the_namespaces_are_new() -> None:
    """Network, processes and mounts differ from ours, the loopback is up and /run is empty."""
    kinds = ("net", "pid", "mnt")
    answer = _run("sh", "-c", "for k in net pid mnt; do readlink /proc/self/ns/$k; done; ls /run; ip -br link show lo")
    lines = answer.stdout.splitlines()
    assert not set(lines[:3]) & {str(Path("/proc/self/ns", kind).readlink()) for kind in kinds}
    assert len(lines) == 4
    assert "LOWER_UP" in lines[3]


def test_orphans_are_collected() -> None:
    """A process whose parent has ended does not stay behind as a zombie, and its status is not the command's."""
    script = """orphan=$(sh -c 'exit 9' > /dev/null & echo $!)  # its parent is the subshell, which ends here
        while [ -e /proc/$orphan ]; do sleep 0.01; done
        sleep 0.1
        exit 4"""
    assert _run("sh", "-c", script).returncode == 4


def test_nothing_survives_a_kill(tmp_path: Path) -> None:
    """After SIGKILL of the outermost process, what ran inside is gone too."""
    word = f"{os.getpid()}.25"
    process = RunningProcess([*ISOLATE, "sh", "-c", f"sleep {word} & sleep {word}"], tmp_path / "isolate.log")
    wait_until(lambda: len(_sleeping(word)) == 2, "both sleep")
    process.kill()
    wait_until(lambda: not _sleeping(word), "both are gone")


def test_a_termination_reaches_the_command(tmp_path: Path) -> None:
    """SIGTERM to process 1 inside is handed on, and the command's own status comes back."""
    script = f'trap "exit 5" TERM; echo ready; while :; do sleep 0.{os.getpid()}; done'
    process = RunningProcess([*ISOLATE, "sh", "-c", script], tmp_path / "isolate.log")
    wait_until(lambda: "ready" in process.words(), "the command runs")
    (inner,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(inner), signal.SIGTERM)
    wait_until(lambda: not process.is_running, "the end")
    assert process.status == 5


def test_a_termination_is_handed_on_however_early_it_comes(tmp_path: Path) -> None:
    """The command speaks before process 1, which is slow here, has noted whom it has started."""
    slow = """
import os, subprocess, sys, time
sys.path.insert(0, "setup")
start = os.posix_spawnp
os.posix_spawnp = lambda *words, **named: (start(*words, **named), time.sleep(1))[0]
subprocess.run = lambda *words, **named: subprocess.CompletedProcess(words, 0)
from bgpkit_setup import isolation
sys.exit(isolation.main(["--inside", "sh", "-c", 'trap "exit 5" TERM; echo ready; while :; do sleep 0.1; done']))
"""
    process = RunningProcess([sys.executable, "-c", slow], tmp_path / "early.log")
    wait_until(lambda: "ready" in process.words(), "the command runs")
    os.kill(process.pid, signal.SIGTERM)
    wait_until(lambda: not process.is_running, "the end")
    assert process.status == 5


def test_an_ordinary_user_gets_a_user_namespace() -> None:
    """Where user namespaces are allowed, a user who is not root is root inside and can make namespaces."""
    require_kernel("userns")
    require_kernel("other_users")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    with tempfile.TemporaryDirectory(prefix="bgpkit-") as folder:  # the checkout may lie in a folder of root's own
        Path(folder).chmod(0o755)
        shutil.copytree(PROJECT / "setup", Path(folder, "setup"))
        script = [f"{folder}/setup/isolate.py", "sh", "-c", "id -u; ip netns add x && ip netns"]
        answer = subprocess.run([*nobody, _python_of_all(nobody), *script], capture_output=True, text=True, check=False)
    assert answer.stdout.split() == ["0", "x"], answer.stderr


def _python_of_all(prefix: list[str]) -> str:
    """Return a Python that another user may run: ours, or the system's."""
    for path in (str(Path(sys.executable).resolve()), "/usr/bin/python3"):
        if subprocess.run([*prefix, "test", "-x", path], check=False).returncode == 0:
            return path
    raise AssertionError("no Python that an ordinary user may run")


def _sleeping(word: str) -> list[str]:
    """Return the processes that sleep for so many seconds."""
    wanted = b"sleep\0" + word.encode() + b"\0"
    found: list[str] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cmdline").read_bytes() == wanted:
                found.append(entry.name)
        except OSError:
            continue
    return found
