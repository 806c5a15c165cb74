"""Who writes kernel routes of protocol 12 beside an agent: a BIRD in the same namespace, told from a made-up /proc."""

from pathlib import Path

import pytest

from bgpkit_node.agent.bird_beside import check_no_bird
from bgpkit_node.errors import NodeError


class Machine:
    """Processes as files, and an agent's directory."""

    def __init__(self, folder: Path) -> None:
        """Begin with the namespace ``here`` and nobody in it."""
        self.proc = folder / "proc"
        self.run_dir = folder / "run"
        self._spaces = folder / "spaces"
        for made in (self.run_dir, self._spaces):
            made.mkdir()
        (self._spaces / "here").touch()

    def start(self, pid: int, name: str, space: str = "here", *, at: int = 5000) -> None:
        """Let there be a process."""
        self._enter(str(pid), space)
        process = self.proc / str(pid)
        (process / "comm").write_text(f"{name}\n")
        middle = " ".join(["S", *["0"] * 18])
        (process / "stat").write_text(f"{pid} ({name}) x) {middle} {at} 0 0\n")

    def end(self, pid: int) -> None:
        """Let it be no more."""
        (self.proc / str(pid) / "comm").unlink()

    def check(self, routes: int) -> None:
        """Ask whether an agent may start."""
        check_no_bird(self.run_dir, routes, (self._spaces / "here").stat(), self.proc)

    def _enter(self, process: str, space: str) -> None:
        file = self._spaces / space
        file.touch()
        folder = self.proc / process / "ns"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "net").unlink(missing_ok=True)
        (folder / "net").hardlink_to(file)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Give a machine."""
    return Machine(tmp_path)


@pytest.mark.parametrize("name", ["bird", "bird6"])
def test_a_bird_with_routes_is_refused_in_one_sentence(machine: Machine, name: str) -> None:
    """Who, how many routes, and what to do."""
    machine.start(311, "birdcage")
    machine.start(312, name)
    with pytest.raises(NodeError) as refused:
        machine.check(27)
    assert str(refused.value) == (
        "BIRD (process 312) runs in this network namespace, and the kernel has 27 routes of protocol 12 (bird), which "
        "is the agent's number too: each would remove the other's routes; stop BIRD, then start the agent"
    )


def test_routes_without_a_bird_are_ours(machine: Machine) -> None:
    """Those of an agent that has crashed, whatever else runs."""
    machine.start(1, "systemd")
    machine.start(312, "bird", "elsewhere")
    machine.check(27)


def test_a_bird_without_routes_stays_harmless_while_it_lives(machine: Machine) -> None:
    """The routes that the next agent finds are its own; another BIRD, be it of the same number, is not known."""
    machine.start(312, "bird")
    machine.check(0)
    machine.check(27)
    machine.start(400, "bird")
    with pytest.raises(NodeError, match="process 400"):
        machine.check(27)
    machine.end(400)
    machine.check(27)
    machine.start(312, "bird", at=6000)
    with pytest.raises(NodeError, match="process 312"):
        machine.check(27)


def test_who_was_harmless_is_asked_anew_when_there_are_no_routes(machine: Machine) -> None:
    """The file tells of the last time."""
    machine.start(312, "bird")
    machine.check(0)
    machine.end(312)
    machine.check(0)
    machine.start(312, "bird")
    with pytest.raises(NodeError):
        machine.check(1)


def test_what_cannot_be_looked_at_is_passed_over(machine: Machine) -> None:
    """A process that ends just then, or a namespace of another user's."""
    machine.start(312, "bird")
    (machine.proc / "312" / "ns" / "net").unlink()
    machine.check(27)


def test_a_directory_that_cannot_be_written_is_named(machine: Machine) -> None:
    """One sentence."""
    machine.run_dir.rmdir()
    with pytest.raises(NodeError, match=r"run/harmless-birds: cannot be written: No such file or directory"):
        machine.check(0)
