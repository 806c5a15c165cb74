"""The terms to read messages under where no OPENs tell them: what the user said, and else what is assumed."""

from dataclasses import dataclass, field
from typing import Final

from bgpkit.wire import EXTENDED_MAXIMUM_LENGTH, ROWS, Codec, UpdateContext
from bgpkit_fsm import Family

_IPV4: Final = 1
_NONE: Final[frozenset[Family]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the user said of sessions whose OPENs are not there; the rest is the same for all messages.

    All families are taken to be agreed on, with IPv6 next hops and messages of any length.
    """

    four_octet_as: bool | None = None
    """Whether AS numbers have four octets; None: not said."""
    add_path: frozenset[Family] = _NONE
    """The families whose NLRI have Path Identifiers."""
    internal: bool | None = None
    """Whether the peers are in one AS; None: not said."""
    _codecs: dict[tuple[bool, frozenset[Family], bool], Codec] = field(
        default_factory=dict[tuple[bool, frozenset[Family], bool], Codec], init=False, repr=False, compare=False
    )

    def codec(
        self, *, four_octet_as: bool | None = None, add_path: frozenset[Family] = _NONE, internal: bool | None = None
    ) -> Codec:
        """Return a codec, the same one for the same terms.

        ``four_octet_as`` and ``add_path`` are what is known for certain; ``internal`` only stands in for what the
        user did not say.
        """
        if four_octet_as is None:
            four_octet_as = self.four_octet_as is not False
        if self.internal is not None or internal is None:
            internal = self.internal is not False
        key = four_octet_as, add_path | self.add_path, internal
        codec = self._codecs.get(key)
        if codec is None:
            codec = self._codecs[key] = Codec(_context(*key))
        return codec


def described(context: UpdateContext) -> str:
    """Return terms in words: ``4-octet AS numbers, no ADD-PATH, an internal peer``."""
    families = context.add_path_receive
    add_path = "all families" if families >= frozenset(ROWS) else ", ".join(map(str, sorted(families)))
    return (
        f"{4 if context.four_octet_as else 2}-octet AS numbers, "
        f"{f'ADD-PATH for {add_path}' if families else 'no ADD-PATH'}, "
        f"{'an internal' if context.internal else 'an external'} peer"
    )


def _context(four_octet_as: bool, add_path: frozenset[Family], internal: bool) -> UpdateContext:
    return UpdateContext(
        families=frozenset(ROWS),
        four_octet_as=four_octet_as,
        internal=internal,
        maximum=EXTENDED_MAXIMUM_LENGTH,
        add_path_receive=add_path,
        extended_next_hop=frozenset(family for family in ROWS if family.afi == _IPV4),
    )
