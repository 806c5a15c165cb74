"""What FelixConfiguration says of enforcement, in force on a running agent; and what its rules have counted."""

import json
import socket
from collections.abc import Generator
from contextlib import ExitStack
from functools import partial
from ipaddress import ip_address
from typing import Any, Final

import pytest

from tests.integration.host_policies import hears
from tests.integration.policy_pods import NODE, Pod, PolicyNode, policy_node
from tests.integration.standing_lines import Lines
from tests.support.commands import Answer, applied, asked, documents
from tests.support.netns import Namespace
from tests.support.processes import wait_until
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agent_policies")]

_CLOSED: Final = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: default}
spec: {podSelector: {matchLabels: {role: web}}, ingress: [{ports: [{port: 80}]}]}
"""
_LOGGING: Final = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: logging, namespace: default}
spec: {selector: role == 'web', order: 1, types: [Ingress], ingress: [{action: Log}]}
"""
_LATER: Final = """\
apiVersion: projectcalico.org/v3
kind: HostEndpoint
metadata: {name: later}
spec: {node: NODE, expectedIPs: [10.99.0.1, "fd99::1"]}
""".replace("NODE", NODE)
_FELIX: Final = """\
apiVersion: projectcalico.org/v3
kind: FelixConfiguration
metadata: {name: NAME}
spec: SPEC
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Generator[PolicyNode]:
    """Give one node with its agent, whose policy opens one port of pods of the role web."""
    require_package("nftables")
    with policy_node(tmp_path_factory.mktemp("settings")) as made:
        made.agents.apply(documents(_CLOSED, _LOGGING))
        yield made


@pytest.fixture(scope="module")
def pods(node: PolicyNode) -> tuple[Pod, Pod]:
    """Give a pod that serves and one that calls."""
    return node.add("web", role="web"), node.add("client")


def test_settings_take_effect_on_the_running_agent(node: PolicyNode, pods: tuple[Pod, Pod]) -> None:
    """What is denied is refused, pods do not reach their node, failsafe ports and log are others; and back again."""
    web, client = pods
    host = Pod(node.agents.machines[NODE], node.agents.addresses[NODE], "")
    assert not _is_refused(client, web, 81)
    assert client.reaches(host, 81), "the node's own refusal"
    assert "tcp . 22" in node.rules()
    for_all = 'iptablesFilterDenyAction: Reject, failsafeInboundHostPorts: [{port: 9, net: "192.0.2.0/24"}]'
    own = "defaultEndpointToHostAction: Drop, failsafeOutboundHostPorts: [], logActionRateLimit: 10/hour"
    datastore, configurations = node.agents.datastore, {"default": for_all, f"node.{NODE}": own}
    answer = applied(datastore, documents(*(felix(name, spec) for name, spec in configurations.items())))
    assert answer.err == "", "nothing is left undone"
    wait_until(lambda: _is_refused(client, web, 81), "a refusal", 10)
    wait_until(lambda: not client.reaches(host, 81, 0.1), "the node closed to its pods", 10)
    assert client.reaches(web)
    failsafe = {line.strip().partition(" counter")[0] for line in node.rules().splitlines() if '"failsafe"' in line}
    assert failsafe == {"ip saddr 192.0.2.0/24 meta l4proto . th dport { tcp . 9 }"}
    assert 'limit rate 10/hour log prefix "bgpkit NetworkPolicy(default/logging) ingress[0]: "' in node.rules()
    for name in configurations:
        assert asked("delete", "felixconfiguration", name, datastore=datastore).status == 0
    wait_until(lambda: client.reaches(host, 81, 0.1), "the node open to its pods", 10)
    wait_until(lambda: not _is_refused(client, web, 81), "silence", 10)
    assert "tcp . 22" in node.rules()


def test_what_other_settings_deny_ends(node: PolicyNode, pods: tuple[Pod, Pod]) -> None:
    """A connection of a pod with its node, which goes on while settings change that say nothing of it."""
    _, client = pods
    machine, datastore = node.agents.machines[NODE], node.agents.datastore
    with ExitStack() as stack:
        lines = Lines(stack)
        lines.tcp("to the node", client.namespace, machine, node.agents.addresses[NODE], 5000)
        assert lines.heard(lines.names()) == lines.names()
        for spec, wanted, standing in (
            ("logPrefix: other", 'log prefix "other: "', lines.names()),
            ("defaultEndpointToHostAction: Drop", "defaultEndpointToHostAction", set[str]()),
        ):
            assert applied(datastore, felix("default", spec)).err == ""
            wait_until(partial(_says, node, wanted), "the settings in force", 10)
            wait_until(partial(_carry, lines, standing), "what they allow", 10)
    assert asked("delete", "felixconfiguration", "default", datastore=datastore).status == 0


def test_packets_are_logged_dropped_and_let_pass_as_settings_have_it(node: PolicyNode, pods: tuple[Pod, Pod]) -> None:
    """The prefix of Log, packets of no connection, interfaces of pods, and whose addresses a pod may send from."""
    _, client = pods
    machine, datastore = node.agents.machines[NODE], node.agents.datastore
    endpoint = f"{NODE.replace('-', '--')}-k8s-client-eth0"
    spoofing = json.dumps({"spec": {"allowSpoofedSourcePrefixes": ["198.51.100.0/24"]}})
    words = ("patch", "workloadendpoint", endpoint, "-n", "default", "-p", spoofing)
    assert asked(*words, datastore=datastore).status == 0
    before = node.rules()
    assert "ct state invalid" in before
    assert not _hears(machine, client, "198.51.100.7", node.agents.addresses[NODE])
    spec = 'logPrefix: "%t %p", disableConntrackInvalidCheck: true, interfacePrefix: "cali,tap"'
    assert applied(datastore, felix("default", f"{spec}, workloadSourceSpoofing: Any")).err == "", (
        "nothing is left undone"
    )
    wait_until(lambda: 'log prefix "default default/logging: "' in node.rules(), "the settings in force", 10)
    after = node.rules()
    assert "ct state invalid" not in after
    assert '{ "cali*", "tap*" } counter' in after
    wait_until(lambda: _hears(machine, client, "198.51.100.7", node.agents.addresses[NODE]), "a foreign address", 10)
    assert not _hears(machine, client, "198.51.101.7", node.agents.addresses[NODE])
    assert asked("delete", "felixconfiguration", "default", datastore=datastore).status == 0
    wait_until(lambda: node.rules().count("ct state invalid") == before.count("ct state invalid"), "all as before", 10)


def test_an_interface_that_gets_its_address_later_is_shut_as_soon_as_it_has_it(node: PolicyNode) -> None:
    """Under whichever name, and opened when it loses it; long before the kernel is looked at without occasion."""
    machine = node.agents.machines[NODE]
    node.agents.apply(_LATER)
    machine.ip("link", "add", "late0", "type", "veth", "peer", "name", "peer0")
    for words, expected in (
        (("addr", "add", "10.99.0.1/24", "dev", "late0"), "late0"),
        (("link", "set", "late0", "name", "late1"), "late1"),
        (("addr", "del", "10.99.0.1/24", "dev", "late1"), ""),
        (("addr", "add", "fd99::1/64", "dev", "late1", "nodad"), "late1"),
        (("link", "set", "late1", "name", "late2"), "late2"),
        (("link", "del", "late2"), ""),
    ):
        machine.ip(*words)
        wait_until(partial(_is_shut, machine, expected), " ".join(words), 10)


def test_an_explanation_has_the_counters_of_the_kernel(node: PolicyNode, pods: tuple[Pod, Pod]) -> None:
    """Of the rule that decided and of the end of the tier, as nft has them; asked of the node's agent."""
    web, client = pods
    for port in (80, 80, 81):
        client.reaches(web, port, 0.1)
    by_rule, by_tier = explained(node, "80/TCP"), explained(node, "81/TCP")
    expected = counters(node)
    (found,) = [each for each in by_rule["considered"] if each["action"] == "Allow"]
    assert found["counted"] == {"node": NODE} | expected["KubernetesNetworkPolicy(default/closed) ingress[0]"]
    assert found["counted"]["packets"] >= 2
    assert by_rule["counted"] is None
    assert by_tier["counted"] == {"node": NODE} | expected["end of tier default: Deny"]
    assert by_tier["counted"]["packets"] >= 1
    text = asked_of(node, "81/TCP").out
    number = by_tier["counted"]
    end = f"before the end of tier default ({number['packets']} packets, {number['octets']} octets on {NODE})"
    assert end in text
    assert "packets" not in asked("policy", "explain", "client", "web", "81", datastore=node.agents.datastore).out


def felix(name: str, spec: str) -> str:
    """Return a configuration."""
    return _FELIX.replace("NAME", name).replace("SPEC", f"{{{spec}}}")


def explained(node: PolicyNode, port: str) -> dict[str, Any]:
    """Return what is said of the ingress of a connection."""
    (told,) = json.loads(asked_of(node, port, "--json").out)
    ingress: dict[str, Any] = told["ingress"]
    return ingress


def asked_of(node: PolicyNode, port: str, *words: str) -> Answer:
    """Ask why the client may call the server."""
    words = ("policy", "explain", "--counters", "client", "web", port, *words)
    answer = asked(*words, datastore=node.agents.datastore)
    assert answer.err == ""
    return answer


def counters(node: PolicyNode) -> dict[str, dict[str, int]]:
    """Return the counters of rules by their comments, from nft."""
    listed = node.agents.machines[NODE].run(["nft", "-j", "list", "table", "inet", "bgpkit"]).stdout
    found: dict[str, dict[str, int]] = {}
    for each in json.loads(listed)["nftables"]:
        rule = each.get("rule", {})
        for expression in rule.get("expr", ()):
            if "counter" in expression and "comment" in rule:
                counted = expression["counter"]
                found[rule["comment"]] = {"packets": counted["packets"], "octets": counted["bytes"]}
    return found


def _says(node: PolicyNode, words: str) -> bool:
    return words in node.rules()


def _carry(lines: Lines, expected: set[str]) -> bool:
    return lines.heard(expected) == expected


def _is_shut(machine: Namespace, expected: str) -> bool:
    """Tell whether it is this interface alone whose policies are asked; empty: none."""
    listed = json.loads(machine.run(["nft", "-j", "list", "map", "inet", "bgpkit", "host_ingress"]).stdout)
    (found,) = [each["map"].get("elem", []) for each in listed["nftables"] if "map" in each]
    return [key["elem"]["val"] for key, _ in found] == ([expected] if expected else [])


def _hears(server: Namespace, client: Pod, source: str, address: str) -> bool:
    """Tell whether a datagram comes that a pod sends from an address."""
    client.namespace.ip("addr", "replace", f"{source}/32", "dev", "lo")
    return hears(client.namespace, server, address, 5001, source=source)


def _is_refused(client: Pod, server: Pod, port: int) -> bool:
    """Tell whether a TCP connection is reset at once."""
    with client.namespace.entered(), socket.socket() as calling:
        calling.settimeout(0.2)
        return calling.connect_ex((str(ip_address(server.address)), port)) not in {0, 11, 110}
