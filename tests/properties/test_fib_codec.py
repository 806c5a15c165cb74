"""What is written into a request is what the reader finds, for any form the kernel can hold; and nothing upsets it."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from bgpkit.fib import Encap
from bgpkit.fib.form import Form
from bgpkit.fib.netlink.decode import (
    Message,
    RouteReader,
    decode_address,
    decode_link,
    decode_refusal,
    messages,
    terminator,
)
from bgpkit.fib.netlink.encap_octets import decode_encap, encode_encap
from bgpkit.fib.netlink.encode import Encoder
from bgpkit.fib.operation import Operation, Verb
from tests.properties.fib_forms import encaps, forms, keys, tables
from tests.unit.fib.model_kernel import batch_of

WIDTHS = st.sampled_from((32, 128))


@given(st.data(), WIDTHS, tables, st.integers(5, 255))
def test_requests_read_back(data: st.DataObject, width: int, table: int, protocol: int) -> None:
    """A batch of any routes is read back route by route: prefix, protocol, form."""
    wanted = data.draw(st.lists(st.tuples(keys(width), forms(width)), min_size=1, max_size=4))
    operations = [Operation(Verb.ADD, width, key, (form,)) for key, form in wanted]
    batch = Encoder(width, protocol, table).encode(batch_of(*operations), 1)
    reader = RouteReader(table)
    found = [reader.read(batch, message) for message in messages(batch)]
    assert [(each.key, each.protocol, each.forms[0]) for each in found if each is not None] == [
        (key, protocol, form) for key, form in wanted
    ]
    assert list(reader.read_dump(batch, width)) == [(key, protocol, (form,)) for key, form in wanted]
    assert not RouteReader(table % 100 + 1000).read_dump(batch, width) or table % 100 + 1000 == table


@given(WIDTHS.flatmap(encaps))
def test_encapsulations_read_back(encap: Encap) -> None:
    """What is written of an encapsulation is all that there is to know of it."""
    assert decode_encap(*encode_encap(encap)) == encap


@given(st.integers(0, 12), st.binary(max_size=80))
def test_any_octets_are_an_encapsulation_or_nothing(kind: int, payload: bytes) -> None:
    """The reader gives only what can be written again."""
    encap = decode_encap(kind, payload)
    assert encap is None or decode_encap(*encode_encap(encap)) == encap


@given(st.data(), WIDTHS, st.integers(0, 1 << 16), st.binary(max_size=8))
def test_the_reader_survives_damage(data: st.DataObject, width: int, place: int, patch: bytes) -> None:
    """A request of which a few octets are overwritten, left out or put in is read, or left out."""
    key, form = data.draw(keys(width)), data.draw(forms(width))
    batch = Encoder(width, 12, 254).encode(batch_of(Operation(Verb.ADD, width, key, (form,))), 1)
    start = place % len(batch)
    removed = data.draw(st.integers(0, 8))
    damaged = batch[:start] + patch + batch[start + removed :]
    survive(damaged)
    survive(struct.pack("=I", len(damaged)) + damaged[4:])


@given(st.binary(max_size=200), st.sampled_from((2, 3, 16, 17, 20, 21, 24, 25)), st.integers(0, 0xFFFF))
def test_the_reader_survives_anything(body: bytes, kind: int, flags: int) -> None:
    """Octets of a kernel that is newer than this library may mean anything: they are read or left out."""
    survive(struct.pack("=IHHII", 16 + len(body), kind, flags, 0, 0) + body)
    survive(struct.pack("=IHHII", 16, kind, flags, 0, 0))


def survive(data: bytes) -> None:
    """Read octets with every reader there is: what comes of it has the shape that was promised."""
    for width in (32, 128):
        for key, _, found in RouteReader(254).read_dump(data, width):
            check(key, width, found)
    last = terminator(data)
    for message in [*messages(data), *([last] if last else [])]:
        read_each(data, message)


def read_each(data: bytes, message: Message) -> None:
    """Read one message as each kind that it might be."""
    notice = RouteReader(254).read(data, message)
    if notice is not None:
        check(notice.key, notice.width, notice.forms)
    refusal = decode_refusal(data, message)
    assert refusal is None or (refusal.errno > 0 and refusal.text)
    assert decode_link(data, message).index >= 0
    assert len(decode_address(data, message).address) < len(data)


def check(key: bytes, width: int, found: tuple[Form, ...]) -> None:
    """Check that a route can be shown and written again."""
    assert key[0] <= width
    assert len(key) == 1 + (key[0] + 7) // 8
    (form,) = found
    assert all(len(hop.gateway) in {0, 4, 16} for hop in form.hops)
    assert len(form.source) in {0, 4, 16}
