"""How policies are enforced on a node, whatever they say."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from bgpkit_node.nft.error import NftError
from bgpkit_node.policy.failsafe import INBOUND, OUTBOUND, Failsafe, FailsafePort

VXLAN_PORT: Final = 4789
_TABLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,60}")
_PREFIX: Final = re.compile(r"[A-Za-z0-9_.@-]{0,14}")


class Refusal(Enum):
    """What becomes of a packet that a policy denies."""

    DROP = "drop"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementSettings:
    """The choices of a node; the defaults are Calico's.

    ``table`` is the one table, of family inet, that is ours. A packet of an interface whose name begins with
    ``interface_prefix`` and that no endpoint is known for is dropped; an empty prefix leaves such packets alone. Pods
    may not wrap packets in VXLAN (to ``vxlan_port``) or IPIP, since the other node would unwrap them past the
    policies. ``log_group`` is the number that rules with the action Log send to; None writes to the kernel's log.
    Where there is a ``log_rate``, as ``10/second``, each such rule logs no more than that, but for a burst. The
    failsafe ports of the host pass whatever policies say of its interfaces. Where ``node_closed``, no pod of the node
    begins a connection to it, whatever policies say. ``mark`` is the bit of a packet's mark that says, as long as it is
    on the node, that a policy of the host has allowed it early.
    """

    table: str = "bgpkit"
    interface_prefix: str = "cali"
    refusal: Refusal = Refusal.DROP
    vxlan_port: int = VXLAN_PORT
    allow_vxlan: bool = False
    allow_ipip: bool = False
    log_group: int | None = None
    log_rate: str = ""
    log_burst: int = 5
    node_closed: bool = False
    mark: int = 0x10000
    failsafe_inbound: tuple[FailsafePort, ...] = INBOUND
    failsafe_outbound: tuple[FailsafePort, ...] = OUTBOUND

    def __post_init__(self) -> None:
        """Refuse with NftError a name that nft would not take for one."""
        if not _TABLE.fullmatch(self.table):
            raise NftError(f"{self.table!r} is no name of a table: letters, digits, _, . and -, a letter first")
        if not _PREFIX.fullmatch(self.interface_prefix):
            raise NftError(f"{self.interface_prefix!r} is not how names of interfaces begin")

    @property
    def failsafe(self) -> Failsafe:
        """The failsafe ports, for verdicts."""
        return Failsafe(self.failsafe_inbound, self.failsafe_outbound)
