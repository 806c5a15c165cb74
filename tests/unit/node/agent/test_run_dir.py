"""The directory of sockets: nobody else may put one there."""

import stat
from pathlib import Path

import pytest

from bgpkit_node.agent.run_dir import prepare_run_dir
from bgpkit_node.errors import NodeError


def test_a_new_one_is_its_owners_alone(tmp_path: Path) -> None:
    """Parents are made, too; a second time changes nothing."""
    path = tmp_path / "a" / "run"
    prepare_run_dir(path)
    prepare_run_dir(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o1777])
def test_one_that_others_may_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    """The sentence says how to mend it."""
    path = tmp_path / "run"
    path.mkdir()
    path.chmod(mode)
    with pytest.raises(NodeError, match=r"run: others may write to this directory.*chmod go-w"):
        prepare_run_dir(path)


def test_one_that_others_may_read_is_taken(tmp_path: Path) -> None:
    """The sockets in it are closed to them by their own mode."""
    path = tmp_path / "run"
    path.mkdir()
    path.chmod(0o755)
    prepare_run_dir(path)


def test_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    """As the system says it."""
    (tmp_path / "run").touch()
    with pytest.raises(NodeError, match=r"run: cannot be made: File exists"):
        prepare_run_dir(tmp_path / "run")
