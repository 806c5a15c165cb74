"""A handle counts addresses by block."""

from ipaddress import IPv4Network

import pytest

from bgpkit_node.ipam.handle import Handle, decode_handle, encode_handle

FIRST, SECOND = IPv4Network("10.244.113.128/26"), IPv4Network("10.244.203.64/26")


def test_a_handle_is_read_and_written_as_calico_writes_it() -> None:
    """The document maps CIDRs to counts."""
    value = b'{"block":{"10.244.113.128/26":1,"10.244.203.64/26":2},"deleted":false}'
    handle = decode_handle(value)
    assert handle == Handle(((FIRST, 1), (SECOND, 2)))
    assert (handle.blocks, handle.total) == ((FIRST, SECOND), 3)
    assert encode_handle(handle) == value


def test_counts_go_up_and_down_and_a_block_without_addresses_is_left_out() -> None:
    """Nothing is left of a handle that has given all back."""
    handle = Handle().changed(FIRST, 2).changed(SECOND, 1).changed(FIRST, -1)
    assert handle == Handle(((FIRST, 1), (SECOND, 1)))
    assert handle.changed(FIRST, -1).changed(SECOND, -1) == Handle()


def test_a_handle_without_blocks_is_empty() -> None:
    """Null is what Go writes for a map that was never made."""
    assert decode_handle(b'{"block":null,"deleted":false}') == Handle()


@pytest.mark.parametrize("value", [b"", b"{}", b'{"block":{"10.0.0.1/26":1}}', b'{"block":{"10.0.0.0/26":"1"}}'])
def test_what_is_no_handle_is_refused(value: bytes) -> None:
    """CIDRs and counts must be such."""
    with pytest.raises(ValueError, match="not the document of a handle"):
        decode_handle(value)
