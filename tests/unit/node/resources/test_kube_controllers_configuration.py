"""KubeControllersConfiguration: what it refuses, by field, and that nothing here acts on it."""

import json
from typing import Any

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.kube_controllers_configuration import KUBE_CONTROLLERS_CONFIGURATION as KIND
from bgpkit_node.resources.kube_controllers_configuration import KubeControllersConfiguration


def _loaded(spec: dict[str, Any]) -> KubeControllersConfiguration:
    head = {"apiVersion": "projectcalico.org/v3", "kind": KIND.name, "metadata": {"name": "default"}}
    (document,) = load_documents(json.dumps({**head, "spec": spec}), "f")
    assert isinstance(document.resource, KubeControllersConfiguration)
    return document.resource


def _node(**fields: object) -> dict[str, Any]:
    return {"controllers": {"node": fields}}


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"logSeverityScreen": "Loud"}, "spec.logSeverityScreen"),
        ({"etcdV3CompactionPeriod": "often"}, "spec.etcdV3CompactionPeriod"),
        ({"prometheusMetricsPort": 65536}, "spec.prometheusMetricsPort"),
        ({"controllers": {"policy": {"reconcilerPeriod": "5"}}}, "spec.controllers.policy.reconcilerPeriod"),
        ({"controllers": {"loadBalancer": {"assignIPs": "None"}}}, "spec.controllers.loadBalancer.assignIPs"),
        (_node(leakGracePeriod="x"), "spec.controllers.node.leakGracePeriod"),
        (_node(syncLabels="yes"), "spec.controllers.node.syncLabels"),
        (
            _node(hostEndpoint={"templates": [{"labels": {"a b": "c"}}]}),
            "spec.controllers.node.hostEndpoint.templates[0].labels",
        ),
    ],
)
def test_a_wrong_value_is_refused_by_field(spec: dict[str, Any], field: str) -> None:
    """One fault each."""
    with pytest.raises(InvalidResourcesError) as caught:
        _loaded(spec)
    (error,) = caught.value.errors
    assert error.field == field


def test_it_is_said_that_nothing_acts_on_it() -> None:
    """Whatever it holds; a severity may be in any case."""
    (told,) = KIND.warn(_loaded({"logSeverityScreen": "debug", "controllers": {"namespace": {}}}))
    assert told.startswith("KubeControllersConfiguration(default) is kept for Calico's controllers: ")
