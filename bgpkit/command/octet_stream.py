"""Messages that stand one after the other in plain octets."""

from collections.abc import Iterable, Iterator

from bgpkit.command.assumptions import Assumptions, described
from bgpkit.command.errors import InputError
from bgpkit.command.framing import NoMessageError, message_length
from bgpkit.command.items import Heard, Item, Note, Place
from bgpkit.command.verdict import judge
from bgpkit.wire import HEADER_LENGTH, MARKER, MessageType


def messages(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield offset and octets of each message; InputError, behind those before, for what is none or is cut short."""
    data, before, at = b"", 0, 0
    for chunk in chunks:
        before, data, at = before + at, data[at:] + chunk, 0
        while length := _length(data, at, before):
            stop = at + length
            if stop > len(data):
                break
            yield before + at, data[at:stop]
            at = stop
    if at < len(data):
        raise _cut_short(data[at:], before + at)


def read_octets(chunks: Iterable[bytes], assumptions: Assumptions) -> Iterator[Item]:
    """Yield the messages of plain octets; a note says what is assumed before it matters. InputError as `messages`."""
    codec = assumptions.codec()
    said = assumptions.four_octet_as is not None
    for offset, octets in messages(chunks):
        if not said and octets[HEADER_LENGTH - 1] == MessageType.UPDATE:
            said = True
            yield Note(assumed("plain octets do not say whose OPENs count", described(codec.context)))
        yield Heard(Place(offset=offset), judge(codec, octets))


def assumed(why: str, terms: str) -> str:
    """Return the sentence that says under which terms UPDATEs are read, and why."""
    return f"{why}: {terms} are assumed (--as2, --addpath and --ebgp say otherwise)"


def _length(data: bytes, at: int, before: int) -> int:
    try:
        return message_length(data, at)
    except NoMessageError as error:
        raise InputError(f"octet {before + error.offset}: {error}") from error


def _cut_short(rest: bytes, offset: int) -> InputError:
    """Say what is missing of a last message."""
    length, what = HEADER_LENGTH, "the header"
    if len(rest) >= HEADER_LENGTH:
        length, what = int.from_bytes(rest[len(MARKER) : len(MARKER) + 2], "big"), "the message"
    return InputError(
        f"octet {offset}: {what} that starts here is cut short: of {length} octets {len(rest)} are there, "
        f"{length - len(rest)} missing"
    )
