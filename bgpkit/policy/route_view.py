"""One route as a function of a user sees it: values made when they are first asked for."""

from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address

from bgpkit.policy.key_block import has_distinguisher, prefix_key, width_of
from bgpkit.wire import ROWS, Nlri, decode_attributes
from bgpkit_fsm import Family
from bgpkit_rib import Path, PathAttributes, Prefix, SourceKind


class PathView:
    """What all routes of one path share."""

    def __init__(self, family: Family, path: Path) -> None:
        """Look at ``path``, whose routes are of ``family``."""
        self.family = family
        self.path = path

    @cached_property
    def attributes(self) -> PathAttributes:
        """The attributes as values."""
        return decode_attributes(self.path.raw)


class RouteView:
    """One route: its destination, its attributes, where it is from."""

    __slots__ = ("_view", "key")

    key: bytes | None
    """The destination as the table keeps it; None for a function that is not asked for each destination."""

    def __init__(self, view: PathView, key: bytes | None) -> None:
        """Look at the route to ``key``; routes of one path share ``view``, so that attributes are read once."""
        self._view = view
        self.key = key

    @property
    def prefix(self) -> Prefix | None:
        """The destination as a prefix, of a VPN without its route distinguisher; None when it is none."""
        width = width_of(self.family)
        if self.key is None or not width:
            return None
        return Prefix.from_key(prefix_key(self.key) if has_distinguisher(self.family) else self.key, width)

    @property
    def nlri(self) -> Nlri:
        """The destination as the value that its family has for it; None as for ``key``."""
        return None if self.key is None else ROWS[self.family].decode(self.key, self.path.rest)

    @property
    def attributes(self) -> PathAttributes:
        """The attributes as values."""
        return self._view.attributes

    @property
    def family(self) -> Family:
        """The address family."""
        return self._view.family

    @property
    def path(self) -> Path:
        """What the table holds of the route, beside the key."""
        return self._view.path

    @property
    def peer(self) -> str:
        """The name of the peer that the route came from."""
        return self.path.source.name

    @property
    def peer_address(self) -> IPv4Address | IPv6Address | None:
        """The address of that peer; None for a route of our own."""
        address = self.path.source.address
        return ip_address(address) if address else None

    @property
    def kind(self) -> SourceKind:
        """What that peer is to us."""
        return self.path.kind

    def __repr__(self) -> str:
        """Return the destination and the peer."""
        shown = repr(self.key) if self.prefix is None else str(self.prefix)
        return f"RouteView({shown} from {self.peer})"
