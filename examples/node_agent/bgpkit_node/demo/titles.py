"""The steps of the demonstration by name, for the command line to know them without loading what they do."""

from types import MappingProxyType
from typing import Final

TITLES: Final = MappingProxyType(
    {
        "nodes": "three machines on one segment, an agent on each",
        "pods": "two pods on each node, through the CNI executable",
        "mesh": "a full mesh of BGP sessions",
        "reflectors": "from mesh to route reflectors, through a crash, no packet lost",
        "example": "a policy with everything in it: who reaches a database, and whom it reaches",
        "access": "access to a web server, from items that mean either and from one that means both",
        "isolation": "a namespace on its own, both ways and one way",
        "table": "a real Internet table through a reflector",
    }
)
