"""What a sink holds after the octets it got: read while nothing comes, compared with what the feeders have said."""

import struct
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from benchmarks._peers_feed import Feed, blocks_of
from benchmarks._peers_octets import (
    AS_PATH,
    CLUSTER_LIST,
    COMMUNITIES,
    HEADER,
    IPV4,
    LARGE_COMMUNITIES,
    LOCAL_PREF,
    MED,
    MP_REACH,
    MP_UNREACH,
    NEXT_HOP,
    NOTIFICATION,
    OCTETS,
    ORIGIN,
    ORIGINATOR_ID,
    UPDATE,
    attributes_of,
    keys_of,
    reach_of,
)

ABSENT, ANY = 0, 255
"""Instead of the number of a feed: the prefix must not be there; it is not looked at."""
_SAMPLE: Final = 97
"""Of so many UPDATEs, the attributes of one are kept to be compared."""
_UNALTERED: Final = (ORIGIN, AS_PATH, LOCAL_PREF)
_AS_SETS: Final = {COMMUNITIES: 4, LARGE_COMMUNITIES: 12}


class Goal:
    """What a sink should hold in the end: for each prefix, from which feed."""

    def __init__(self, index: Mapping[bytes, int], wanted: bytes, feeds: Sequence[Feed]) -> None:
        """Take the number of each prefix, the feed wanted for each (from 1; ABSENT, ANY), and the feeds."""
        self.index = index
        self.wanted = wanted
        self.feeds = feeds
        self._numbers = {feed.next_hop: number for number, feed in enumerate(feeds, 1)}

    def number_of(self, block: bytes) -> int:
        """Return the number of the feed that a block is from, told by its NEXT_HOP; 1 when it has none."""
        if len(self._numbers) == 1:
            return 1
        return self._numbers.get(attributes_of(block).get(NEXT_HOP, b""), 1)


class Sink:
    """The octets that one session got, and what they make; the octets are dropped once they are read."""

    def __init__(self, goal: Goal) -> None:
        """Hold nothing."""
        self.unread: deque[tuple[float, bytes]] = deque()
        self.complete_at: float | None = None
        self.octets = 0
        self.updates = 0
        self.unknown = 0
        self.ended = ""
        self.samples: dict[bytes, bytes] = {}
        self._tail = b""
        self._state = bytearray(len(goal.index))
        self._goal = goal
        self.right = goal.wanted.count(ABSENT) + goal.wanted.count(ANY)

    def aim(self, goal: Goal) -> None:
        """Measure what is held by another goal from now on; it must number the same prefixes."""
        self._goal = goal
        self.right = sum(wanted in (held, ANY) for wanted, held in zip(goal.wanted, self._state, strict=True))
        self.complete_at = None
        self.samples.clear()

    def take(self, time: float, octets: bytes) -> None:
        """Keep what one read gave."""
        self.unread.append((time, octets))
        self.octets += len(octets)

    @property
    def is_complete(self) -> bool:
        """Whether all has been read and is as it should be."""
        return self.complete_at is not None and not self.unread

    @property
    def expected(self) -> int:
        """How many prefixes the goal is about."""
        return len(self._state)

    def read(self) -> None:
        """Read the oldest octets; note when everything became, and stayed, as it should be."""
        time, octets = self.unread.popleft()
        self._messages(self._tail + octets)
        if self.right != len(self._state):
            self.complete_at = None
        elif self.complete_at is None:
            self.complete_at = time

    def faults(self, cluster_id: bytes, originators: Sequence[bytes]) -> list[str]:
        """Compare the sample of attributes with what was sent; return what is not as RFC 4456 has it."""
        expected = [blocks_of(feed) for feed in self._goal.feeds]
        found = [f"{self.unknown} prefixes that nobody announced"] if self.unknown else []
        if not self.samples:
            return [*found, "no attributes to compare"]
        for key, block in self.samples.items():
            number = self._goal.number_of(block)
            feed = self._goal.feeds[number - 1]
            fault = _difference(expected[number - 1].get(key, b""), block, feed, cluster_id, originators)
            if fault:
                found.append(f"{key.hex()}: {fault}")
        return found

    def _messages(self, octets: bytes) -> None:
        offset, end = 0, len(octets)
        while offset + HEADER <= end:
            stop = offset + (octets[offset + 16] << 8 | octets[offset + 17])
            if stop > end:
                break
            kind = octets[offset + 18]
            if kind == UPDATE:
                self._update(octets, offset + HEADER, stop)
            elif kind == NOTIFICATION:
                self.ended = f"NOTIFICATION {octets[offset + 19]}/{octets[offset + 20]}"
            offset = stop
        self._tail = octets[offset:]

    def _update(self, octets: bytes, start: int, stop: int) -> None:
        self.updates += 1
        first = start + 2 + (octets[start] << 8 | octets[start + 1])
        if first != start + 2:
            self._set(octets[start + 2 : first], ABSENT)
        nlri = first + 2 + (octets[first] << 8 | octets[first + 1])
        if nlri == first + 2:
            return
        block = octets[first + 2 : nlri]
        goal = self._goal
        if goal.feeds[0].family is not IPV4:
            self._multiprotocol(block)
        elif nlri != stop:
            self._set(octets[nlri:stop], goal.number_of(block), block)

    def _multiprotocol(self, block: bytes) -> None:
        values = attributes_of(block)
        if MP_UNREACH in values:
            self._set(values[MP_UNREACH][3:], ABSENT)
        if MP_REACH in values:
            self._set(reach_of(values[MP_REACH])[1], 1, block)

    def _set(self, nlri: bytes, number: int, block: bytes = b"") -> None:
        """Note for each prefix of a field the feed that it is from."""
        index, state, wanted = self._goal.index, self._state, self._goal.wanted
        offset, end = 0, len(nlri)
        right = 0
        while offset < end:
            stop = offset + OCTETS[nlri[offset]]
            place = index.get(nlri[offset:stop])
            offset = stop
            if place is None:
                self.unknown += 1
                continue
            before = state[place]
            if before != number:
                state[place] = number
                aim = wanted[place]
                if aim != ANY:
                    right += (aim == number) - (aim == before)
        self.right += right
        if block and self.updates % _SAMPLE == 1:
            self.samples[keys_of(nlri)[0]] = block


def _difference(sent: bytes, got: bytes, feed: Feed, cluster_id: bytes, originators: Sequence[bytes]) -> str:
    """Return how a block that was reflected differs from what it should be, or nothing."""
    before, after = attributes_of(sent), attributes_of(got)
    for code in _UNALTERED:
        if before.get(code) != after.get(code):
            return f"attribute {code} was {_hex(before.get(code))} and is {_hex(after.get(code))}"
    for code, size in _AS_SETS.items():
        if _pieces(before.get(code, b""), size) != _pieces(after.get(code, b""), size):
            return f"attribute {code} was {_hex(before.get(code))} and is {_hex(after.get(code))}"
    if int.from_bytes(before.get(MED, b""), "big") != int.from_bytes(after.get(MED, b""), "big"):
        return "MULTI_EXIT_DISC has changed"
    hop = after.get(NEXT_HOP) if feed.family is IPV4 else reach_of(after[MP_REACH])[0][:16]
    if hop != feed.next_hop:
        return f"the next hop is {_hex(hop)}"
    if after.get(ORIGINATOR_ID) not in originators:
        return f"ORIGINATOR_ID is {_hex(after.get(ORIGINATOR_ID))}"
    if after.get(CLUSTER_LIST) != cluster_id:
        return f"CLUSTER_LIST is {_hex(after.get(CLUSTER_LIST))}"
    return ""


def _pieces(value: bytes, size: int) -> list[bytes]:
    return sorted(value[offset : offset + size] for offset in range(0, len(value), size))


def _hex(value: bytes | None) -> str:
    return "absent" if value is None else value.hex()


def numbered(keys: Sequence[bytes]) -> dict[bytes, int]:
    """Return the number of each prefix."""
    return {key: number for number, key in enumerate(keys)}


def rivals_won(first: Feed, second: Feed) -> bytes:
    """Return which of two feeds of the same prefixes wins each: local preference is equal, and so the shorter AS path.

    Then the lower origin; then the first, whose BGP identifier is lower. Their neighbour ASes never are the same, so
    that MULTI_EXIT_DISC is not compared (RFC 4271, section 9.1.2.2).
    """
    ranks = [_ranks(feed) for feed in (first, second)]
    return bytes(1 if ranks[0][key] <= ranks[1][key] else 2 for key in first.keys)


def _ranks(feed: Feed) -> dict[bytes, tuple[int, int]]:
    ranks: dict[bytes, tuple[int, int]] = {}
    for (start, stop), block in zip(feed.groups, feed.blocks, strict=True):
        values = attributes_of(block)
        (hops,) = struct.unpack_from("!B", values[AS_PATH], 1)
        rank = hops, values[ORIGIN][0]
        for key in feed.keys[start:stop]:
            ranks[key] = rank
    return ranks
