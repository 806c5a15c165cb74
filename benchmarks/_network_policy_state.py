"""Clusters to measure network policies with: endpoints in 50 namespaces, and policies between them."""

from ipaddress import IPv4Address
from typing import Final

from bgpkit_node.policy import PolicyState
from bgpkit_node.policy.conversion import profile_of_namespace
from bgpkit_node.policy.from_kubernetes import policy_of_kubernetes
from bgpkit_node.policy.model import Endpoint, NamedPort, Policy
from bgpkit_node.policy.system_labels import labels_of_pod
from bgpkit_node.resources import KubernetesNetworkPolicy, load_documents

NODE: Final = "n1"
_NAMESPACES: Final = 50
_APPS: Final = 20
_BEYOND: Final = 1000 * _NAMESPACES * _APPS
_FIRST: Final = int(IPv4Address("10.0.0.1"))


def endpoint(number: int, *, local: bool, app: str = "") -> Endpoint:
    """Return the pod with a number; its namespace and its labels follow from it."""
    namespace = f"ns{number % _NAMESPACES}"
    own = {"app": app or f"a{number // _NAMESPACES % _APPS}", "tier": "web" if number % 3 else "db"}
    return Endpoint(
        key=f"{namespace}/p{number}",
        node=NODE if local else f"m{number % 200}",
        labels=labels_of_pod(own, namespace, {"team": f"t{number % 5}"}),
        addresses=(IPv4Address(_FIRST + number),),
        ports=(NamedPort("http", 6, 8080),),
        profiles=(f"kns.{namespace}",),
        interface=f"cali{number}",
        local=local,
    )


def policy(number: int, *, port: int = 80) -> Policy:
    """Return a policy for one application of a namespace: two kinds of peers, a port by number and one by name."""
    app = number // _NAMESPACES
    text = f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p{number}, namespace: ns{number % _NAMESPACES}}}
spec:
  podSelector: {{matchLabels: {{app: a{app % _APPS}}}}}
  ingress:
  - from:
    - podSelector: {{matchLabels: {{app: a{(app + 1) % _APPS}}}}}
    - namespaceSelector: {{matchLabels: {{team: t{number % 5}}}}}
      podSelector: {{matchLabels: {{tier: web}}}}
    ports: [{{port: {port}}}, {{port: http}}]
"""
    (document,) = load_documents(text, "benchmark")
    assert isinstance(document.resource, KubernetesNetworkPolicy)
    return policy_of_kubernetes(document.resource)


def for_pod(number: int) -> int:
    """Return the number of a policy, none of :func:`state`, that is for the pod with a number."""
    return _BEYOND + number


def state(endpoints: int, policies: int, local: int) -> PolicyState:
    """Return a cluster of which ``local`` endpoints are on the node that is measured."""
    members = [endpoint(number, local=number < local) for number in range(endpoints)]
    chosen = [policy(number) for number in range(policies)]
    return PolicyState(
        endpoints={each.key: each for each in members},
        policies={each.id: each for each in chosen},
        profiles={f"kns.ns{number}": profile_of_namespace(f"ns{number}", {}) for number in range(_NAMESPACES)},
        nodes={NODE: frozenset({IPv4Address("192.0.2.1")})},
    )
