"""Messages in octets, well-formed and damaged: for what has to bear whatever a peer sends."""

from hypothesis import strategies as st

from bgpkit.testing.strategies.attributes import SESSION
from bgpkit.testing.strategies.messages import messages
from bgpkit.wire import HEADER_LENGTH, Codec, UpdateContext

_LENGTH = slice(16, 18)
"""Where a header has the length of its message. RFC 4271, section 4.1."""


def message_octets(context: UpdateContext = SESSION) -> st.SearchStrategy[bytes]:
    """Return whole messages in octets, as the side with ``context`` sends them, each without fault."""
    codec = Codec(context)
    return messages(context).map(lambda message: codec.encode(message)[0])


@st.composite
def mutated(draw: st.DrawFn, messages: bytes | st.SearchStrategy[bytes]) -> bytes:
    """Draw messages in octets with one to four places flipped, cut out, put in, doubled, or exchanged.

    ``messages`` is a message with its header, or a strategy for such. Three of four keep a header that fits what
    follows it, so that the damage is found by whoever looks further.
    """
    octets = bytearray(messages if isinstance(messages, bytes) else draw(messages))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(min(HEADER_LENGTH, len(octets)), len(octets)))
        _change(draw, octets, start, min(len(octets), start + draw(st.integers(1, 8))))
    if len(octets) >= HEADER_LENGTH and draw(st.integers(0, 3)):
        octets[_LENGTH] = (len(octets) & 0xFFFF).to_bytes(2, "big")
    elif octets:
        octets[draw(st.integers(0, min(len(octets), HEADER_LENGTH) - 1))] = draw(st.integers(0, 255))
    return bytes(octets)


def _change(draw: st.DrawFn, octets: bytearray, start: int, stop: int) -> None:
    """Change octets ``start`` to ``stop`` in one of six ways."""
    match draw(st.integers(0, 6)):
        case 0:
            del octets[start:stop]
        case 1:
            octets[start:start] = draw(st.binary(min_size=1, max_size=8))
        case 2:
            octets[start:start] = octets[start:stop]
        case 3:
            octets[start:stop] = draw(st.binary(min_size=stop - start, max_size=stop - start))
        case 4 | 5:
            if start < stop:
                octets[start] = draw(st.integers(0, 255))
        case _:
            if start < stop:
                octets[start] ^= 1 << draw(st.integers(0, 7))


def octet_streams(context: UpdateContext = SESSION) -> st.SearchStrategy[bytes]:
    """Return what may come in over a connection: messages one after the other, damaged ones and rubbish among them."""
    sent = message_octets(context)
    parts = st.one_of(sent, sent, mutated(sent), st.binary(max_size=40))
    return st.lists(parts, max_size=5).map(b"".join)
