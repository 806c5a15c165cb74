"""NameClaim: one agent for a node name, however the one before ended."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bgpkit_node.agent.claim import NameClaim
from bgpkit_node.errors import NodeError

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
