"""Items printed for people."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, assert_never, final

from bgpkit.command.items import (
    Dumped,
    DumpedAttributes,
    DumpedRoute,
    Heard,
    Item,
    Note,
    OtherRecord,
    Place,
    StateChange,
    state_name,
)
from bgpkit.command.message_lines import attribute_lines, fault_lines, message_lines
from bgpkit.command.verdict import Judged
from bgpkit.command.wrapping import counted, hexed, printable
from bgpkit.mrt import PeerIndexTable, UnknownRecord
from bgpkit.mrt.fields import moment

INDENT: Final = 8
_moment = lru_cache(maxsize=1024)(moment)


@final
class TextOutput:
    """Prints a head line for each item, and what it says below it, further in."""

    def __init__(self, write: Callable[[str], object]) -> None:
        """Print by calling ``write``."""
        self._write = write
        self._number = 0

    def write(self, item: Item) -> None:
        """Print one item."""
        if isinstance(item, Note):
            self._print([f"# {item.text}"])
            return
        self._number += 1
        self._print(_lines(item, self._number))

    def _print(self, lines: Iterable[str]) -> None:
        self._write("".join(f"{printable(line)}\n" for line in lines))


def _lines(item: Heard | StateChange | Dumped | OtherRecord, number: int) -> list[str]:
    """Return the lines of an item."""
    match item:
        case Heard():
            head = f"{item.judged.type}, {len(item.judged.octets)} octets"
            below = _judged_lines(item.judged)
        case StateChange():
            head = f"state change, {state_name(item.change.old_state)} to {state_name(item.change.new_state)}"
            below = []
        case Dumped():
            head = f"{item.subtype} {item.nlri}, {counted(len(item.routes), 'route')}"
            below = [line for route in item.routes for line in _route_lines(route)]
        case OtherRecord():
            head, below = _other_lines(item.record)
        case _:
            assert_never(item)
    return [f"{number:<{INDENT - 1}} {'  '.join((*_where(item.place), head))}", *below]


def _where(place: Place) -> list[str]:
    """Return what is known of an item's place."""
    parts: list[str] = []
    if place.time is not None:
        parts.append(_moment(place.time.seconds, place.time.microseconds))
    if place.packet is not None:
        parts.append(f"packet {place.packet}")
    elif place.record is None and place.offset is not None and place.sender is None:
        parts.append(f"octet {place.offset}")
    if place.sender is not None and place.receiver is not None:
        parts.append(f"{place.sender} > {place.receiver}")
    return parts


def _judged_lines(judged: Judged) -> list[str]:
    """Return what a message says, and the verdict where something is wrong."""
    lines = [] if judged.message is None else message_lines(judged.message, INDENT)
    for fault in judged.faults:
        lines += fault_lines(fault, INDENT)
    if judged.message is None:
        if judged.notification is not None:
            lines.append(f"{' ' * INDENT}the answer: NOTIFICATION {judged.notification}")
        lines += [f"{' ' * INDENT}the message:", *hexed(judged.octets, INDENT + 4)]
    return lines


def _route_lines(route: DumpedRoute) -> list[str]:
    """Return what a table dump says of one route."""
    peer = route.peer or "a peer that no PEER_INDEX_TABLE names"
    path_id = "" if route.path_id is None else f" path-id {route.path_id}"
    return [
        f"{' ' * INDENT}from {peer}{path_id}, heard {_moment(route.originated.seconds)}",
        *_lines_of(route.attributes),
    ]


@lru_cache(maxsize=1 << 14)
def _lines_of(attributes: DumpedAttributes) -> list[str]:
    """Return attributes and what is wrong with them; many routes share theirs."""
    lines: list[str] = []
    for attribute in attributes.values:
        lines += attribute_lines(attribute, INDENT + 4)
    for fault in attributes.faults:
        lines += fault_lines(fault, INDENT + 4)
    if attributes.problem:
        lines.append(f"{' ' * (INDENT + 4)}cannot stand: {attributes.problem}")
        lines += hexed(attributes.octets, INDENT + 8)
    return lines


def _other_lines(record: PeerIndexTable | UnknownRecord) -> tuple[str, list[str]]:
    """Return the head of a record without messages and routes, and what is below it."""
    if isinstance(record, UnknownRecord):
        return f"MRT type {record.type} subtype {record.subtype}, {counted(len(record.octets), 'octet')}", []
    view = f", view {record.view_name!r}" if record.view_name else ""
    head = f"PEER_INDEX_TABLE of {record.collector_bgp_id}{view}, {counted(len(record.peers), 'peer')}"
    return head, [f"{' ' * INDENT}peer {index}: {peer}" for index, peer in enumerate(record.peers)]
