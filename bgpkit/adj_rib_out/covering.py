"""Which prefixes of a small set cover a prefix: looked up by length, never one by one."""

from collections.abc import Iterable, Sequence


class Covering:
    """A set of prefixes, as canonical keys of one family: the length octet and as few octets as hold the prefix."""

    __slots__ = ("_heads",)

    def __init__(self, keys: Iterable[bytes]) -> None:
        """Take the prefixes."""
        self._heads: dict[int, dict[bytes, bytes]] = {}
        for key in sorted(keys):
            self._heads.setdefault(key[0], {})[key[1:]] = key

    def over(self, keys: Sequence[bytes]) -> dict[bytes, list[bytes]]:
        """Return the prefixes of the set that hold longer ones of ``keys``, each with these, the shortest first."""
        found: dict[bytes, list[bytes]] = {}
        for length, heads in self._heads.items():
            stop, mask = 1 + (length + 7) // 8, 0xFF00 >> length % 8 & 0xFF
            for key in keys:
                if key[0] > length:
                    head = key[1:stop]
                    if mask:
                        head = head[:-1] + bytes((head[-1] & mask,))
                    over = heads.get(head)
                    if over is not None:
                        found.setdefault(over, []).append(key)
        return found
