"""Who may send wrapped packets to the nodes of a lab: other nodes, and neither strangers nor pods."""

from tests.integration.agents import PATIENCE
from tests.integration.cluster_shape import POOLS, document
from tests.integration.forged_packets import Listener, datagram, listening, send_vxlan
from tests.integration.tunnel_lab import TunnelLab
from tests.support.netns import Namespace
from tests.support.processes import wait_until


def guard(node: Namespace) -> str:
    """Return the rules against strangers, as nft lists them."""
    return node.run(["nft", "list", "chain", "inet", "bgpkit-tunnels", "strangers"], check=False).stdout


def passing(lab: TunnelLab, listener: Listener, senders: list[Namespace], version: int) -> list[bool]:
    """Tell of each sender whether what it wraps for the pod of n1, as if from that of n3, arrives."""
    found: list[bool] = []
    for number, sender in enumerate(senders):
        words = f"sender {number}".encode()
        packet = datagram(lab.pod_addresses("pod-n3")[version], listener.address, listener.port, words)
        send_vxlan(sender, lab.shape.address("n1", version), lab.device("n1", version)["address"], packet)
        found.append(listener.hears(words))
    return found


def assert_no_pod_wraps(lab: TunnelLab) -> None:
    """Not for its own node, nor for another one, where it would come under the name of its node."""
    spec = {"cidr": POOLS[4][0], "blockSize": POOLS[4][1], "natOutgoing": True, "vxlanMode": "Always"}
    lab.apply(document("IPPool", "pool4", spec))
    translates = ["nft", "list", "set", "inet", "bgpkit-nat", "sources4"]
    for name in ("n1", "n3"):
        machine = lab.machines[name]

        def translated(machine: Namespace = machine) -> bool:
            return "10.244.0.0" in machine.run(translates, check=False).stdout

        wait_until(translated, "natOutgoing", PATIENCE)
    with listening(lab.pods["pod-n1"][1], lab.pod_addresses("pod-n1")[4]) as listener:
        assert passing(lab, listener, [lab.pods[pod][1] for pod in ("pod-n1", "pod-n3")], 4) == [False, False]
