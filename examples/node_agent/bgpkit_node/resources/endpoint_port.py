"""Named ports of endpoints, which rules of policies refer to."""

from collections.abc import Iterator, Sequence

from bgpkit_node.resources.address_text import parse_protocol
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_types import Port, ProtocolName
from bgpkit_node.resources.part import Part


class EndpointPort(Part, frozen=True, kw_only=True):
    """A port of an endpoint, with a name."""

    name: str
    port: Port
    protocol: ProtocolName


def check_port(field: str, name: str, protocol: int | str) -> Iterator[Fault]:
    """Yield what is wrong with a named port."""
    if not name:
        yield Fault(f"{field}.name", "cannot be empty")
    try:
        parse_protocol(protocol)
    except ValueError as error:
        yield Fault(f"{field}.protocol", str(error))


def check_profiles(profiles: Sequence[str]) -> Iterator[Fault]:
    """Yield what is wrong with the names of profiles in ``spec.profiles``."""
    for index, profile in enumerate(profiles):
        if not profile:
            yield Fault(f"spec.profiles[{index}]", "cannot be empty")
        elif profile in profiles[:index]:
            yield Fault(f"spec.profiles[{index}]", f"{profile} is given twice")
