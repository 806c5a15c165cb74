"""Two tables in one: what is gone, what is new, what has stayed."""

from bgpkit_node.demo.compared import compared


def test_what_is_gone_stands_first_and_what_is_new_at_its_place() -> None:
    """Spaces at the ends of lines do not count."""
    before = "default via 10.4.7.1 \n10.244.0.0/16 via 172.17.0.12\n"
    after = "default via 10.4.7.1\n10.244.0.0/26 via 172.17.0.11 proto bgp\n172.17.0.0/24 dev hosts0\n"
    assert compared(before, after).splitlines() == [
        "- 10.244.0.0/16 via 172.17.0.12",
        "  default via 10.4.7.1",
        "+ 10.244.0.0/26 via 172.17.0.11 proto bgp",
        "+ 172.17.0.0/24 dev hosts0",
    ]
    assert compared(after, after) == "\n".join(f"  {line}" for line in after.splitlines())
