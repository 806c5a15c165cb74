"""A message in lines for people: one for each field, each capability, each attribute."""

from typing import Final, assert_never

from bgpkit.command.wrapping import WIDTH, hexed, listed, wrapped
from bgpkit.wire import AnyMessage, Attribute, AttributeFault, MpReach, MpUnreach, UpdateMessage
from bgpkit.wire.attributes.code import PARTIAL
from bgpkit_fsm import Keepalive, Notification, Open, RouteRefresh

_SHORT: Final = 32
"""Octets of a value that still stand behind the attribute's name."""


def message_lines(message: AnyMessage, indent: int) -> list[str]:
    """Return what a message says, so far to the right."""
    space = " " * indent
    match message:
        case UpdateMessage():
            return _update_lines(message, indent)
        case Open():
            who = f"version {message.version}, AS {message.asn}, identifier {message.bgp_identifier}"
            lines = [f"{space}{who}, hold time {message.hold_time} s"]
            for capability in message.capabilities:
                lines += wrapped(["capability", *str(capability).split()], indent)
            return lines
        case Notification():
            return [f"{space}{message}", *hexed(message.data, indent + 4)]
        case RouteRefresh():
            return [f"{space}{str(message).removeprefix('ROUTE-REFRESH ')}", *hexed(message.orf, indent + 4)]
        case Keepalive():
            return []
        case _:
            assert_never(message)


def attribute_lines(attribute: Attribute, indent: int) -> list[str]:
    """Return what an attribute says."""
    value = attribute.value
    partial = " (partial)" if attribute.flags & PARTIAL else ""
    if isinstance(value, MpReach):
        hop = " ".join(map(str, value.next_hop)) or "none"
        return listed(f"{attribute.name}{partial} {value.family} next hop {hop}:", value.nlri, indent)
    if isinstance(value, MpUnreach) and value.nlri:
        return listed(f"{attribute.name}{partial} {value.family}:", value.nlri, indent)
    if isinstance(value, bytes) and len(value) > _SHORT:
        return [f"{' ' * indent}{attribute.name}{partial}", *hexed(value, indent + 4)]
    text = str(attribute)
    if partial:
        text = f"{attribute.name}{partial}{text.removeprefix(attribute.name)}"
    return wrapped(text.split(), indent) if len(text) + indent > WIDTH else [" " * indent + text]


def fault_lines(fault: AttributeFault, indent: int) -> list[str]:
    """Return what is wrong with an attribute, who says so, and the octets."""
    return [*wrapped(str(fault).split(), indent), *hexed(fault.octets, indent + 4)]


def _update_lines(message: UpdateMessage, indent: int) -> list[str]:
    family = message.end_of_rib
    if family is not None:
        return [f"{' ' * indent}End-of-RIB {family}"]
    lines = listed("withdrawn", message.withdrawn, indent) if message.withdrawn else []
    for attribute in message.attributes:
        lines += attribute_lines(attribute, indent)
    return lines + (listed("NLRI", message.nlri, indent) if message.nlri else [])
