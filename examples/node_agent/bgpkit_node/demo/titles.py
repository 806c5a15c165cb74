"""The steps of the demonstration by name, for the command line to know them without loading what they do."""

from types import MappingProxyType
from typing import Final

TITLES: Final = MappingProxyType(
    {
        "nodes": "three machines on one segment, an agent on each",
        "pods": "two pods on each node, through the CNI executable",
        "mesh": "a full mesh of BGP sessions",
        "reflectors": "from mesh to route reflectors, through a crash, no packet lost",
        "table": "a real Internet table through a reflector",
    }
)
