"""Flannel's daemon is found among the processes; what it removes is proved on a kernel."""

from pathlib import Path

from bgpkit_node.flannel import flanneld


def test_the_daemon_is_told_by_its_name(tmp_path: Path) -> None:
    """Processes that end meanwhile are passed over."""
    for process, name in (("7", "sh"), ("8", "flanneld"), ("self", "flanneld")):
        (tmp_path / process).mkdir()
        (tmp_path / process / "comm").write_text(f"{name}\n")
    (tmp_path / "6" / "comm").mkdir(parents=True)
    assert flanneld(tmp_path) == 8
    assert flanneld(tmp_path / "none") == 0
