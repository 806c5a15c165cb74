"""Arguments of a wrong kind, told where they are given: in the kernel's work they would end it for all routes. Pure."""

from collections.abc import Iterable
from math import inf
from typing import Final, cast

from bgpkit.errors import ConfigError
from bgpkit.transport import check_kinds

_HIGHEST_PROTOCOL: Final = 255


def refuse_wrong_kinds(value: object, what: str) -> None:
    """Raise ValueError, which begins with ``what``, for a field of a dataclass that is of another kind than it says."""
    try:
        check_kinds(value, what)
    except ConfigError as error:
        raise ValueError(str(error)) from None


def check_all(field: str, values: Iterable[object], kind: type[object]) -> None:
    """Raise ConfigError naming ``field`` for the first of its values that is not of ``kind``."""
    for value in values:
        if not isinstance(value, kind):
            raise ConfigError(f"{field}: {value!r} is not of {kind.__name__}")


def check_kind(field: str, value: object, kind: type[object], remedy: str) -> None:
    """Raise ConfigError naming ``field`` for a value that is not of ``kind``; ``remedy`` says what to do."""
    if not isinstance(value, kind):
        raise ConfigError(f"{field} {value!r} is not a {kind.__name__}; {remedy}")


def check_callable(field: str, value: object) -> None:
    """Raise ConfigError naming ``field`` for what cannot be called."""
    if not callable(value):
        raise ConfigError(f"{field} {value!r} cannot be called")


def is_number(value: object) -> bool:
    """Tell whether a value is a number; true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def checked_interval(seconds: float) -> float:
    """Return the seconds between two looks at a whole table; ConfigError for what is none, such as NaN."""
    if not is_number(seconds) or not 0 < seconds < inf:
        raise ConfigError(f"check_interval {seconds!r} is not a number of seconds above 0")
    return seconds


def checked_metric(metric: int) -> int:
    """Return the metric of a route; ConfigError for what is none."""
    if type(metric) is not int or not 0 <= metric < 1 << 32:
        raise ConfigError(f"metric {metric!r} is not an unsigned 32-bit number")
    return metric


def checked_protocols(field: str, numbers: object) -> frozenset[int]:
    """Return protocol numbers of routes; ConfigError naming ``field`` when some are none."""
    if not isinstance(numbers, Iterable) or isinstance(numbers, str):
        raise ConfigError(f"{field} {numbers!r} is not several protocol numbers, such as [12]")
    return frozenset(map(_checked_protocol, cast("Iterable[object]", numbers)))


def _checked_protocol(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= _HIGHEST_PROTOCOL:
        raise ConfigError(f"protocol {number!r} is no protocol number of a route; choose 0 to {_HIGHEST_PROTOCOL}")
    return number
