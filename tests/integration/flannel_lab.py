"""Flannel as it stands on nodes, made by hand: bridge, tunnel, routes, files, pods, and beside it what is not its.

The commands are those that flannel's daemon and its CNI plugin amount to; the files have the form that these and the
CNI library of container runtimes write.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.integration.agents import ADDRESSES, command
from tests.support.commands import Answer, asked
from tests.support.daemons import program
from tests.support.netns import Namespace, Namespaces

SUBNETS: Final = {"k8s-node1": "10.244.0", "k8s-master1": "10.244.1", "k8s-node2": "10.244.2"}
"""The first three octets of each node's /24, as walkthrough 8 has them."""
CONFLIST: Final = """\
{"name": "cbr0", "cniVersion": "0.3.1", "plugins": [
  {"type": "flannel", "delegate": {"hairpinMode": true, "isDefaultGateway": true}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
"""
SIX: Final = {"k8s-node1": "fd00:10:244", "k8s-master1": "fd00:10:244:1", "k8s-node2": "fd00:10:244:2"}
"""The same of IPv6: the part of the /64 before the last colons."""
MASQUERADE: Final = (
    "-m mark --mark 0x4000/0x4000 -m comment --comment 'flanneld masq' -j RETURN",
    "-s {range} -d {range} -m comment --comment 'flanneld masq' -j RETURN",
    "-s {range} ! -d {many} -m comment --comment 'flanneld masq' -j MASQUERADE --random-fully",
    "! -s {range} -d {range} -m comment --comment 'flanneld masq' -j MASQUERADE --random-fully",
)
FORWARD: Final = (
    "-s {range} -m comment --comment 'flanneld forward' -j ACCEPT",
    "-d {range} -m comment --comment 'flanneld forward' -j ACCEPT",
)
IPTABLES: Final = (
    ("iptables-nft", "10.244.0.0/16", "224.0.0.0/4"),
    ("ip6tables-nft", "fd00:10:244::/56", "ff00::/8"),
)
"""Programs, the range of all pods, and that of addresses of many."""
TABLE: Final = """\
table ip flannel-ipv4 {
  chain postrtg {
    type nat hook postrouting priority srcnat
    ip saddr 10.244.0.0/16 ip daddr != 224.0.0.0/4 counter masquerade fully-random
  }
}
"""
"""What flannel makes instead when it is told to use nftables."""
OPERATORS: Final = ("192.168.50.0/24", "10.244.128.0/17")
"""Static routes that somebody has made by hand; one leads into flannel's range, and is no node's part of it."""


class FlannelNode:
    """One machine with flannel, docker and static routes of its operator."""

    def __init__(self, namespaces: Namespaces, name: str, machine: Namespace, folder: Path, *, vxlan: bool) -> None:
        """Make it all, but for the pods."""
        self.name = name
        self.machine = machine
        self.subnet = SUBNETS[name]
        self._namespaces = namespaces
        self._folder = folder
        self._six_too = vxlan
        for part in ("net.d", "bin", "results"):
            (folder / part).mkdir(parents=True)
        (folder / "net.d" / "10-flannel.conflist").write_text(CONFLIST)
        (folder / "subnet.env").write_text(
            f"FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET={self.subnet}.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n"
        )
        machine.sysctl("net.ipv4.ip_forward", 1)
        machine.ip("route", "add", "default", "via", "10.4.7.1", "dev", "eth0")
        self._bridge("docker0", "172.17.0.1/16")
        self._bridge("cni0", f"{self.subnet}.1/24")
        for destination in OPERATORS:
            machine.ip("route", "add", destination, "via", "10.4.7.1")
        if vxlan:
            self._tunnel()
            self._six()
        for other, subnet in SUBNETS.items():
            if other == name:
                continue
            if vxlan:
                self._way_to(other, subnet)
            else:
                machine.ip("route", "add", f"{subnet}.0/24", "via", ADDRESSES[other])

    def _bridge(self, name: str, address: str) -> None:
        self.machine.ip("link", "add", name, "type", "bridge")
        self.machine.ip("addr", "add", address, "dev", name)
        self.machine.ip("link", "set", name, "up")

    def _tunnel(self) -> None:
        own = f"id 1 local {ADDRESSES[self.name]} dev eth0 dstport 8472 nolearning".split()
        self.machine.ip("link", "add", "flannel.1", "address", _mac(self.name), "type", "vxlan", *own)
        self.machine.ip("addr", "add", f"{self.subnet}.0/32", "dev", "flannel.1")
        self.machine.ip("link", "set", "flannel.1", "mtu", "1450", "up")

    def _six(self) -> None:
        """Make the same of IPv6, as flannel has it beside that of IPv4."""
        own = f"id 1 local {underlay6(self.name)} dev eth0 dstport 8472 nolearning".split()
        self.machine.sysctl("net.ipv6.conf.all.forwarding", 1)
        self.machine.ip("addr", "add", f"{SIX[self.name]}::1/64", "dev", "cni0")
        self.machine.ip("link", "add", "flannel-v6.1", "address", _mac(self.name), "type", "vxlan", *own)
        self.machine.ip("addr", "add", f"{SIX[self.name]}::/128", "dev", "flannel-v6.1")
        self.machine.ip("link", "set", "flannel-v6.1", "mtu", "1430", "up")
        for other, subnet in SIX.items():
            if other == self.name:
                continue
            entry = [_mac(other), "dev", "flannel-v6.1", "dst", underlay6(other), "self", "permanent"]
            self.machine.run(["bridge", "fdb", "append", *entry])
            way = ["dev", "flannel-v6.1"]
            self.machine.ip("neigh", "add", f"{subnet}::", "lladdr", _mac(other), *way, "nud", "permanent")
            self.machine.ip("route", "add", f"{subnet}::/64", "via", f"{subnet}::", *way, "onlink")
        with (self._folder / "subnet.env").open("a") as file:
            file.write(f"FLANNEL_IPV6_NETWORK=fd00:10:244::/56\nFLANNEL_IPV6_SUBNET={SIX[self.name]}::1/64\n")

    def add_rules(self) -> None:
        """Write flannel's rules among those of others, as its daemon does: by iptables, and as a table of nftables."""
        for tool, pods, many in IPTABLES:
            own = [f"{tool} -t nat -N FLANNEL-POSTRTG", f"{tool} -N FLANNEL-FWD"]
            own += [f"{tool} -t nat -A FLANNEL-POSTRTG {rule.format(range=pods, many=many)}" for rule in MASQUERADE]
            own += [f"{tool} -A FLANNEL-FWD {rule.format(range=pods)}" for rule in FORWARD]
            own.append(f"{tool} -t nat -A POSTROUTING -o docker0 -j RETURN")
            own.append(f"{tool} -t nat -A POSTROUTING -m comment --comment 'flanneld masq' -j FLANNEL-POSTRTG")
            own.append(f"{tool} -t nat -A POSTROUTING -o lo -j RETURN")
            own.append(f"{tool} -A FORWARD -m comment --comment 'flanneld forward' -j FLANNEL-FWD")
            self._shell("\n".join(own))
        self.machine.run(["nft", TABLE])

    def rules(self) -> str:
        """Return what iptables-save prints, for both IP versions, but for comments, and flannel's own table."""
        printed = self._shell("iptables-nft-save; ip6tables-nft-save; nft -s list tables | grep flannel || true")
        tables = [line for line in printed.splitlines() if line.startswith("table ")]
        contents = [self._shell(f"nft -s list {table}") for table in tables]
        return "\n".join([line for line in printed.splitlines() if not line.startswith("#")] + contents)

    def _shell(self, script: str) -> str:
        words = [f"{key}={value}" for key, value in iptables().items()]
        return self.machine.run(["env", *words, "sh", "-ec", script]).stdout

    def _way_to(self, other: str, subnet: str) -> None:
        entry = [_mac(other), "dev", "flannel.1", "dst", ADDRESSES[other], "self", "permanent"]
        self.machine.run(["bridge", "fdb", "append", *entry])
        self.machine.ip("neigh", "add", f"{subnet}.0", "lladdr", _mac(other), "dev", "flannel.1", "nud", "permanent")
        self.machine.ip("route", "add", f"{subnet}.0/24", "via", f"{subnet}.0", "dev", "flannel.1", "onlink")

    def add_pod(self, pod: str, last: int, *, cached: bool) -> Namespace:
        """Make a pod on the bridge, with an entry in the runtime's cache or without one."""
        inside = self._namespaces.node(f"old-{pod}")
        veth, address = f"veth{last}", f"{self.subnet}.{last}"
        self.machine.ip("link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", inside.name)
        self.machine.ip("link", "set", veth, "master", "cni0", "up")
        inside.ip("link", "set", "eth0", "up")
        inside.ip("addr", "add", f"{address}/24", "dev", "eth0")
        inside.ip("route", "add", "default", "via", f"{self.subnet}.1")
        if self._six_too:
            inside.ip("addr", "add", f"{SIX[self.name]}::{last}/64", "dev", "eth0")
            inside.ip("-6", "route", "add", "default", "via", f"{SIX[self.name]}::1")
        if cached:
            sandbox = {"name": "eth0", "sandbox": str(inside.path)}
            entry = {
                "kind": "cniCacheV1",
                "cniArgs": [["IgnoreUnknown", "1"], ["K8S_POD_NAMESPACE", "default"], ["K8S_POD_NAME", pod]],
                "result": {
                    "interfaces": [{"name": "cni0"}, {"name": veth}, sandbox],
                    "ips": [{"version": "4", "interface": 2, "address": f"{address}/24"}],
                },
            }
            (self._folder / "results" / f"cbr0-cid-{pod}-eth0").write_text(json.dumps(entry))
        return inside

    def words(self, *options: str) -> list[str]:
        """Return the command line of ``migrate flannel`` on this machine, inside its namespace."""
        return command("migrate", "flannel", *options, *self._places())

    def _places(self) -> list[str]:
        places = {
            "--cni-bin": "bin",
            "--cni-conf": "net.d",
            "--subnet-env": "subnet.env",
            "--net-conf": "net-conf.json",
            "--runtime-cache": "results",
            "--record": "record.json",
        }
        return [word for option, name in places.items() for word in (option, str(self._folder / name))]

    def migrate(self, *options: str, environment: Mapping[str, str]) -> Answer:
        """Run it in this process, whose thread is on the machine meanwhile."""
        with self.machine.entered():
            return asked("migrate", "flannel", *options, *self._places(), environment=environment)

    def files(self) -> set[str]:
        """Return the names in the runtime's directory of configurations."""
        return {path.name for path in (self._folder / "net.d").iterdir()}

    def picture(self) -> dict[str, Any]:
        """Return what ip(8) tells of interfaces, addresses, routes and the tunnel, but for counters and indexes."""
        links = self.machine.ip_json("-d", "link")
        names = {link["ifname"]: link for link in links}
        return {
            "links": {
                name: (link["address"], link["mtu"], link.get("linkinfo", {}).get("info_kind"), link.get("master"))
                for name, link in names.items()
            },
            "addresses": {
                link["ifname"]: [
                    f"{each['local']}/{each['prefixlen']}" for each in link["addr_info"] if _global(each["local"])
                ]
                for link in self.machine.ip_json("addr")
            },
            "routes": {
                (row["dst"], row.get("gateway"), row.get("dev"), row.get("protocol"), tuple(row["flags"]))
                for version in ("-4", "-6")
                for row in self.machine.ip_json(version, "route")
                if _global(row["dst"])
            },
            "forwarding": {name: self._forwarding(name) for name in names if name.startswith("flannel")},
        }

    def _forwarding(self, name: str) -> set[tuple[str, str]]:
        words = self.machine.run(["bridge", "-j", "fdb", "show", "dev", name]).stdout
        neighbours = self.machine.ip_json("neigh", "show", "dev", name)
        entries = {(row["mac"], row.get("dst", "")) for row in json.loads(words)}
        return entries | {(row["dst"], row["lladdr"]) for row in neighbours if "PERMANENT" in row["state"]}


def _mac(name: str) -> str:
    return f"02:00:00:00:00:{int(ADDRESSES[name].rpartition('.')[2]):02x}"


def underlay6(name: str) -> str:
    """Return the IPv6 address of a machine on the segment."""
    return f"fd00:4:7::{ADDRESSES[name].rpartition('.')[2]}"


def iptables() -> dict[str, str]:
    """Return the environment in which iptables is found, and finds its own parts where it is only unpacked."""
    found = program("iptables", "iptables-nft")
    environment = {"PATH": f"{found.path.parent}:{os.environ['PATH']}:/usr/sbin:/sbin"}
    if found.libraries:
        environment["LD_LIBRARY_PATH"] = ":".join(map(str, found.libraries))
        environment["XTABLES_LIBDIR"] = str(
            next(folder for folder in found.libraries if (folder / "xtables").exists()) / "xtables"
        )
    return environment


def _global(text: str) -> bool:
    return not text.startswith(("fe80:", "ff00:", "multicast"))
