"""A file is written whole, or what was there stays; what is no file is written into."""

import os
from pathlib import Path

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.whole_file import write_whole


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """With the mode that is asked for, and nothing beside it."""
    file = tmp_path / "file"
    file.write_text("of last week")
    write_whole(file, "new\n", 0o600)
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("new\n", 0o600)
    assert list(tmp_path.iterdir()) == [file]


def test_without_room_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the file, not the draft, and no draft is left."""

    def full(_: int) -> None:
        """Be a full disk."""
        raise OSError(28, "No space left on device")

    file = tmp_path / "file"
    file.write_text("of last week")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NodeError, match=f"^{file}: cannot be written: No space left on device$"):
        write_whole(file, "new\n")
    assert file.read_text() == "of last week"
    assert list(tmp_path.iterdir()) == [file]


def test_a_pipe_is_written_into_and_a_link_stays_a_link(tmp_path: Path) -> None:
    """As /dev/stdout and the like ask for."""
    pipe, link, file = (tmp_path / name for name in ("pipe", "link", "file"))
    link.symlink_to(file)
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    for path in (pipe, link):
        write_whole(path, "words\n")
    assert os.read(reader, 100) == file.read_bytes() == b"words\n"
    os.close(reader)
    assert pipe.is_fifo()
    assert link.is_symlink()


def test_a_directory_and_a_place_that_is_none_are_named(tmp_path: Path) -> None:
    """One sentence, and nothing is made."""
    with pytest.raises(NodeError, match=f"^{tmp_path}: cannot be written: Is a directory$"):
        write_whole(tmp_path, "words")
    with pytest.raises(NodeError, match=f"^{tmp_path}/no/file: cannot be written: No such file or directory$"):
        write_whole(tmp_path / "no" / "file", "words")
    assert list(tmp_path.iterdir()) == []
