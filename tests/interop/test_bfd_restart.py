"""A restart of the speaker while BFD watches the path: with BFD in the same process, and with ``bgpkit bfd``."""

import json
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.interop.bfd_lab import Lab, bfd_process, bird_lab
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until
from tests.support.sources import PROJECT

pytestmark = pytest.mark.netns

StartBird = Callable[[Namespace, str], Bird]
OURS_ROUTE = "10.88.1.0/24"
PATIENCE = 20.0


@contextmanager
def speaker(lab: Lab, log: Path, **options: Any) -> Generator[None]:
    """Run a speaker, and kill it at the end as a crash does."""
    argv = [sys.executable, "-m", "tests.interop.bfd_speaker_program", json.dumps(options)]
    with log.open("ab") as file:
        process = subprocess.Popen(
            lab.ours.command(argv),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            cwd=PROJECT,
            start_new_session=True,
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def wait_session(lab: Lab) -> None:
    """Wait until BGP is Established, BFD is Up and our route is there, as BIRD says."""
    wait_until(lambda: lab.bird.is_established("ours"), "Established as BIRD says", PATIENCE)
    lab.wait_bfd("Up")
    wait_until(lambda: lab.has(OURS_ROUTE), "our route in BIRD", PATIENCE)


def is_stale(lab: Lab) -> bool:
    """Tell whether BIRD keeps our route for our return."""
    return lab.has(OURS_ROUTE) and not lab.bird.is_established("ours")


def test_a_restart_beside_bgpkit_bfd_flaps_nothing_and_loses_no_route(
    namespaces: Namespaces, start_bird: StartBird, tmp_path: Path
) -> None:
    """BIRD sees BFD Up all the while, keeps our route over the crash, and still sees a cut fast afterwards."""
    lab = bird_lab(namespaces, start_bird, "bfd on; graceful restart on;")
    socket, log = tmp_path / "bfd.sock", tmp_path / "ours.log"
    with bfd_process(lab.ours, socket, tmp_path / "bfd.log"):
        with speaker(lab, log, socket=str(socket)):
            wait_session(lab)
        wait_until(lambda: not lab.bird.is_established("ours"), "the crash noticed", PATIENCE)
        assert is_stale(lab)
        assert (lab.bfd_state(), lab.flaps()) == ("Up", 0)
        with speaker(lab, log, socket=str(socket), restarting=True):
            wait_session(lab)
            assert lab.flaps() == 0
            lab.cut()
            wait_until(lambda: lab.flaps() == 1, "the cut noticed", 1.0)
            wait_until(lambda: not lab.has(OURS_ROUTE), "our route gone with the path", 2.0)


def test_bfd_that_dies_with_the_speaker_is_taken_for_its_restart(
    namespaces: Namespaces, start_bird: StartBird, tmp_path: Path
) -> None:
    """With BFD in the same process the C bit is clear: BIRD, told to be graceful, keeps our route."""
    lab = bird_lab(namespaces, start_bird, "bfd graceful; graceful restart on;")
    log = tmp_path / "ours.log"
    with speaker(lab, log, mode="graceful"):
        wait_session(lab)
    wait_until(lambda: lab.flaps() == 1, "BFD down as BIRD says", PATIENCE)
    assert is_stale(lab)
    with speaker(lab, log, mode="graceful", restarting=True):
        wait_session(lab)
