"""Leftover configurations in the runtime's directory."""

import json
from pathlib import Path

from bgpkit_node.cni import conflist_before, our_conflist


def test_what_sorts_before_ours_is_named(tmp_path: Path) -> None:
    """All of them, whatever of the three endings; other files, and those after, do not count."""
    ours = tmp_path / "10-bgpkit.conflist"
    for name in ("10-bgpkit.conflist", "10-flannel.conflist", "05-a.txt", "99-z.conf"):
        (tmp_path / name).touch()
    assert conflist_before(ours) == ""
    for name in ("05-b.conf", "10-a.json", "00-c.conflist"):
        (tmp_path / name).touch()
    names = [f"{tmp_path}/{name}" for name in ("00-c.conflist", "05-b.conf", "10-a.json")]
    assert conflist_before(ours) == f"{', '.join(names)} sorts before {ours.name}, so that runtimes take it: remove it"


def test_a_directory_that_is_not_there_has_none(tmp_path: Path) -> None:
    """The runtime may see it elsewhere."""
    assert conflist_before(tmp_path / "absent" / "10-bgpkit.conflist") == ""


def test_our_paths_are_absolute() -> None:
    """Runtimes and the agent read the file from directories of their own."""
    text = json.dumps(our_conflist(Path("run/agent.sock"), Path("conf/10-bgpkit.conflist")))
    for name in ("run/agent.sock", "conf/10-bgpkit.conflist"):
        assert json.dumps(str(Path.cwd() / name)) in text
