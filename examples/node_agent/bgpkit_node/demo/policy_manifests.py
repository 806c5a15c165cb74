"""The policies that the demonstration applies, as an operator would write them."""

from typing import Final

NAMESPACES: Final = """\
apiVersion: v1
kind: Namespace
metadata: {name: default}
---
apiVersion: v1
kind: Namespace
metadata: {name: kube-system}
---
apiVersion: v1
kind: Namespace
metadata: {name: elsewhere}
---
apiVersion: v1
kind: Namespace
metadata: {name: myproject, labels: {project: myproject}}
"""

EXAMPLE: Final = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: test-network-policy, namespace: default}
spec:
  podSelector: {matchLabels: {role: db}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}
    - namespaceSelector: {matchLabels: {project: myproject}}
    - podSelector: {matchLabels: {role: frontend}}
    ports: [{protocol: TCP, port: 6379}]
  egress:
  - to: [{ipBlock: {cidr: 10.0.0.0/24}}]
    ports: [{protocol: TCP, port: 5978}]
"""

EITHER: Final = """\
    - namespaceSelector: {matchLabels: {project: default}}
    - podSelector: {matchLabels: {run: client1}}"""
BOTH: Final = """\
    - namespaceSelector: {matchLabels: {project: default}}
      podSelector: {matchLabels: {run: client1}}"""


def access(items: str, label: str = "app") -> str:
    """Return the policy for pods with the ``label`` nginx that lets ``items`` reach TCP port 80."""
    return f"""\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: access-nginx, namespace: default}}
spec:
  podSelector: {{matchLabels: {{{label}: nginx}}}}
  ingress:
  - from:
{items}
    ports: [{{protocol: TCP, port: 80}}]
"""


BOTH_WAYS: Final = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: isolate, namespace: default}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {}}]}]
  egress: [{to: [{podSelector: {}}]}]
"""

ONE_WAY: Final = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: isolate, namespace: default}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {}}]}]
"""
