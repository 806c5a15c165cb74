"""BIRD 1.6 with a configuration of the shape that Calico gives it: its templates, filters, names and timers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.daemons import Daemon, program
from tests.support.netns import Namespace

CONFIGURATION: Final = """\
router id {own};
function calico_aggr()
{{
  if net = {block} then accept;
  if net ~ {block} then reject;
}}
filter calico_export_to_bgp_peers
{{
  calico_aggr();
  if net ~ {pool} then accept;
  reject;
}}
filter calico_kernel_programming {{ accept; }}
protocol static {{ route {block} blackhole; }}
protocol direct {{ interface -"cali*", -"kube-ipvs*", "*"; }}
protocol device {{ scan time 2; }}
protocol kernel
{{
  learn; persist; scan time 2; import all; export filter calico_kernel_programming;
  graceful restart; merge paths on;
}}
template bgp bgp_template
{{
  description "Connection to BGP peer";
  local as {asn};
  multihop; gateway recursive;
  import all; export filter calico_export_to_bgp_peers;
  source address {own};
  add paths on; graceful restart;
  connect delay time 2; connect retry time 5; error wait time 5, 30;
}}
{peers}
"""


@dataclass(frozen=True)
class CalicoNode:
    """The facts of a node from which Calico makes BIRD's configuration."""

    own: str
    asn: int
    block: str
    pool: str

    def configuration(self, peers: Mapping[str, str], options: str = "", word: str = "Mesh") -> str:
        """Return the configuration with these peers, by address, as ``word`` names them; options stand in each."""
        blocks = [
            f"protocol bgp {protocol(address, word)} from bgp_template {{ neighbor {address} as {self.asn}; {options}}}"
            for address in peers.values()
        ]
        facts = {"own": self.own, "asn": self.asn, "block": self.block, "pool": self.pool}
        return CONFIGURATION.format(peers="\n".join(blocks), **facts)


class CalicoBird(Daemon):
    """BIRD 1.6 in the foreground."""

    def __init__(self, namespace: Namespace, folder: Path, configuration: str) -> None:
        """Start it and wait until it answers its control socket."""
        six, client = program("bird", "bird6"), program("bird", "birdc6")
        super().__init__(namespace, folder)
        self._configuration = self._file("bird.cfg", configuration)
        self._socket = self._sockets / "bird.ctl"
        self._client = type(client)(client.path.with_name("birdc"), client.libraries)
        bird = type(six)(six.path.with_name("bird"), six.libraries)
        argv = bird.argv("-R", "-f", "-c", str(self._configuration), "-s", str(self._socket))
        self._start("bird", argv, lambda: "Daemon is up and running" in self.ask("show", "status", check=False))

    def ask(self, *words: str, check: bool = True) -> str:
        """Return birdc's answer to a command."""
        return self.namespace.run(self._client.argv("-s", str(self._socket), *words), check=check).stdout

    def reconfigure(self, configuration: str) -> None:
        """Give it another configuration while it runs."""
        self._configuration.write_text(configuration, encoding="utf-8")
        self.ask("configure")

    def established(self) -> set[str]:
        """Return the names of the sessions that are up."""
        rows = [line.split() for line in self.ask("show", "protocols").splitlines()]
        return {row[0] for row in rows if row[1:2] == ["BGP"] and "Established" in row}


def protocol(address: str, word: str = "Mesh") -> str:
    """Return the name that Calico gives a session: ``Mesh_10_4_7_11``."""
    return f"{word}_{address.replace('.', '_')}"
