"""Ranges of keys: exactly those that begin with a prefix, and none of the store's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit_node.datastore.etcd.layout import MARKERS, Range, is_hidden, keys_of, octets, text, visible_keys_of

_TEXTS = st.one_of(
    st.text(max_size=3),
    st.sampled_from(
        ["/calico/", "/calico", MARKERS, f"{MARKERS}x/1", "/calico/bgpkit/writers0", "\udcff", "/\U0010ffff"]
    ),
)


def _holds(part: Range, key: bytes) -> bool:
    """Tell whether etcd would find a key in a range."""
    return key >= part.key and (part.end == b"\0" or key < part.end)


@given(_TEXTS, _TEXTS)
def test_a_range_holds_exactly_the_keys_that_begin_with_the_prefix(prefix: str, key: str) -> None:
    """Also where the last octet cannot be counted up."""
    if key:
        assert _holds(keys_of(prefix), octets(key)) == octets(key).startswith(octets(prefix))


@given(_TEXTS, _TEXTS)
def test_visible_ranges_leave_out_the_markers_and_nothing_else(prefix: str, key: str) -> None:
    """Whoever guards everything does not guard the books of the store."""
    if key:
        seen = [_holds(part, octets(key)) for part in visible_keys_of(prefix)]
        expected = octets(key).startswith(octets(prefix)) and not is_hidden(octets(key))
        assert seen.count(True) == expected


@pytest.mark.parametrize("key", [b"/a", b"/\xff", "/ü".encode()])
def test_keys_of_others_that_are_not_text_come_through(key: bytes) -> None:
    """What stands in etcd can be listed, whoever wrote it."""
    assert octets(text(key)) == key
