"""Which mode fits a network, and mesh or reflectors: decided from a few facts, with a reason for each. Pure."""

from bgpkit_node.advice.decision import Advice, Reason, Sessions, advise
from bgpkit_node.advice.facts import MESH_MOST, Facts, Maintainer, mesh_sessions, reflected_sessions

__all__ = [
    "MESH_MOST",
    "Advice",
    "Facts",
    "Maintainer",
    "Reason",
    "Sessions",
    "advise",
    "mesh_sessions",
    "reflected_sessions",
]
