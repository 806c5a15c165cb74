"""How an agent is started."""

from dataclasses import dataclass, field
from ipaddress import IPv4Interface
from pathlib import Path

from bgpkit_node.agent.onlookers import OnlookerOptions
from bgpkit_node.datastore.settings import DatastoreSettings, SqliteSettings
from bgpkit_node.paths import SOCKET_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOptions:
    """How an agent is started."""

    node: str
    datastore: DatastoreSettings
    run_dir: Path
    address: IPv4Interface | None = None
    """The node's address with its subnet; None: the one it has in the datastore, else the first found."""
    onlookers: OnlookerOptions = field(default_factory=OnlookerOptions)

    @property
    def socket(self) -> Path:
        """Where the agent answers the CNI executable and the command line."""
        return self.run_dir / SOCKET_NAME

    @property
    def shared_place(self) -> Path:
        """The path beside which agents of this machine claim their names: the file that they share, if any."""
        return self.datastore.path if isinstance(self.datastore, SqliteSettings) else self.run_dir / "datastore"
