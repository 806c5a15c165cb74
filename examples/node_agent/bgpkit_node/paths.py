"""Where the parts of an installation find each other."""

from pathlib import Path
from typing import Final

DATASTORE: Final = Path("/var/lib/bgpkit-node/datastore.sqlite")
"""File of the embedded datastore."""
RUN_DIR: Final = Path("/run/bgpkit-node")
"""Directory of a running agent."""
SOCKET_NAME: Final = "agent.sock"
"""Name of the agent's socket in its directory."""
