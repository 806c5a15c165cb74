"""Flannel's configurations, and the bridges of other plugins."""

from pathlib import Path

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.flannel import Conflists, read_conflists


def test_flannel_is_told_by_the_type_of_the_plugin(tmp_path: Path) -> None:
    """Whatever the file is called, and whether or not it is a list; the bridge is the delegate's."""
    files = {
        "05-list.conflist": '{"plugins": [{"type": "flannel", "delegate": {"isDefaultGateway": true}}]}',
        "06-one.conf": '{"type": "flannel", "delegate": {"bridge": "cbr0"}}',
        "07-flannel.conflist": '{"plugins": [{"type": "bridge", "bridge": "br7"}, {"type": "portmap"}]}',
        "08-named-by-default.conf": '{"type": "bridge"}',
        "09-broken.conf": "{",
        "10-flannel.conflist.bak": '{"type": "flannel"}',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    found = read_conflists(tmp_path)
    assert [(each.path.name, each.bridge) for each in found.flannel] == [
        ("05-list.conflist", "cni0"),
        ("06-one.conf", "cbr0"),
    ]
    assert found.flannel[0].text == files["05-list.conflist"]
    assert found.bridge == "cni0"
    assert found.claimed_by("br7") == tmp_path / "07-flannel.conflist"
    assert found.claimed_by("cni0") == tmp_path / "08-named-by-default.conf"
    assert found.claimed_by("cbr0") is None


def test_a_directory_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    """One that cannot be read is named."""
    assert read_conflists(tmp_path / "none") == Conflists()
    assert Conflists().bridge == "cni0"
    (tmp_path / "round").symlink_to(tmp_path / "round")
    with pytest.raises(NodeError, match="round: cannot be read"):
        read_conflists(tmp_path / "round")
