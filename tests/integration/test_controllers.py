"""What kubectl does reaches an agent by itself: peerings, policies, verdicts. walkthrough 7, calico.md row 19."""

import json
import os
import signal
import time
from collections.abc import Generator
from typing import Any

import pytest

from bgpkit_node.cni.pod_facts import pod_key
from bgpkit_node.datastore.settings import SqliteSettings
from bgpkit_node.kubernetes import role_rules
from tests.integration.controllers_process import (
    PATIENCE,
    ControllersProcess,
    Kubernetes,
    first_values,
    revisions,
    sqlite_variables,
)
from tests.integration.policy_pods import NODE, Pod, PolicyNode, policy_node
from tests.support.processes import wait_until
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("controllers")]

_PEER = """\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: office}
spec: {peerIP: 10.4.7.1, asNumber: 65010, nodeSelector: uplink == 'office'}
"""
_WEB = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: default}
spec:
  podSelector: {matchLabels: {role: web}}
  policyTypes: [Ingress]
  ingress: [{from: [{namespaceSelector: {matchLabels: {project: myproject}}}], ports: [{port: http}]}]
"""
_POD = """\
apiVersion: v1
kind: Pod
metadata: {name: NAME, namespace: SPACE, labels: {role: NAME}}
spec:
  nodeName: k8s-master1
  serviceAccountName: builder
  containers: [{name: main, image: none, ports: [{name: http, containerPort: 80}]}]
"""
_CLOSED = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: default}
spec: {podSelector: {matchLabels: {role: vault}}, policyTypes: [Ingress]}
"""
_ENDPOINTS = "/calico/resources/v3/projectcalico.org/workloadendpoints/default/"


class Scene:
    """One node with its agent and pods, Kubernetes, and the controllers between them."""

    def __init__(self, node: PolicyNode, kubernetes: Kubernetes, controllers: ControllersProcess) -> None:
        """Take the three."""
        self.node = node
        self.server, self.kubectl = kubernetes.server, kubernetes.kubectl
        self.controllers = controllers

    def peers(self) -> list[str]:
        """Return the addresses of the agent's peers."""
        return [peer["address"] for peer in self.node.agents.status(NODE)["peers"]]

    def get(self, *words: str) -> Any:
        """Return a resource of the datastore; None when it is not there."""
        answer = self.node.agents.run("get", *words, "-o", "json")
        return json.loads(answer.stdout) if answer.returncode == 0 else None

    def wait_peers(self, *wanted: str) -> float:
        """Wait until the agent has these peers; return how long that took."""
        began = time.perf_counter()
        wait_until(lambda: self.peers() == list(wanted), f"peers {wanted}", PATIENCE)
        return time.perf_counter() - began

    def wait_reach(self, one: Pod, other: Pod, *, reaches: bool) -> None:
        """Wait until one pod reaches another, or does not any more."""
        wait_until(lambda: one.reaches(other, seconds=0.2) is reaches, f"reaching: {reaches}", PATIENCE)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Generator[Scene]:
    """Give a node whose agent and whose Kubernetes know each other through the controllers alone."""
    require_package("nftables")
    folder = tmp_path_factory.mktemp("controllers")
    kubernetes = Kubernetes(folder)
    try:
        kubernetes.kubectl.apply(f"{{apiVersion: v1, kind: Node, metadata: {{name: {NODE}, labels: {{zone: a}}}}}}")
        with policy_node(folder) as node:
            controllers = ControllersProcess(kubernetes.server, folder, sqlite_variables(node.agents.datastore))
            try:
                controllers.wait_ready()
                yield Scene(node, kubernetes, controllers)
            finally:
                controllers.process.stop()
    finally:
        kubernetes.server.close()


def test_a_label_of_kubectl_changes_the_peerings_of_the_agent(scene: Scene) -> None:
    """It comes, goes, and leaves a label that was set by hand alone; prints how long the agent took."""
    scene.node.agents.apply(_PEER)
    answer = scene.node.agents.run("label", "nodes", NODE, "rack=7")
    assert answer.returncode == 0, answer.stderr
    scene.kubectl.run("label", "node", NODE, "uplink=office")
    print(f"kubectl label node until the agent has the peer: {scene.wait_peers('10.4.7.1'):.2f} s")
    metadata = scene.get("node", NODE)["metadata"]
    assert metadata["labels"] == {"zone": "a", "rack": "7", "uplink": "office"}
    assert json.loads(metadata["annotations"]["projectcalico.org/kube-labels"]) == {"zone": "a", "uplink": "office"}
    scene.kubectl.run("label", "node", NODE, "uplink-")
    scene.wait_peers()
    assert scene.get("node", NODE)["metadata"]["labels"] == {"zone": "a", "rack": "7"}


def test_policies_and_labels_of_kubectl_decide_about_packets(scene: Scene) -> None:
    """A pod has its labels, its account and its named port from Kubernetes, and so has a namespace its labels."""
    scene.kubectl.apply("{apiVersion: v1, kind: Namespace, metadata: {name: town}}")
    for name, space in (("web", "default"), ("client", "town")):
        scene.kubectl.apply(_POD.replace("NAME", name).replace("SPACE", space))
    web, client = scene.node.add("web"), scene.node.add("client", "town")
    scene.wait_reach(client, web, reaches=True)
    scene.kubectl.apply(_WEB)
    scene.wait_reach(client, web, reaches=False)
    scene.kubectl.run("label", "namespace", "town", "project=myproject")
    scene.wait_reach(client, web, reaches=True)
    scene.kubectl.run("label", "namespace", "town", "project-")
    scene.wait_reach(client, web, reaches=False)
    explained = scene.node.agents.run("policy", "explain", "town/client", "default/web", "80/TCP").stdout
    assert "NetworkPolicy(default/web)" in explained
    scene.kubectl.run("label", "pod", "web", "role-")
    scene.wait_reach(client, web, reaches=True)
    scene.kubectl.run("label", "pod", "web", "role=web")
    scene.wait_reach(client, web, reaches=False)
    scene.kubectl.run("delete", "networkpolicy", "web", "--wait=false")
    scene.wait_reach(client, web, reaches=True)
    assert scene.get("knp", "web") is None


def test_a_pod_is_denied_from_its_first_packet_on_by_a_policy_that_selects_its_label(scene: Scene) -> None:
    """Its ADD writes the labels: the controllers are stopped meanwhile, and the endpoint has them from the first on."""
    scene.kubectl.apply("{apiVersion: v1, kind: Namespace, metadata: {name: yard}}")
    scene.kubectl.apply(_POD.replace("NAME", "visitor").replace("SPACE", "yard"))
    visitor, settings = scene.node.add("visitor", "yard"), SqliteSettings(scene.node.agents.datastore)
    scene.kubectl.apply(_CLOSED)
    scene.kubectl.apply(_POD.replace("NAME", "vault").replace("SPACE", "default"))
    wait_until(lambda: bool(revisions(settings, pod_key(NODE, "default/vault"))), "the node told", PATIENCE)
    wait_until(lambda: scene.get("knp", "closed") is not None, "the policy copied", PATIENCE)
    before = max(revisions(settings, "/").values())
    os.kill(scene.controllers.process.pid, signal.SIGSTOP)
    try:
        vault = scene.node.add("vault")
        assert not visitor.reaches(vault)
    finally:
        os.kill(scene.controllers.process.pid, signal.SIGCONT)
    (first,) = (json.loads(value) for value in first_values(settings, _ENDPOINTS, before))
    found = first["spec"]["pod"], first["metadata"]["labels"]["role"], first["spec"]["serviceAccountName"]
    assert found == ("vault", "vault", "builder")
    scene.kubectl.run("delete", "networkpolicy", "closed", "--wait=false")
    scene.wait_reach(visitor, vault, reaches=True)
    scene.kubectl.run("delete", "pod", "vault", "--wait=false")
    wait_until(lambda: not revisions(settings, pod_key(NODE, "default/vault")), "the pod forgotten", PATIENCE)


def test_what_went_while_the_api_was_away_and_forgot_it_is_gone_and_what_is_by_hand_stays(scene: Scene) -> None:
    """Meanwhile what had been copied stays, and probes tell; a watch that is too old (410) begins with a list."""
    by_hand = _WEB.replace("name: web", "name: by-hand")
    scene.node.agents.apply(by_hand)
    scene.kubectl.apply(_WEB.replace("name: web", "name: passing"))
    wait_until(lambda: scene.get("knp", "passing") is not None, "the policy copied", PATIENCE)
    scene.server.kill()
    wait_until(lambda: scene.controllers.ask("readiness")[0] == 503, "not ready", PATIENCE)
    assert scene.get("knp", "passing") is not None
    scene.server.delete("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/passing")
    scene.server.forget_changes()
    scene.server.start()
    wait_until(lambda: scene.get("knp", "passing") is None, "the policy gone", PATIENCE)
    scene.controllers.wait_ready()
    assert scene.get("knp", "by-hand") is not None
    words = scene.controllers.process.words()
    assert '"event": "kubernetes.unreachable"' in words
    assert '"event": "kubernetes.relisted"' in words


def test_an_object_that_cannot_be_copied_is_named_and_stops_nothing(scene: Scene) -> None:
    """One sentence in the log, and a metric."""
    ports = "ports: [{port: 80}]"
    for name, address in (("odd", "office.example"), ("even", "203.0.113.7")):
        spec = f"{{{ports}, externalIPs: [{address}]}}"
        scene.kubectl.apply(f"{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {spec}}}")
    wait_until(lambda: scene.get("service", "even") is not None, "the other service copied", PATIENCE)
    scene.controllers.wait_says("Service(default/odd) spec.externalIPs[0]")
    assert scene.get("service", "odd") is None
    assert scene.controllers.metric('bgpkit_controllers_refused{kind="Service"}') == 1.0


def test_the_role_allows_what_is_asked_of_the_api_and_no_more(scene: Scene) -> None:
    """Verbs, groups and kinds; those kinds that nobody has defined here are asked for all the same."""
    allowed = {
        (verb, group, plural)
        for rule in role_rules()
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for plural in rule["resources"]
    }
    defined = {each for each in allowed if not each[2].endswith("adminnetworkpolicies")}
    wait_until(lambda: defined <= set(scene.server.calls), "all kinds asked for", PATIENCE)
    assert set(scene.server.calls) == defined
