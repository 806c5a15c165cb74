"""A key that must not be seen."""

import hmac
from typing import NoReturn, Self


class Secret:
    """Octets that only whoever asks for them by name gets: no text, log, JSON or pickle holds them.

    Two secrets are equal when their octets are, so that a change of a key can be noticed.
    """

    __slots__ = ("_octets",)

    def __init__(self, value: str | bytes) -> None:
        """Keep ``value``; a str stands for its UTF-8 octets. TypeError for anything else."""
        self._octets = _octets(value)

    def reveal(self) -> bytes:
        """Return the octets."""
        return self._octets

    def __len__(self) -> int:
        """Return the number of octets."""
        return len(self._octets)

    def __eq__(self, other: object) -> bool:
        """Compare without telling by the time it takes where two secrets differ."""
        return isinstance(other, Secret) and hmac.compare_digest(self._octets, other._octets)

    def __hash__(self) -> int:
        """Return the hash of the octets, which differs from process to process."""
        return hash(self._octets)

    def __repr__(self) -> str:
        """Say only that there is one."""
        return "Secret(hidden)"

    def __copy__(self) -> Self:
        """Return the secret itself: it never changes."""
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Return the secret itself: it never changes."""
        del memo
        return self

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled."""
        raise TypeError("a secret is not written anywhere")


def _octets(value: object) -> bytes:
    match value:
        case str():
            return value.encode()
        case bytes():
            return value
        case _:
            raise TypeError(f"a secret is made of str or bytes, not of {type(value).__name__}")
