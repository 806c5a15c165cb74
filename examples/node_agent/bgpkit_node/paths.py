"""Where the parts of an installation find each other."""

from pathlib import Path
from typing import Final

DATASTORE: Final = Path("/var/lib/bgpkit-node/datastore.sqlite")
"""File of the embedded datastore."""
RUN_DIR: Final = Path("/run/bgpkit-node")
"""Directory of a running agent."""
SOCKET_NAME: Final = "agent.sock"
"""Name of the agent's socket in its directory."""
BIRD_SOCKET_NAME: Final = "bird.ctl"
"""Name of the control socket that looks like BIRD's, in the agent's directory."""
BIRD_SOCKET: Final = Path("/var/run/calico") / BIRD_SOCKET_NAME
"""Where calicoctl looks for BIRD."""
PASSWORDS: Final = Path("/etc/bgpkit-node/secrets")
"""Folder of passwords that resources refer to: a folder for each secret, in it a file for each key."""
HEALTH_ADDRESS: Final = "127.0.0.1:9099"
"""Where probes find Calico's agent."""
CONTROLLERS_HEALTH_ADDRESS: Final = "127.0.0.1:9094"
"""Where probes find the controllers: the port of the metrics of Calico's."""
