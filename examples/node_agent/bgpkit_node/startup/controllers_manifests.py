"""The Kubernetes manifests of the controllers: one pod that reads the API, with a role for just that."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from bgpkit_node.kubernetes.kinds import role_rules
from bgpkit_node.paths import CONTROLLERS_HEALTH_ADDRESS
from bgpkit_node.startup.probe import probe

Document: TypeAlias = dict[str, Any]

CONTROLLERS: Final = "bgpkit-controllers"
_RBAC: Final = "rbac.authorization.k8s.io"
_LABELS: Final = {"k8s-app": CONTROLLERS}


def controllers_documents(
    namespace: str, image: Document, environment: Sequence[Document], secrets: Document, mount: Document
) -> tuple[Document, ...]:
    """Return ServiceAccount, ClusterRole, ClusterRoleBinding and Deployment.

    ``image`` says what the container is made of, ``environment`` where the datastore is; ``secrets`` is the volume with
    what is shown to it, ``mount`` where.
    """
    placed = {"name": CONTROLLERS, "namespace": namespace}
    everywhere = {"name": CONTROLLERS}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": placed}
    role = {"apiVersion": f"{_RBAC}/v1", "kind": "ClusterRole", "metadata": everywhere, "rules": role_rules()}
    binding = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": everywhere,
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": CONTROLLERS},
        "subjects": [{"kind": "ServiceAccount", **placed}],
    }
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": placed,
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": _LABELS},
            "strategy": {"type": "Recreate"},
            "template": {
                "metadata": {"labels": _LABELS},
                "spec": _pod(image, environment, secrets, mount),
            },
        },
    }
    return account, role, binding, deployment


def _pod(image: Document, environment: Sequence[Document], secrets: Document, mount: Document) -> Document:
    container = {
        "name": CONTROLLERS,
        **image,
        "command": ["bgpkit-node", "controllers"],
        "env": list(environment),
        "livenessProbe": probe(CONTROLLERS_HEALTH_ADDRESS, "/liveness", initialDelaySeconds=10, failureThreshold=6),
        "readinessProbe": probe(CONTROLLERS_HEALTH_ADDRESS, "/readiness"),
        "volumeMounts": [mount],
    }
    return {
        "nodeSelector": {"kubernetes.io/os": "linux"},
        # It comes before the pods' network does.
        "hostNetwork": True,
        "tolerations": [
            {"key": "CriticalAddonsOnly", "operator": "Exists"},
            {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"},
            {"key": "node-role.kubernetes.io/master", "effect": "NoSchedule"},
            {"key": "node.kubernetes.io/not-ready", "operator": "Exists"},
        ],
        "serviceAccountName": CONTROLLERS,
        "priorityClassName": "system-cluster-critical",
        "containers": [container],
        "volumes": [secrets],
    }
