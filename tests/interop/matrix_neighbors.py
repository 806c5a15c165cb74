"""The sessions of the matrix: one for each feature, so that none has to wait for another one's timers."""

from dataclasses import dataclass
from typing import Final

THEIRS, THEIRS6 = "10.9.0.1", "2001:db8:9::1"
THEIR_ASN, OUR_ASN = 64513, 64512
ONE, TWO = "10.77.1.0/24", "10.77.2.0/24"
ONE6 = "2001:db8:77::/48"
SECRET: Final = "-".join(("correct", "horse"))
RANGE: Final = "10.9.7.0/24"
"""Addresses from which the daemon makes a peer of whoever connects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbor:
    """What a daemon is told of one of our speakers. It waits for us to connect unless ``active``."""

    name: str
    number: int
    asn: int = OUR_ASN
    active: bool = False
    ipv6: bool = False
    families: tuple[str, ...] = ("ipv4",)
    password: str = ""
    ttl_security: bool = False
    two_octet_as: bool = False
    add_path: bool = False
    extended_next_hop: bool = False
    role: str = ""
    limit: int = 0
    restart_time: int = 0
    """Seconds of graceful restart; 0: none."""
    long_lived: int = 0
    ranged: bool = False
    """It stands for the range, not for an address of its own."""

    @property
    def address(self) -> str:
        """Our address."""
        if self.ipv6:
            return f"2001:db8:9::{self.number:x}"
        return f"10.9.7.{self.number}" if self.ranged else f"10.9.0.{self.number}"

    @property
    def theirs(self) -> str:
        """The daemon's address."""
        return THEIRS6 if self.ipv6 else THEIRS


ACTIVE4 = Neighbor(name="active4", number=10)
PASSIVE4 = Neighbor(name="passive4", number=11, active=True)
ACTIVE6 = Neighbor(name="active6", number=12, ipv6=True, families=("ipv6",))
PASSIVE6 = Neighbor(name="passive6", number=13, ipv6=True, families=("ipv6",), active=True)
OLD = Neighbor(name="old", number=14, two_octet_as=True)
SIGNED = Neighbor(name="signed", number=15, password=SECRET)
SIGNING = Neighbor(name="signing", number=38, password=SECRET, active=True)
NEAR = Neighbor(name="near", number=16, ttl_security=True)
NEARBY = Neighbor(name="nearby", number=39, ttl_security=True, active=True)
FAR = Neighbor(name="far", number=34, ttl_security=True)
PATHS = Neighbor(name="paths", number=17, add_path=True)
MORE_PATHS = Neighbor(name="more", number=35, add_path=True)
MARKED = Neighbor(name="marked", number=36)
ASKED = Neighbor(name="asked", number=37)
LEFT = Neighbor(name="left", number=18, asn=65001)
RIGHT = Neighbor(name="right", number=19, asn=65002)
LARGE = Neighbor(name="large", number=20)
MIXED = Neighbor(name="mixed", number=21, ipv6=True, families=("ipv4", "ipv6"), extended_next_hop=True)
REFRESHED = Neighbor(name="refreshed", number=22)
RETURNING = Neighbor(name="returning", number=23, restart_time=60)
LONG = Neighbor(name="long", number=24, restart_time=1, long_lived=600)
CUSTOMER = Neighbor(name="customer", number=25, role="customer")
LIMITED = Neighbor(name="limited", number=26, limit=2)
TALKED_TO = Neighbor(name="talked", number=27)
TALKING = Neighbor(name="talking", number=28)
GUEST = Neighbor(name="guest", number=29, active=True)
RANGED = Neighbor(name="ranged", number=30, ranged=True)
COLLIDING = Neighbor(name="colliding", number=31, active=True)
FLOODED = Neighbor(name="flooded", number=32)
RESETTING = Neighbor(name="resetting", number=40)
RESET = Neighbor(name="reset", number=33, restart_time=60)

FEATURE_NEIGHBORS: Final = (
    ACTIVE4,
    PASSIVE4,
    ACTIVE6,
    PASSIVE6,
    OLD,
    SIGNED,
    SIGNING,
    NEAR,
    NEARBY,
    FAR,
    PATHS,
    MORE_PATHS,
    MARKED,
    ASKED,
    LEFT,
    RIGHT,
    LARGE,
    MIXED,
    REFRESHED,
    RETURNING,
    LONG,
    CUSTOMER,
    LIMITED,
    TALKED_TO,
    TALKING,
    GUEST,
    RANGED,
    COLLIDING,
    FLOODED,
    RESETTING,
    RESET,
)
SPOILED: Final = tuple(Neighbor(name=f"spoiled{number}", number=100 + number) for number in range(24))
"""One for each way to make the daemon send a NOTIFICATION."""
NEIGHBORS: Final = (*FEATURE_NEIGHBORS, *SPOILED)
ADDRESSES: Final = tuple(f"{each.address}/{64 if each.ipv6 else 24}" for each in NEIGHBORS)
