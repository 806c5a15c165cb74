"""Keys in etcd: ranges of them, and those that are bgpkit's own beside Calico's."""

from typing import Final, NamedTuple

MARKERS: Final = "/calico/bgpkit/writers/"
"""Below it each writer notes its last transaction; the datastore shows these keys to nobody."""


class Range(NamedTuple):
    """The keys from ``key`` up to, not including, ``end``, as etcd wants them said."""

    key: bytes
    end: bytes


def octets(key: str) -> bytes:
    """Return a key as etcd stores it."""
    return key.encode(errors="surrogateescape")


def text(key: bytes) -> str:
    """Return the key that etcd stores so."""
    return key.decode(errors="surrogateescape")


def keys_of(prefix: str) -> Range:
    """Return the range of all keys that begin with ``prefix``."""
    first = octets(prefix)
    kept = first.rstrip(b"\xff")
    return Range(first or b"\0", kept[:-1] + bytes([kept[-1] + 1]) if kept else b"\0")


def visible_keys_of(prefix: str) -> tuple[Range, ...]:
    """Return the ranges of all keys that begin with ``prefix`` but those below MARKERS."""
    if not MARKERS.startswith(prefix):
        return () if prefix.startswith(MARKERS) else (keys_of(prefix),)
    whole, hidden = keys_of(prefix), keys_of(MARKERS)
    return Range(whole.key, hidden.key), Range(hidden.end, whole.end)


def is_hidden(key: bytes) -> bool:
    """Tell whether a key is none of those that were written by callers."""
    return key.startswith(_MARKERS)


_MARKERS: Final = octets(MARKERS)
