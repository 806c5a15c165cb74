"""A full Internet table, byte for byte as a peer sent it, is read as bgpdump reads it."""

import gzip
from collections.abc import Iterator
from ipaddress import IPv4Address

from bgpkit.wire import (
    AttributeInputs,
    UpdateContext,
    UpdateDecoder,
    decode_attributes,
    encode_announcements,
    encode_attributes,
    next_message,
)
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Origin, PathAttributes, Prefix
from tests.support.sources import PROJECT

FEED = PROJECT / "examples/node_agent/bgpkit_node/demo/data/feed-as1853-20020722.as2.bgp.gz"
DUMP = PROJECT / "tests/data/tables/bgpdump-as1853-20020722.txt.gz"
ORIGINS = {Origin.IGP: "IGP", Origin.EGP: "EGP", Origin.INCOMPLETE: "INCOMPLETE"}


def received() -> Iterator[tuple[AttributeInputs, list[bytes]]]:
    """Yield the blocks of the feed: attributes and keys."""
    stream = gzip.decompress(FEED.read_bytes())
    context = UpdateContext(families=frozenset({IPV4_UNICAST}), four_octet_as=False, internal=False)
    decoder: UpdateDecoder[AttributeInputs] = UpdateDecoder(context, lambda inputs: inputs)
    offset = 0
    while offset < len(stream):
        stop = next_message(stream, offset, len(stream), 4096)
        found = decoder.decode(stream, offset + 19, stop)
        assert [fault.text for fault in found.faults] in ([], ["AGGREGATOR with AS number 0"])
        assert list(found.withdrawn) == []
        yield from ((inputs, keys) for _, inputs, keys, _ in found.announced)
        offset = stop


def line_of(values: PathAttributes) -> tuple[str, ...]:
    """Return what bgpdump prints of attributes: path, origin, next hop, MED, communities, AG or NAG, aggregator."""
    aggregator = values.aggregator
    return (
        str(values.as_path),
        ORIGINS[values.origin],
        str(values.next_hop),
        str(values.med or 0),
        " ".join(f"{each >> 16}:{each & 0xFFFF}" for each in values.communities),
        "AG" if values.atomic_aggregate else "NAG",
        f"{aggregator.asn} {aggregator.address}" if aggregator else "",
    )


def test_the_table_is_the_one_that_bgpdump_prints() -> None:
    """112,986 prefixes: path, origin, next hop, MED, communities and aggregation of each are those of bgpdump."""
    expected: dict[str, tuple[str, ...]] = {}
    with gzip.open(DUMP, "rt", encoding="ascii") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("|")
            # AGGREGATOR with AS 0, as some sent in 2002, is discarded: RFC 7607, section 2.
            aggregator = "" if parts[13].startswith("0 ") else parts[13]
            expected[parts[5]] = (parts[6], parts[7], parts[8], *parts[10:13], aggregator)
    found: dict[str, tuple[str, ...]] = {}
    for inputs, keys in received():
        facts = line_of(decode_attributes(inputs.raw))
        for key in keys:
            found[f"{IPv4Address(key[1:].ljust(4, bytes(1)))}/{key[0]}"] = facts
    assert len(expected) == 112_986
    assert found == expected


def test_the_table_survives_writing_and_reading() -> None:
    """Each block, decoded to values and encoded again, is the same octets; and so are its routes."""
    context = UpdateContext(families=frozenset({IPV4_UNICAST}), four_octet_as=True, internal=False)
    again: UpdateDecoder[AttributeInputs] = UpdateDecoder(context, lambda inputs: inputs)
    for inputs, keys in received():
        assert encode_attributes(decode_attributes(inputs.raw)) == inputs.raw
        returned: list[bytes] = []
        for message in encode_announcements(inputs.raw, IPV4_UNICAST, keys):
            for _, copy, some, _ in again.decode(message, 19, len(message)).announced:
                assert copy.raw == inputs.raw
                returned += some
        assert returned == keys
        assert Prefix.from_key(keys[0], 32).width == 32
