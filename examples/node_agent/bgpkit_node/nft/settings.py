"""How policies are enforced on a node, whatever they say."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from bgpkit_node.nft.error import NftError
from bgpkit_node.policy.failsafe import INBOUND, OUTBOUND, Failsafe, FailsafePort

VXLAN_PORT: Final = 4789
_TABLE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,60}")
_PREFIX: Final = re.compile(r"[A-Za-z0-9_.@-]{1,14}")


class Refusal(Enum):
    """What becomes of a packet that a policy denies."""

    DROP = "drop"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnforcementSettings:
    """The choices of a node; the defaults are Calico's.

    ``table`` is the one table, of family inet, that is ours. A packet of an interface whose name begins with one of
    ``interface_prefixes`` and that no endpoint is known for is dropped; without any such packets are left alone. Pods
    may not wrap packets in VXLAN (to ``vxlan_port``) or IPIP, since the other node would unwrap them past the
    policies. They send from their own addresses; where ``source_spoofing``, also from what their endpoints name beside.
    With ``drop_invalid``, packets that belong to no connection and begin none are dropped. ``log_group`` is the number
    that rules with the action Log send to; None writes to the kernel's log. ``log_prefix`` is what they write, as
    :func:`bgpkit_node.nft.log_prefix.log_prefix` reads it; empty, what the rule is. Where there is a ``log_rate``, as
    ``10/second``, each such rule logs no more than that, but for a burst. The failsafe ports of the host pass whatever
    policies say of its interfaces. Where ``node_closed``, no pod of the node begins a connection to it, whatever
    policies say. ``mark`` is the bit of a packet's mark that says, as long as it is on the node, that a policy of the
    host has allowed it early.
    """

    table: str = "bgpkit"
    interface_prefixes: tuple[str, ...] = ("cali",)
    refusal: Refusal = Refusal.DROP
    vxlan_port: int = VXLAN_PORT
    allow_vxlan: bool = False
    allow_ipip: bool = False
    source_spoofing: bool = False
    drop_invalid: bool = True
    log_group: int | None = None
    log_prefix: str = ""
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
        odd = next((each for each in self.interface_prefixes if not _PREFIX.fullmatch(each)), None)
        if odd is not None:
            raise NftError(f"{odd!r} is not how names of interfaces begin")

    @property
    def pod_interfaces(self) -> str:
        """The names that interfaces of pods have, in nft's words; empty where nothing is said of them."""
        names = [f'"{each}*"' for each in dict.fromkeys(self.interface_prefixes)]
        return names[0] if len(names) == 1 else f"{{ {', '.join(names)} }}" if names else ""

    def names_pod(self, interface: str) -> bool:
        """Tell whether an interface has such a name."""
        return interface.startswith(self.interface_prefixes)

    @property
    def failsafe(self) -> Failsafe:
        """What passes the interfaces of the node whatever policies say, for verdicts."""
        return Failsafe(self.failsafe_inbound, self.failsafe_outbound, self.vxlan_port)
