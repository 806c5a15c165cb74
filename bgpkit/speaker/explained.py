"""The parts of an explanation: what became of one path, and what one peer gets."""

from dataclasses import dataclass
from typing import Protocol

from bgpkit.rpki import RpkiState
from bgpkit_rib import DecisionStep, PathAttributes, Prefix, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAnswer:
    """What a policy says of a route when it is asked once more."""

    accepted: bool
    rule: str
    """The name of the policy and the rule that decides."""
    change: str = ""
    """What it changes: ``local-pref 200, add community 64512:1``; empty for nothing."""
    certain: bool = True
    """Whether it would have said the same before: not so for a policy that is not pure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NextHopAnswer:
    """Where the next hop of a path is. RFC 4271, section 9.1.2.1."""

    address: str
    """Empty for a path that has none."""
    reachable: bool
    metric: int
    """The interior cost of the way to it, 0 where nobody resolves next hops."""
    reason: str = ""
    """Why it cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPath:
    """One path to the destination, and what became of it on its way in."""

    peer: str
    """The address of the peer that announced it, or ``local``."""
    kind: SourceKind
    path_id: int
    """As received; 0 without ADD-PATH."""
    attributes: PathAttributes
    """After the import policy."""
    received: PathAttributes
    """As the peer sent them."""
    weight: int
    stale: bool
    """The peer's session has gone, and it has not been announced again since."""
    eligible: bool
    reason: str
    """Why it may not be chosen."""
    next_hop: NextHopAnswer
    policy: PolicyAnswer | None
    """What the import policy says; None where there is none, and where a loop or the next hop decides before it."""
    rpki: RpkiState | None
    """None while nobody has given ROAs, and in families that they say nothing of. RFC 6811."""
    roas: tuple[str, ...]
    """The ROAs that cover the destination."""
    step: DecisionStep
    """The step of the decision process that settled its place."""
    lost_to: str
    """The peer whose path was better at that step; empty for the best path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedExport:
    """What one peer gets of one path, or of none."""

    peer: str
    path_from: str
    """The peer that announced the path, ``local``, or nothing where no path comes into question."""
    sent: bool
    """Whether the peer is to have it."""
    pending: bool
    """Whether the latest state is still to be sent."""
    reason: str
    """Why the peer does not get it."""
    policy: PolicyAnswer | None
    """What the export policy says; None where a rule decides before it."""
    path_id: int | None
    """The path identifier that we send; None without ADD-PATH."""
    attributes: PathAttributes | None
    """As sent."""
    changed: tuple[str, ...]
    """The attributes that are otherwise than in our own table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding:
    """What the forwarding table has for the destination."""

    installed: bool
    text: str


class ForwardingState(Protocol):
    """The state of one prefix in a forwarding table; its text is for people."""

    @property
    def installed(self) -> bool:
        """Whether packets are forwarded by it."""
        ...


class ForwardingTable(Protocol):
    """A forwarding table that can be asked, such as the kernel's."""

    def state(self, prefix: Prefix, /) -> ForwardingState:
        """Return what there is for ``prefix``."""
        ...
