"""Labels that the system gives to endpoints and network sets, so that one selector can speak of all that counts."""

from collections.abc import Mapping
from typing import Final

from bgpkit_node.resources import NAME_LABEL

NAMESPACE: Final = "projectcalico.org/namespace"
ORCHESTRATOR: Final = "projectcalico.org/orchestrator"
SERVICE_ACCOUNT: Final = "projectcalico.org/serviceaccount"
KUBERNETES: Final = "k8s"
OF_NAMESPACE: Final = "pcns."
"""Before the labels of the namespace."""
OF_ACCOUNT: Final = "pcsa."
"""Before the labels of the service account."""

_RESERVED: Final = ("projectcalico.org/", OF_NAMESPACE, OF_ACCOUNT)
_NAME: Final = "projectcalico.org/name"


def labels_of_pod(
    own: Mapping[str, str],
    namespace: str,
    namespace_labels: Mapping[str, str],
    *,
    service_account: str = "",
    orchestrator: str = KUBERNETES,
) -> tuple[tuple[str, str], ...]:
    """Return all that selectors see of a pod, sorted; labels of its own cannot pass for those of the system."""
    labels = dict(labels_in_namespace(own, namespace, namespace_labels))
    labels[ORCHESTRATOR] = orchestrator
    if service_account:
        labels |= {SERVICE_ACCOUNT: service_account, f"{OF_ACCOUNT}{_NAME}": service_account}
    return tuple(sorted(labels.items()))


def labels_in_namespace(
    own: Mapping[str, str], namespace: str, namespace_labels: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Return all that selectors see of something in a namespace, sorted."""
    labels = {key: value for key, value in own.items() if not key.startswith(_RESERVED)}
    inherited = {**namespace_labels, NAME_LABEL: namespace, _NAME: namespace}
    labels[NAMESPACE] = namespace
    labels |= {f"{OF_NAMESPACE}{key}": value for key, value in inherited.items()}
    return tuple(sorted(labels.items()))
