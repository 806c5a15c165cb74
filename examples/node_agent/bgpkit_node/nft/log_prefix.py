"""What a rule with the action Log writes before the packet.

A form of FelixConfiguration's may have ``%t`` for the tier, ``%k`` for the kind of policy in its short form, ``%n`` for
the policy's name and ``%p`` for its name with the namespace before it.
"""

import re
from typing import Final

from bgpkit_node.nft.naming import said_within
from bgpkit_node.policy.model import PolicyId

_MOST: Final = 124
"""Octets, without the colon and space at the end; nft takes 127."""
_KNOWN: Final = re.compile("%[tknp]")
_KINDS: Final = {
    "NetworkPolicy": "np",
    "GlobalNetworkPolicy": "gnp",
    "KubernetesNetworkPolicy": "knp",
    "ClusterNetworkPolicy": "kcnp",
    "Profile": "pro",
}


def log_prefix(form: str, policy: PolicyId, tier: str, rule: str) -> str:
    """Return what stands before a packet that a rule of a policy logs; without a ``form``, which rule it is."""
    values = {
        "%t": tier,
        "%k": _KINDS.get(policy.kind, policy.kind),
        "%n": policy.name,
        "%p": "/".join(policy[1:]) if policy.namespace else policy.name,
    }
    filled = _KNOWN.sub(lambda found: values[found[0]], form) if form else f"bgpkit {policy} {rule}"
    return f"{said_within(_MOST, filled)}: "
