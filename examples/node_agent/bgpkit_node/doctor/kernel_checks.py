"""Whether the kernel forwards as a node has to: sysctls, tunnels, signatures, ports. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from bgpkit_node.cni.pod_layout import host_sysctls
from bgpkit_node.doctor.finding import Finding, failure, unknown, warning, well
from bgpkit_node.doctor.machine import Machine
from bgpkit_node.resources import BGPPeer, EncapsulationMode, IPPool

_LOOSE: Final = "2"


def sysctl_findings(machine: Machine, versions: Iterable[int], *, agent: bool = True) -> Iterator[Finding]:
    """Yield what the sysctls are, for pods of these IP ``versions``; an ``agent`` that starts sets some of them."""
    wanted = {4: "ipv4/ip_forward", 6: "ipv6/conf/all/forwarding"}
    for version in sorted(versions):
        yield _is_one(machine, wanted[version], agent=agent)
    loose = [name for name, value in machine.sysctls.items() if name.endswith("/rp_filter") and value == _LOOSE]
    if loose:
        said = "is 2 (loose): a pod may send with an address that it has not"
        yield warning("sysctl", _dotted(loose[0]), said, f"sysctl -w {_dotted(loose[0])}=1")
    else:
        yield well("sysctl", "net.ipv4.conf.*.rp_filter", "nowhere loose")
    yield from _pods(machine)


def _is_one(machine: Machine, name: str, *, agent: bool) -> Finding:
    value = machine.sysctls.get(name)
    if value is None:
        return unknown("sysctl", _dotted(name), "cannot be read")
    if value == "1":
        return well("sysctl", _dotted(name), "is 1")
    said = f"is {value}: no packet is forwarded"
    if not agent:
        return warning("sysctl", _dotted(name), said, "nothing: the agent sets it when it starts")
    return failure("sysctl", _dotted(name), said, f"sysctl -w {_dotted(name)}=1")


def _pods(machine: Machine) -> Iterator[Finding]:
    pods = machine.pod_links()
    sound = 0
    for link in pods:
        wrong = [
            (name, value)
            for name, value in host_sysctls(link.name, (4,))
            if name in machine.sysctls and machine.sysctls[name] != value
        ]
        sound += not wrong
        for name, value in wrong:
            said = f"is {machine.sysctls[name]}, not {value}: the pod behind it may not be reached"
            yield failure("sysctl", _dotted(name), said, f"sysctl -w {_dotted(name)}={value}")
    if sound:
        yield well("sysctl", f"{sound} interfaces of pods", "proxy_arp and the like are as they should be")


def feature_findings(machine: Machine, pools: Iterable[IPPool], peers: Iterable[BGPPeer]) -> Iterator[Finding]:
    """Yield whether the kernel has what ``pools`` and ``peers`` need."""
    for module, modes in (("ipip", "ipipMode"), ("vxlan", "vxlanMode")):
        users = [str(pool) for pool in pools if _mode(pool, module) is not EncapsulationMode.NEVER]
        if not users:
            continue
        known = machine.modules.get(module)
        need = f"{', '.join(users)} with {modes}"
        if known:
            yield well("kernel", module, f"is there, for {need}")
        elif known is None:
            yield unknown("kernel", module, f"is needed by {need}, and nothing says whether it is there")
        else:
            yield failure("kernel", module, f"is missing, and needed by {need}", f"install it, or set {modes}: Never")
    signed = [str(peer) for peer in peers if peer.spec.password is not None]
    if signed and machine.signs_tcp:
        yield well("kernel", "TCP MD5 signatures", f"are there, for {', '.join(signed)}")
    elif signed:
        said = f"are missing (RFC 2385), and {', '.join(signed)} has a password"
        yield failure("kernel", "TCP MD5 signatures", said, "use a kernel with CONFIG_TCP_MD5SIG")


def _mode(pool: IPPool, module: str) -> EncapsulationMode:
    return pool.spec.ipip_mode if module == "ipip" else pool.spec.vxlan_mode


def port_finding(machine: Machine, port: int, *, agent: bool | None) -> Finding:
    """Return whether the BGP port is the agent's, or free for it; ``agent`` is None when it is not known to run."""
    where = f"TCP port {port}"
    if agent is None and port in machine.listening:
        return unknown("port", where, "somebody listens there; whether it is the agent, only root is told")
    if agent and port in machine.listening:
        return well("port", where, "is the agent's")
    if agent:
        said = "nobody listens there, though the agent runs: peers cannot connect"
        return failure("port", where, said, "see the agent's log")
    if port in machine.listening:
        said = "somebody listens there, and it is not the agent: it could not start"
        return failure("port", where, said, f"find out who with: ss -ltnp 'sport = :{port}'")
    return well("port", where, "is free for the agent")


def _dotted(name: str) -> str:
    """Return a sysctl as sysctl(8) writes it: a dot in the name of an interface becomes a slash."""
    return "net." + name.replace(".", "\0").replace("/", ".").replace("\0", "/")
