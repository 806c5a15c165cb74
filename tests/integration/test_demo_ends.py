"""How the demonstration ends: by signals, by a reader who leaves, for want of a tool; and who may run it."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import pytest

from tests.integration.demo_process import (
    COMMAND,
    MACHINES,
    PATIENCE,
    STEPS,
    DemoProcess,
    HeldCluster,
    assert_gone,
    namespace_of,
)
from tests.support.processes import wait_until
from tests.support.skips import require_kernel

MASTER = next(iter(MACHINES))
StartDemo = Callable[..., DemoProcess]

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("demo"), pytest.mark.timeout(240)]


@pytest.fixture
def start(tmp_path: Path) -> Generator[StartDemo]:
    """Give a function that starts a demonstration with options; what still runs after the test is ended."""
    running: list[DemoProcess] = []

    def one_more(*options: str, prefix: Sequence[str] = ()) -> DemoProcess:
        folder = tmp_path / f"demo{len(running)}"
        folder.mkdir()
        running.append(DemoProcess(folder, *options, prefix=prefix))
        return running[-1]

    yield one_more
    for demo in running:
        demo.guard.stop(20)


def test_every_line_of_json_is_an_event(start: StartDemo) -> None:
    """``--json`` prints nothing but JSON objects with an ``event``, until it is interrupted."""
    demo = start()
    demo.wait_event("step")
    demo.guard.stop(20)
    assert all(isinstance(json.loads(line)["event"], str) for line in demo.guard.words().splitlines())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_a_sentence_and_130(start: StartDemo, number: signal.Signals) -> None:
    """Ctrl-C, and SIGTERM as well, to the command: one sentence, exit status 130, no trace."""
    demo = start()
    namespace = namespace_of("pid", demo.first_process())
    if number == signal.SIGINT:
        demo.wait_event("step", name="nodes")
    os.kill(demo.guard.pid, number)
    assert demo.wait_ended() == 130
    told = [event for event in demo.events() if event["event"] == "failed"]
    assert (told, demo.errors()) == ([{"event": "failed", "error": "interrupted; nothing is left behind"}], "")
    assert_gone([namespace])


def test_sigkill_leaves_nothing_and_another_demonstration_goes_on(start: StartDemo) -> None:
    """Two demonstrations run at once; one is killed, all its processes go with it, the other one is not touched."""
    killed, other = start(), start()
    namespace = namespace_of("pid", killed.first_process())
    killed.wait_event("note")  # its agents run
    os.kill(killed.first_process(), signal.SIGSTOP)  # it cannot clean up: the kernel does
    killed.guard.kill()
    assert_gone([namespace])
    other.wait_event("step", name="mesh")
    other.guard.stop(20)
    assert other.guard.status == 130


def test_a_fault_ends_it_with_the_last_words_of_the_agents(start: StartDemo) -> None:
    """An agent that dies unexpectedly: the end of each agent's log, one sentence, exit status 1, no trace."""
    demo = start()
    first = demo.first_process()
    namespace = namespace_of("pid", first)
    demo.wait_event("note")  # the agents run
    os.kill(HeldCluster(first, ()).agent(MASTER), signal.SIGKILL)
    assert demo.wait_ended() == 1
    events = demo.events()
    words = [event for event in events if event["event"] == "text" and event["title"].startswith("last words")]
    assert [event["title"].rpartition(" ")[2] for event in words] == list(MACHINES)
    assert all(json.loads(event["lines"][-1])["event"] for event in words)
    assert events[-1]["event"] == "failed"
    assert (len(events[-1]["error"].splitlines()), demo.errors()) == (1, "")
    assert_gone([namespace])


def test_an_ordinary_user_is_root_inside(start: StartDemo) -> None:
    """A user without any right gets a user namespace, the cluster comes up in it, and the way in fits it."""
    require_kernel("userns")
    demo = start("--hold", "pods", prefix=["unshare", "--user", "--map-user=1000", "--map-group=1000"])
    held = demo.wait_event("hold")
    assert re.search(r"^CapEff:\t0+$", Path(f"/proc/{demo.guard.pid}/status").read_text(), re.MULTILINE)
    assert namespace_of("user", held["pid"]) != namespace_of("user", demo.guard.pid)
    enter = held["lines"][0].partition(":")[2].split()
    user = ["nsenter", "-t", str(demo.guard.pid), "-U", "--preserve-credentials"]
    words = [*user, *enter, "bgpkit-node", "get", "nodes"]
    shown = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert "k8s-node2" in shown.stdout, shown.stderr


def test_an_unknown_step_is_refused_with_the_steps_there_are() -> None:
    """``--hold`` with a word that is no step: exit status 2 and the words that are."""
    answer = subprocess.run(
        [COMMAND, "demo", "--hold", "lunch"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert [step for step in STEPS if step not in answer.stderr] == []
    assert "Traceback" not in answer.stderr


def test_a_reader_who_leaves_ends_it_without_a_fault(tmp_path: Path) -> None:
    """``bgpkit-node demo | head -1``: one line, no traceback, and the demonstration is over."""
    errors = tmp_path / "errors"
    with errors.open("wb") as file:
        demo = subprocess.Popen([COMMAND, "demo"], stdout=subprocess.PIPE, stderr=file, stdin=subprocess.DEVNULL)
        try:
            assert demo.stdout is not None
            assert b"== nodes:" in demo.stdout.readline()
            demo.stdout.close()
            wait_until(lambda: demo.poll() is not None, "the end of the demonstration", PATIENCE)
        finally:
            demo.kill()
            demo.wait()
    assert (demo.returncode, errors.read_text()) == (1, "")


def test_without_ip_the_debian_package_is_named(tmp_path: Path) -> None:
    """A machine without a tool: one sentence with the package to install, exit status 1."""
    hidden = (
        "mount -t tmpfs none /usr/sbin && mount -t tmpfs none /sbin; mount --bind /dev/null /usr/bin/ip 2>/dev/null"
    )
    script = f'{hidden}; mount --bind /dev/null "$(readlink -f /bin/ip)" 2>/dev/null; exec "$@"'
    answer = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", COMMAND, "demo"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("bgpkit-node: the demonstration needs the Debian packages iproute2")
    assert len(answer.stderr.splitlines()) == 1
