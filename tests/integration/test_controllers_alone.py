"""The controllers over etcd, without an agent: one copy writes, and writes once."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from bgpkit_node.cni.pod_facts import COPYING, pod_key
from bgpkit_node.datastore.schema import PODS
from tests.integration.controllers_process import PATIENCE, ControllersProcess, Kubernetes, revisions
from tests.support.etcd_cluster import EtcdCluster
from tests.support.processes import wait_until

pytestmark = pytest.mark.xdist_group("controllers")

_OBJECTS = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: builder, namespace: default, labels: {team: blue}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec: {clusterIP: 10.96.0.10, clusterIPs: [10.96.0.10], ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: default, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
endpoints: [{addresses: [10.244.0.5], conditions: {ready: true, serving: true, terminating: false}}]
ports: [{name: http, port: 8080, protocol: TCP}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: default}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: default, labels: {role: web}}
spec: {nodeName: k8s-node1, containers: [{name: main, image: none}]}
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: later}
spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, aFieldOfALaterVersion: 1}
"""


def test_a_second_copy_waits_takes_over_and_finds_nothing_to_write(tmp_path: Path) -> None:
    """Objects that cannot be read are no exception. The first one ends at SIGTERM with status 0."""
    with ExitStack() as stack:
        etcd = EtcdCluster(tmp_path)
        stack.callback(etcd.stop)
        where = [f"ETCD_ENDPOINTS={','.join(etcd.endpoints)}"]
        kubernetes = Kubernetes(tmp_path)
        stack.callback(kubernetes.server.close)
        kubernetes.kubectl.apply(_OBJECTS)
        first = ControllersProcess(kubernetes.server, tmp_path, where)
        stack.callback(first.process.stop)
        first.wait_ready()
        assert _written(first) == 5
        assert "ClusterNetworkPolicy(later)" in first.process.words()
        before, pods = revisions(etcd.settings()), revisions(etcd.settings(), PODS)
        assert pods.keys() == {COPYING, pod_key("k8s-node1", "default/web")}
        second = ControllersProcess(kubernetes.server, tmp_path, where)
        stack.callback(second.process.stop)
        second.wait_says('"event": "controllers.waiting"')
        assert second.ask("readiness")[0] == 503
        first.process.stop(20)
        assert first.process.status == 0
        second.wait_ready()
        assert "ClusterNetworkPolicy(later)" in second.process.words()
        kubernetes.kubectl.run("label", "namespace", "default", "project=myproject")
        wait_until(lambda: _written(second) == 1, "the label written", PATIENCE)
        changed = dict(before.items() ^ revisions(etcd.settings()).items())
        assert list(changed) == ["/calico/resources/v3/core/namespaces/default"]
        assert dict(pods.items() ^ revisions(etcd.settings(), PODS).items()).keys() == {COPYING}
        second.process.stop(20)
        assert revisions(etcd.settings(), PODS).keys() == pods.keys() - {COPYING}


def _written(copy: ControllersProcess) -> float:
    kinds = ("Namespace", "ServiceAccount", "Service", "EndpointSlice", "NetworkPolicy")
    return sum(copy.metric(f'bgpkit_controllers_writes_total{{kind="{kind}"}}') for kind in kinds)
