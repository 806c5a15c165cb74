"""The maps that lead the packets of a node's own interfaces to what decides over them: by interface, or for all others.

A packet of an interface that is in none of them passes.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from bgpkit_node.nft.element import SetType
from bgpkit_node.policy.model import Direction
from bgpkit_node.policy.moments import Moment


class Hook(NamedTuple):
    """Where policies of interfaces of a node are asked."""

    moment: Moment
    direction: Direction


HOOKS: Final = (
    Hook(Moment.UNTRACKED, Direction.INGRESS),
    Hook(Moment.UNTRACKED, Direction.EGRESS),
    Hook(Moment.PRE_DNAT, Direction.INGRESS),
    Hook(Moment.NORMAL, Direction.INGRESS),
    Hook(Moment.NORMAL, Direction.EGRESS),
    Hook(Moment.FORWARD, Direction.INGRESS),
    Hook(Moment.FORWARD, Direction.EGRESS),
)
"""All that there are, early ones first; before DNAT only what comes in is asked about."""

_WORDS: Final = {
    Moment.UNTRACKED: "untracked",
    Moment.PRE_DNAT: "dnat",
    Moment.NORMAL: "host",
    Moment.FORWARD: "forward",
}
_TITLES: Final = {
    Moment.UNTRACKED: "before connections are tracked",
    Moment.PRE_DNAT: "before destinations are translated",
    Moment.NORMAL: "what the host gets or sends itself",
    Moment.FORWARD: "what the host forwards",
}


def named_map(hook: Hook) -> str:
    """Return the name of the map by interface."""
    return f"{_WORDS[hook.moment]}_{hook.direction.value.lower()}"


def others_map(hook: Hook) -> str:
    """Return the name of the map for all interfaces that are not in the other."""
    return f"others_{named_map(hook)}"


def dispatch(hook: Hook) -> tuple[str, str]:
    """Return the rules that lead to a hook's chains: of the interface of that name, and of all others."""
    word = "iifname" if hook.direction is Direction.INGRESS else "oifname"
    return f"{word} vmap @{named_map(hook)}", f"meta nfproto vmap @{others_map(hook)}"


def _title(hook: Hook) -> str:
    return f"interface of the host, {hook.direction.value}: {_TITLES[hook.moment]}"


HOST_SETS: Final[Mapping[str, tuple[SetType, str]]] = {
    name: declared
    for hook in HOOKS
    for name, declared in (
        (named_map(hook), (SetType.VERDICTS, _title(hook))),
        (others_map(hook), (SetType.VERSION_VERDICTS, f"all others: {_title(hook)}")),
    )
}
