"""The fate of a connection, and the reasons."""

from dataclasses import dataclass, replace
from enum import Enum

from bgpkit_node.policy.model import Action, Address, Direction, IcmpMatch, PolicyId


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """The first packet of a connection; ``port`` is that of the destination. What answers it passes too.

    ``icmp`` gives type and code of an ICMP message. Where the destination has been translated, ``called`` is the
    address and port that the sender gave.
    """

    source: Address
    destination: Address
    protocol: int
    port: int | None = None
    source_port: int | None = None
    icmp: IcmpMatch | None = None
    called: tuple[Address, int | None] | None = None

    def untranslated(self) -> "Packet":
        """Return the packet as it was before its destination was translated."""
        if self.called is None:
            return self
        destination, port = self.called
        return replace(self, destination=destination, port=port, called=None)


class Reason(Enum):
    """What decided at one side of a connection."""

    RULE = "rule of a policy"
    END_OF_TIER = "end of tier"
    PROFILE = "profile"
    NO_PROFILE = "no profile allows it"
    NO_POLICY = "no policy"
    FAILSAFE = "failsafe port of the node"
    FORWARDED = "no policy decides over what is forwarded"
    CLOSED_NODE = "pods do not reach their node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consideration:
    """A policy or profile that was asked: the ``rule`` that matched and its ``action``, or neither.

    A rule with the action Log is a consideration of its own, after which its policy is asked on.
    """

    policy: PolicyId
    tier: str = ""
    rule: str = ""
    action: Action | None = None
    staged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SideVerdict:
    """What one endpoint's policies say of a connection, and every policy asked, in order.

    The last of ``considered`` decided where ``reason`` is a rule or a profile; ``tier`` is that which decided.
    """

    endpoint: str
    direction: Direction
    allowed: bool
    reason: Reason
    tier: str = ""
    considered: tuple[Consideration, ...] = ()


class Always(Enum):
    """Connections that no policy can forbid."""

    ITSELF = "a pod always reaches itself"
    OWN_NODE = "the node of a pod always reaches it"
    HOST_ITSELF = "a node always reaches itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a connection is allowed: by both sides, where a side is None if its address is no endpoint's.

    ``crossed`` is what the interfaces of nodes say that forward it and have policies for that.
    """

    egress: SideVerdict | None = None
    ingress: SideVerdict | None = None
    crossed: tuple[SideVerdict, ...] = ()
    always: Always | None = None

    @property
    def sides(self) -> tuple[SideVerdict, ...]:
        """All that were asked."""
        return tuple(side for side in (self.egress, self.ingress, *self.crossed) if side is not None)

    @property
    def allowed(self) -> bool:
        """Whether the connection comes about."""
        if self.always is not None:
            return True
        return all(side.allowed for side in self.sides)
