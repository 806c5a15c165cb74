"""NameClaim: one agent for a node name, however the one before ended."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bgpkit_node.agent import claim
from bgpkit_node.agent.claim import NameClaim, held_name, this_machine
from bgpkit_node.datastore.schema import KEPT_SECONDS
from bgpkit_node.errors import AlreadyExistsError, ConflictError, NodeError
from tests.support.memory_datastore import MemoryDatastore

HOLD = """\
import sys, time
from pathlib import Path
from bgpkit_node.agent.claim import NameClaim
with NameClaim(Path(sys.argv[1]), "a"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_name_that_is_held_is_refused_with_the_holder_named(tmp_path: Path) -> None:
    """The sentence says which process has it, and what to do."""
    with (
        NameClaim(tmp_path / "d", "a"),
        pytest.raises(NodeError, match=rf"node a has a running agent already \(process {os.getpid()}\): stop that one"),
        NameClaim(tmp_path / "d", "a"),
    ):
        raise AssertionError("two hold it")


def test_names_and_datastores_are_claimed_apart(tmp_path: Path) -> None:
    """Another name, and the same name in another cluster, are free."""
    with NameClaim(tmp_path / "d", "a"), NameClaim(tmp_path / "d", "b"), NameClaim(tmp_path / "e", "a"):
        pass


def test_a_name_that_was_given_up_is_free(tmp_path: Path) -> None:
    """Also when the context ends by an exception."""
    with pytest.raises(ValueError, match="ended"), NameClaim(tmp_path / "d", "a"):
        raise ValueError("ended")
    with NameClaim(tmp_path / "d", "a"):
        pass


def test_the_name_of_a_killed_agent_is_free_at_once(tmp_path: Path) -> None:
    """The kernel releases it; no leftover file stands in the way."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "d")], stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(NodeError, match=f"process {holder.pid}"), NameClaim(tmp_path / "d", "a"):
            raise AssertionError("two hold it")
        holder.kill()
        holder.wait()
    with NameClaim(tmp_path / "d", "a"):
        pass


def test_where_nothing_can_be_written_the_path_is_named(tmp_path: Path) -> None:
    """The directory of the datastore is not there."""
    with (
        pytest.raises(NodeError, match=r"nowhere/d\.agents/a\.lock: cannot be written"),
        NameClaim(tmp_path / "nowhere" / "d", "a"),
    ):
        raise AssertionError("claimed")


class Shared(MemoryDatastore):
    """A datastore of several machines, which keeps names."""

    def __init__(self) -> None:
        """Keep none."""
        super().__init__()
        self.held: dict[str, bytes] = {}
        self.lost = asyncio.Event()

    @asynccontextmanager
    async def hold(self, key: str, holder: bytes, seconds: int) -> AsyncGenerator[asyncio.Event, None]:
        """Keep ``key`` for ``holder``; it stays for a while when the process dies."""
        assert seconds == KEPT_SECONDS
        if self.held.setdefault(key, holder) != holder:
            raise AlreadyExistsError(key)
        yield self.lost


async def test_a_name_that_another_machine_holds_is_refused() -> None:
    """In one sentence; another name, and the same machine's next agent, are not."""
    store = Shared()
    async with held_name(store, "a", b"one") as lost, held_name(store, "b", b"two"), held_name(store, "a", b"one"):
        assert not lost.is_set()
        with pytest.raises(NodeError, match="node a has a running agent on another machine, or had one until less"):
            await held_name(store, "a", b"two").__aenter__()


async def test_an_error_of_the_holder_is_not_taken_for_a_refusal() -> None:
    """Whatever happens while the name is held."""
    with pytest.raises(ConflictError):
        async with held_name(Shared(), "a", b"one"):
            raise ConflictError("key", 1, 2)


def test_a_machine_stays_the_same_and_says_which_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its machine-id; where there is none, by what lasts until the next boot; without either it does not start."""
    assert this_machine() == this_machine()
    missing, empty, boot = tmp_path / "missing", tmp_path / "empty", tmp_path / "boot"
    empty.touch()
    boot.write_text("0ff1ce\n")
    monkeypatch.setattr(claim, "_IDENTITIES", (missing, boot))
    assert this_machine().startswith(b"0ff1ce ")
    monkeypatch.setattr(claim, "_IDENTITIES", (missing, empty))
    with pytest.raises(NodeError, match="this machine has no identity"):
        this_machine()
