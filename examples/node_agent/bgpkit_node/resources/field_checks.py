"""Checks of single fields; each yields the faults it finds."""

from collections.abc import Callable, Iterator

from bgpkit_node.resources.address_text import parse_duration
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.selector import parse_selector


def check_selector(field: str, text: str, *, global_allowed: bool = False) -> Iterator[Fault]:
    """Yield what is wrong with a selector in ``field``; the empty one is fine."""
    try:
        selector = parse_selector(text)
    except ValueError as error:
        yield Fault(field, str(error))
        return
    if selector.uses_global and not global_allowed:
        yield Fault(field, "global() cannot be used here")


def check_text(field: str, text: str, parse: Callable[[str], object]) -> Iterator[Fault]:
    """Yield what ``parse`` finds wrong with a text; the empty one is fine."""
    if text:
        try:
            parse(text)
        except ValueError as error:
            yield Fault(field, str(error))


def check_duration(field: str, text: str | None, least: float, most: float) -> Iterator[Fault]:
    """Yield what is wrong with a time, in seconds between ``least`` and ``most``; None is fine."""
    if text is None:
        return
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        yield Fault(field, str(error))
        return
    if not least <= seconds <= most:
        yield Fault(field, f"must be between {least:g} and {most:g} seconds, not {text}")


def check_conflict(first: str, first_value: object, second: str, second_value: object) -> Iterator[Fault]:
    """Yield a fault when two fields that exclude each other both have a value."""
    if first_value and second_value:
        yield Fault(second, f"cannot be set together with {first}")
