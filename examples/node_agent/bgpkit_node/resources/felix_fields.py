"""What the fields of FelixConfiguration are made of: their names, and types that carry their own check."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Annotated, Final, TypeGuard, get_type_hints

import msgspec

from bgpkit_node.resources.address_text import (
    parse_address,
    parse_duration,
    parse_interface,
    parse_interface_name,
    parse_port_range,
)
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_text
from bgpkit_node.resources.part import Part, is_mapping, is_sequence

_CAPITALS: Final = {
    word.lower(): word
    for word in (
        *("CA", "CIDRs", "CTLB", "DSCP", "DSR", "GC", "GRO", "IP", "IPIP", "IPSets", "IPs", "IPv6", "JIT", "MB"),
        *("MTU", "NAT", "PSNAT", "RPF", "TTL", "VNI", "VXLAN", "XDP"),
    )
}
"""Words that are written otherwise than with one capital, where they are not the first."""
_HOST: Final = re.compile(r"[A-Za-z0-9:._+-]{1,64}")
_RATE: Final = re.compile(r"[1-9][0-9]{0,3}/(second|minute|hour|day)")
_PREFIXES: Final = re.compile(r"[A-Za-z0-9_.@-]{1,14}(,[A-Za-z0-9_.@-]{1,14})*")
_INTERFACE_FILTER: Final = re.compile(r"[A-Za-z0-9:._+-]{1,15}")


def field_name(name: str) -> str:
    """Return the name of a field in documents: ``bpf_map_size_nat_backend`` is ``bpfMapSizeNATBackend``."""
    first, *rest = name.split("_")
    return first + "".join(_CAPITALS.get(word, word.capitalize()) for word in rest)


class FelixPart(Part, frozen=True, kw_only=True, rename=field_name):
    """A struct of FelixConfiguration; a field of None is not set."""


def _checked(parse: Callable[[str], object]) -> msgspec.Meta:
    return msgspec.Meta(extra={"parse": parse})


def _one_of(text: str, *, words: tuple[str, ...]) -> None:
    if text.lower() not in {word.lower() for word in words}:
        raise ValueError(f"must be one of {', '.join(words)}, not {text!r}")


def _any_case(*words: str) -> msgspec.Meta:
    """Return the check for one of some words in any case."""
    return _checked(partial(_one_of, words=words))


def _pattern(text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from None


def _like(text: str, *, form: re.Pattern[str], what: str) -> None:
    if not form.fullmatch(text):
        raise ValueError(f"{text!r} is not {what}")


Duration = Annotated[str, _checked(parse_duration)]
"""A time as ``90s`` or ``1m30s``."""
Pattern = Annotated[str, _checked(_pattern)]
"""A regular expression."""
Severity = Annotated[str, _any_case("Trace", "Debug", "Info", "Warning", "Error", "Fatal", "None")]
AllowAction = Annotated[str, _any_case("Accept", "Return")]
DenyAction = Annotated[str, _any_case("Drop", "Reject")]
Switch = Annotated[str, _any_case("Enabled", "Disabled")]
InsertMode = Annotated[str, _any_case("Insert", "Append")]
HostAction = Annotated[str, _any_case("Drop", "Accept", "Return")]
LoopPrevention = Annotated[str, _any_case("Drop", "Reject", "Disabled")]
Spoofing = Annotated[str, _any_case("Disabled", "Any")]
RouteOrigin = Annotated[str, _any_case("WorkloadIPs", "CalicoIPAM")]
ClusterRoutesOfFelix = Annotated[str, _any_case("Enabled", "Disabled", "EnabledIPIPOnly", "EnabledNoEncapOnly")]
NatExclusions = Annotated[str, _any_case("IPPoolsOnly", "IPPoolsAndHostIPs")]
NftMode = Annotated[str, _any_case("Auto", "Enabled", "Disabled")]
IptablesBackend = Annotated[str, _any_case("Auto", "Legacy", "NFT")]
AwsCheck = Annotated[str, _any_case("DoNothing", "Enable", "Disable")]
BpfLogLevel = Annotated[str, _any_case("Off", "Info", "Debug")]
BpfServiceMode = Annotated[str, _any_case("Tunnel", "DSR")]
BpfRpf = Annotated[str, _any_case("Disabled", "Strict", "Loose")]
IPv4Text = Annotated[str, _checked(partial(parse_address, version=4))]
IPv6Text = Annotated[str, _checked(partial(parse_address, version=6))]
NetworkText = Annotated[str, _checked(parse_interface)]
InterfaceText = Annotated[str, _checked(parse_interface_name)]
InterfacePrefixes = Annotated[str, _checked(partial(_like, form=_PREFIXES, what="how names of interfaces begin"))]
"""One or more, with commas between."""
InterfaceFilter = Annotated[str, _checked(partial(_like, form=_INTERFACE_FILTER, what="a filter of interfaces"))]
HostText = Annotated[str, _checked(partial(_like, form=_HOST, what="the name or address of a host"))]
Rate = Annotated[str, _checked(partial(_like, form=_RATE, what="a rate, such as 10/second"))]
PortRange = int | Annotated[str, _checked(parse_port_range)]
"""A port, or two with a colon between."""
Count = Annotated[int, msgspec.Meta(ge=0, le=(1 << 31) - 1)]
Mark = Annotated[int, msgspec.Meta(ge=0, le=(1 << 32) - 1)]
PortNumber = Annotated[int, msgspec.Meta(ge=0, le=65535)]
"""A port, or 0 for none."""
RulePriority = Annotated[int, msgspec.Meta(ge=1, le=32765)]
GoLimit = Annotated[int, msgspec.Meta(ge=-1, le=(1 << 31) - 1)]


def check_fields(part: FelixPart, prefix: str) -> Iterator[Fault]:
    """Yield what the types of fields find wrong with the texts in them; the empty text is fine."""
    for field in msgspec.structs.fields(part):
        values: object = getattr(part, field.name)
        place = f"{prefix}.{field.encode_name}"
        items: Sequence[object] = values if is_sequence(values) else (values,)
        for index, value in enumerate(items):
            at = f"{place}[{index}]" if is_sequence(values) else place
            if isinstance(value, FelixPart):
                yield from check_fields(value, at)
            elif isinstance(value, str) and value:
                for parse in _checks(type(part))[field.name]:
                    yield from check_text(at, value, parse)


@lru_cache(maxsize=64)
def _checks(kind: type[FelixPart]) -> dict[str, tuple[Callable[[str], object], ...]]:
    """Return the checks of each field of a struct."""
    hints = get_type_hints(kind, include_extras=True)
    fields = msgspec.structs.fields(kind)
    return {field.name: tuple(_parsers(msgspec.inspect.type_info(hints[field.name]))) for field in fields}


def _is_parser(value: object) -> TypeGuard[Callable[[str], object]]:
    return callable(value)


def _parsers(kind: msgspec.inspect.Type) -> Iterator[Callable[[str], object]]:
    """Yield the checks that a type, or a part of it, carries."""
    match kind:
        case msgspec.inspect.Metadata(type=inner):
            extra: object = getattr(kind, "extra", None)
            parse = extra.get("parse") if is_mapping(extra) else None
            if _is_parser(parse):
                yield parse
            yield from _parsers(inner)
        case msgspec.inspect.UnionType(types=types):
            for option in types:
                yield from _parsers(option)
        case msgspec.inspect.VarTupleType(item_type=item):
            yield from _parsers(item)
        case _:
            return
