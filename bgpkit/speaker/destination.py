"""Where callers' destinations stand: family, key, and what is beside the key."""

from bgpkit.errors import ConfigError
from bgpkit.wire import ROWS, Nlri
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Prefix


def locate(destination: str | Nlri, family: Family | None) -> tuple[Family, bytes, bytes]:
    """Return family, key and rest of ``destination``: a prefix of a unicast family where none is named.

    ValueError for a text that is no prefix, and for a value that is none of the family's.
    """
    value = Prefix.parse(destination) if isinstance(destination, str) else destination
    if family is None:
        if not isinstance(value, Prefix):
            raise ValueError(f"{value} is no bare prefix: name its family")
        family = IPV4_UNICAST if value.width == 32 else IPV6_UNICAST
    if family not in ROWS:
        raise ConfigError(f"family {family} is not known to the codec; register a row for it")
    key, rest = ROWS[family].encode(value)
    return family, key, rest
