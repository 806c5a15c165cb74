"""A lock among processes, which the kernel releases."""

import os
from pathlib import Path

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.file_lock import FileLock


def test_a_lock_has_one_holder_whom_the_others_know(tmp_path: Path) -> None:
    """It is free when it is released; releasing what one does not have does nothing."""
    first, second = FileLock(tmp_path / "made" / "lock"), FileLock(tmp_path / "made" / "lock")
    assert first.take()
    assert not second.take()
    assert second.holder == str(os.getpid())
    second.release()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """One sentence."""
    (tmp_path / "file").touch()
    with pytest.raises(NodeError, match="file/lock: cannot be written"):
        FileLock(tmp_path / "file" / "lock").take()
