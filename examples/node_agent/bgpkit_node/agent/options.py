"""How an agent is started."""

from dataclasses import dataclass, field
from pathlib import Path

from bgpkit_node.agent.backend import Backend
from bgpkit_node.agent.onlookers import OnlookerOptions
from bgpkit_node.datastore.settings import DatastoreSettings, SqliteSettings
from bgpkit_node.log_level import LogLevel
from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.paths import PASSWORDS, SOCKET_NAME
from bgpkit_node.services import Networks
from bgpkit_node.startup.address_wish import OwnWish
from bgpkit_node.startup.first_pools import FirstPools


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOptions:
    """How an agent is started."""

    node: str
    datastore: DatastoreSettings
    run_dir: Path
    own: OwnWish
    backend: Backend = Backend.BIRD
    """Where the ways to other nodes' pods come from."""
    kubernetes_node: str = ""
    """The name that Kubernetes knows the node by; empty: none."""
    passwords: Path = PASSWORDS
    """The folder with the passwords of sessions."""
    first_pools: FirstPools = field(default_factory=FirstPools)
    """The pools that are made where there are none."""
    onlookers: OnlookerOptions = field(default_factory=OnlookerOptions)
    enforcement: EnforcementSettings = field(default_factory=EnforcementSettings)
    """How policies are enforced."""
    cluster_ips: Networks | None = None
    """Ranges of cluster IPs that are advertised in the place of those in the resources; None: these are."""
    cut_denied: bool = True
    """Whether connections end that a policy no longer allows."""
    log_level: LogLevel = field(default_factory=LogLevel)
    """From which severity on the log tells what happens; it follows the BGPConfigurations."""

    @property
    def socket(self) -> Path:
        """Where the agent answers the CNI executable and the command line."""
        return self.run_dir / SOCKET_NAME

    @property
    def shared_place(self) -> Path:
        """The path beside which agents of this machine claim their names: the file that they share, if any."""
        return self.datastore.path if isinstance(self.datastore, SqliteSettings) else self.run_dir / "datastore"
