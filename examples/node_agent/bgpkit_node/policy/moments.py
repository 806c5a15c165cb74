"""When a policy is asked: each is for one moment on the way of a packet, or for two."""

from enum import Enum
from typing import Protocol


class Moment(Enum):
    """A moment at which policies are asked, in the order of a packet's way.

    The first two are before connections are tracked and before destinations are translated: for interfaces of nodes
    only, and only a rule decides there, whose Allow spares the packet the policies of the interface that come later.
    The last is for what a node forwards and not for what it gets or sends itself; there no profile is asked, and
    without any policy all is forwarded.
    """

    UNTRACKED = "untracked"
    PRE_DNAT = "before DNAT"
    NORMAL = "normal"
    FORWARD = "forwarded"

    @property
    def is_early(self) -> bool:
        """Tell whether no end of a tier decides."""
        return self in {Moment.UNTRACKED, Moment.PRE_DNAT}


class Timed(Protocol):
    """What says when it is to be asked."""

    @property
    def do_not_track(self) -> bool:
        """Before connections are tracked."""
        ...

    @property
    def pre_dnat(self) -> bool:
        """Before destinations are translated."""
        ...

    @property
    def apply_on_forward(self) -> bool:
        """Also of what an interface of a node forwards."""
        ...


def is_asked_at(moment: Moment, policy: Timed) -> bool:
    """Tell whether an interface of a node asks a policy at a moment."""
    match moment:
        case Moment.UNTRACKED:
            return policy.do_not_track
        case Moment.PRE_DNAT:
            return policy.pre_dnat and not policy.do_not_track
        case Moment.FORWARD:
            return policy.apply_on_forward and not (policy.do_not_track or policy.pre_dnat)
        case Moment.NORMAL:
            return not (policy.do_not_track or policy.pre_dnat)
