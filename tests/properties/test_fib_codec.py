"""What is written into a request is what the reader finds, for any form the kernel can hold."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from bgpkit.fib.decode import RouteReader, messages
from bgpkit.fib.encode import Encoder
from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.operation import Operation, Verb

tables = st.one_of(st.integers(1, 254), st.integers(256, (1 << 32) - 1))
metrics = st.one_of(st.just(0), st.integers(0, (1 << 32) - 1))
mtus = st.one_of(st.just(0), st.integers(68, 65535))


@st.composite
def keys(draw: st.DrawFn, width: int) -> bytes:
    """Return a canonical prefix key."""
    length = draw(st.integers(0, width))
    octets = (length + 7) // 8
    number = draw(st.integers(0, (1 << length) - 1)) << (octets * 8 - length)
    return bytes((length,)) + number.to_bytes(octets, "big")


@st.composite
def hops(draw: st.DrawFn, width: int) -> Hop:
    """Return one next hop; an IPv4 prefix may have an IPv6 gateway."""
    size = draw(st.sampled_from((0, 4, 16) if width == 32 else (0, 16)))
    gateway = draw(st.binary(min_size=size, max_size=size))
    index = draw(st.integers(0 if gateway else 1, (1 << 31) - 1))
    return Hop(gateway, index, bool(gateway) and draw(st.booleans()), draw(st.integers(1, 256)))


@st.composite
def forms(draw: st.DrawFn, width: int) -> Form:
    """Return a form of any kind."""
    kind = draw(st.sampled_from((1, 1, 1, 6, 7, 8)))
    source = draw(st.one_of(st.just(b""), st.binary(min_size=width // 8, max_size=width // 8)))
    several = draw(st.lists(hops(width), min_size=1, max_size=5))
    return make_form(kind, several, draw(metrics), source, draw(mtus))


@given(st.data(), st.sampled_from((32, 128)), tables, st.integers(5, 255))
def test_requests_read_back(data: st.DataObject, width: int, table: int, protocol: int) -> None:
    """A batch of any routes is read back route by route: prefix, protocol, form."""
    wanted = data.draw(st.lists(st.tuples(keys(width), forms(width)), min_size=1, max_size=4))
    operations = [Operation(Verb.ADD, width, key, (form,)) for key, form in wanted]
    batch = Encoder(width, protocol, table).encode(operations, 1)
    reader = RouteReader(table)
    found = [reader.read(batch, message) for message in messages(batch)]
    assert [(each.key, each.protocol, each.forms[0]) for each in found if each is not None] == [
        (key, protocol, form) for key, form in wanted
    ]
    assert reader.read_dump(batch, width) == [(key, protocol, (form,)) for key, form in wanted]
    assert RouteReader(table % 100 + 1000).read_dump(batch, width) == [] or table % 100 + 1000 == table


@given(st.binary(max_size=200), st.sampled_from((24, 25)), st.sampled_from((2, 10)))
def test_the_reader_survives_anything(body: bytes, kind: int, family: int) -> None:
    """Octets of a kernel that is newer than this library may mean anything: they are read or left out."""
    body = bytes((family,)) + body[1:].ljust(11, b"\0")
    bits = 32 if family == 2 else 128
    body = body[:1] + bytes((body[1] % (bits + 1),)) + body[2:]
    data = struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body
    reader = RouteReader(254)
    for message in messages(data):
        notice = reader.read(data, message)
        assert notice is None or notice.width == bits
    assert len(reader.read_dump(data, bits)) <= 1
