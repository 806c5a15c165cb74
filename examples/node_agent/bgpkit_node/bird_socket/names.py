"""What BIRD's clients take a session for: the names that Calico gives to BIRD's protocols."""

from typing import Final

from bgpkit_node.peering import Peering, PeeringKind

_PREFIXES: Final = {PeeringKind.MESH: "Mesh", PeeringKind.GLOBAL: "Global", PeeringKind.NODE: "Node"}


def protocol_name(address: str, peering: Peering | None) -> str:
    """Return a name such as ``Mesh_10_4_7_12``, out of which calicoctl reads type and address.

    A port is never part of it: calicoctl would print it as part of the address.
    """
    kind = PeeringKind.NODE if peering is None else peering.kind
    return f"{_PREFIXES[kind]}_{address.replace('.', '_').replace(':', '_')}"
