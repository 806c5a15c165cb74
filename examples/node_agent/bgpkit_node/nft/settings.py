"""How policies are enforced on a node, whatever they say."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from bgpkit_node.nft.error import NftError

VXLAN_PORT: Final = 4789
_TABLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,60}")
_PREFIX: Final = re.compile(r"[A-Za-z0-9_.@-]{0,14}")


class Refusal(Enum):
    """What becomes of a packet that a policy denies."""

    DROP = "drop"
    REJECT = "reject"


class FailsafePort(NamedTuple):
    """A port that no policy of a host shuts; ``protocol`` is a word of nft's or a number of IANA."""

    protocol: str
    port: int


_ALIVE: Final = tuple(FailsafePort("tcp", port) for port in (179, 2379, 2380, 5473, 6443, 6666, 6667))
"""BGP, etcd, Typha and the Kubernetes API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementSettings:
    """The choices of a node; the defaults are Calico's.

    ``table`` is the one table, of family inet, that is ours. A packet of an interface whose name begins with
    ``interface_prefix`` and that no endpoint is known for is dropped; an empty prefix leaves such packets alone. Pods
    may not wrap packets in VXLAN (to ``vxlan_port``) or IPIP, since the other node would unwrap them past the
    policies. ``log_group`` is the number that rules with the action Log send to; None writes to the kernel's log. The
    failsafe ports of the host pass whatever policies say of its interfaces.
    """

    table: str = "bgpkit"
    interface_prefix: str = "cali"
    refusal: Refusal = Refusal.DROP
    vxlan_port: int = VXLAN_PORT
    allow_vxlan: bool = False
    allow_ipip: bool = False
    log_group: int | None = None
    failsafe_inbound: tuple[FailsafePort, ...] = (FailsafePort("tcp", 22), FailsafePort("udp", 68), *_ALIVE)
    failsafe_outbound: tuple[FailsafePort, ...] = (FailsafePort("udp", 53), FailsafePort("udp", 67), *_ALIVE)

    def __post_init__(self) -> None:
        """Refuse with NftError a name that nft would not take for one."""
        if not _TABLE.fullmatch(self.table):
            raise NftError(f"{self.table!r} is no name of a table: letters, digits, _, . and -, a letter first")
        if not _PREFIX.fullmatch(self.interface_prefix):
            raise NftError(f"{self.interface_prefix!r} is not how names of interfaces begin")
