"""Rewriting octets does what changing a dictionary of attributes does."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.wire import Rewrite, encode_attributes, rewrite
from bgpkit.wire.attribute_block import attribute_spans
from bgpkit_fsm import IPV4_UNICAST
from tests.properties.wire_strategies import attributes, changed, families, read_block, rewrites


@settings(deadline=None)
@given(st.data())
def test_rewriting_is_changing_a_dictionary(data: st.DataObject) -> None:
    """Every attribute of the outcome is that of the slow model, and the order is ascending."""
    family, change = data.draw(families), data.draw(rewrites)
    raw = encode_attributes(data.draw(attributes(family)), family)
    block = rewrite(raw, change)
    assert read_block(block) == changed(read_block(raw), change)
    codes = [code for code, _, _ in attribute_spans(block)]
    assert codes == sorted(set(codes))


@settings(deadline=None)
@given(st.data())
def test_the_order_of_the_attributes_does_not_matter(data: st.DataObject) -> None:
    """A sender's order is kept; what the outcome says is the same."""
    change = data.draw(rewrites)
    raw = encode_attributes(data.draw(attributes(IPV4_UNICAST)))
    parts = data.draw(st.permutations([raw[start:stop] for _, start, stop in attribute_spans(raw)]))
    block = rewrite(b"".join(parts), change)
    assert read_block(block) == changed(read_block(raw), change)


@settings(deadline=None)
@given(st.data())
def test_a_next_hop_is_replaced_in_its_place(data: st.DataObject) -> None:
    """Nothing but the next hop changes."""
    family = data.draw(families)
    values = data.draw(attributes(family))
    raw = encode_attributes(values, family)
    size = 4 if family == IPV4_UNICAST else data.draw(st.sampled_from([16, 32]))
    hop = data.draw(st.binary(min_size=size, max_size=size))
    change = Rewrite(next_hop=hop)
    expected = changed(read_block(raw), change)
    if family == IPV4_UNICAST:
        expected[3] = (0x40, hop)
    else:
        expected[14] = (0x80, bytes((0, 2, 1, size)) + hop + b"\0")
    assert read_block(rewrite(raw, change)) == expected


@settings(deadline=None)
@given(st.data())
def test_nothing_to_change_changes_nothing(data: st.DataObject) -> None:
    """Without unknown attributes the block comes back octet for octet, and a second rewriting changes no more."""
    family = data.draw(families)
    raw = encode_attributes(data.draw(attributes(family)), family)
    once = rewrite(raw, Rewrite())
    assert rewrite(once, Rewrite()) == once
    if not any(code >= 200 for code in read_block(raw)):
        assert once == raw
