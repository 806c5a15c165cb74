"""The two layouts."""

from bgpkit_node.bird_socket import Layout


def test_each_layout_names_version_and_tables_as_its_bird_does() -> None:
    """BIRD 1.6 has one table in each of its two daemons."""
    old, new = Layout.BIRD_1_6, Layout.BIRD_2
    assert (old.version, old.table(4), old.table(6)) == ("1.6.8", "master", "master")
    assert (new.version, new.table(4), new.table(6)) == ("2.0.12", "master4", "master6")
