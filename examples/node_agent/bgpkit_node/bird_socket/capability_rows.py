"""The capabilities of an OPEN in BIRD's words."""

from collections.abc import Iterable, Iterator
from typing import Final

_SHORT: Final = {
    "route-refresh": "refresh",
    "enhanced-route-refresh": "enhanced-refresh",
    "graceful-restart": "restart-aware",
    "long-lived-graceful-restart": "llgr-aware",
    "four-octet-as": "AS4",
    "extended-message": "ext-messages",
}
"""What BIRD 1.6 prints on one line, in its order."""
_LONG: Final = {
    "route-refresh": "Route refresh",
    "enhanced-route-refresh": "Enhanced refresh",
    "graceful-restart": "Graceful restart",
    "long-lived-graceful-restart": "Long-lived graceful restart",
    "four-octet-as": "4-octet AS numbers",
    "extended-message": "Extended message",
    "multiprotocol": "Multiprotocol",
    "add-path": "ADD-PATH",
    "role": "Role",
}
"""What BIRD 2 prints, a line each."""


def capability_words(capabilities: Iterable[object]) -> str:
    """Return the capabilities on one line; those that BIRD 1.6 has no word for are left out.

    Their own text begins with their name, and tells the rest behind it. A speaker that lists families under graceful
    restart is able to restart itself, another one is aware of it only. RFC 4724, section 3.
    """
    texts = [str(capability) for capability in capabilities]
    present = {text.split()[0]: text for text in texts}
    words = [word for name, word in _SHORT.items() if name in present]
    able = [
        f"{word.removesuffix('-aware')}-able" if word.endswith("-aware") and "(" in present[_NAMES[word]] else word
        for word in words
    ]
    return " ".join(able)


_NAMES: Final = {word: name for name, word in _SHORT.items()}


def capability_rows(capabilities: Iterable[object]) -> Iterator[str]:
    """Yield a line for each capability, and below it what it tells beside its name."""
    for capability in capabilities:
        name, _, rest = str(capability).partition(" ")
        yield f"      {_LONG.get(name, name)}"
        if rest:
            yield f"        {rest}"
