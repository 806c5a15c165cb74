"""Capabilities in BIRD's words."""

from bgpkit_node.bird_socket.capability_rows import capability_rows, capability_words

TOLD = (
    "multiprotocol ipv4-unicast",
    "route-refresh",
    "graceful-restart 120 s (ipv4-unicast)",
    "four-octet-as 64512",
    "capability 99 0x01",
)


def test_on_one_line_only_what_bird_has_a_word_for() -> None:
    """In BIRD's order; a speaker that lists no family is aware of graceful restart and not able to do it."""
    assert capability_words(TOLD) == "refresh restart-able AS4"
    assert capability_words(["graceful-restart 120 s", "enhanced-route-refresh"]) == "enhanced-refresh restart-aware"


def test_a_line_for_each_with_the_rest_below_it() -> None:
    """What has no name of BIRD's keeps its own."""
    assert list(capability_rows(TOLD[1:])) == [
        "      Route refresh",
        "      Graceful restart",
        "        120 s (ipv4-unicast)",
        "      4-octet AS numbers",
        "        64512",
        "      capability",
        "        99 0x01",
    ]
