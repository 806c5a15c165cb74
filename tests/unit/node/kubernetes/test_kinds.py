"""The role that reading takes, beside that of Calico's controllers."""

from typing import Any

import yaml

from bgpkit_node.kubernetes import WATCHED, role_rules
from tests.support.sources import PROJECT


def _granted(rules: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {
        (group, plural, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for plural in rule["resources"]
        for verb in rule["verbs"]
    }


def test_the_role_is_to_list_and_to_watch_each_kind() -> None:
    """Nothing of Kubernetes is ever written."""
    assert _granted(role_rules()) == {(kind.group, kind.plural, verb) for kind in WATCHED for verb in ("list", "watch")}


def test_calicos_controllers_may_read_what_ours_read_of_its_kinds() -> None:
    """In the core and in networking.k8s.io; the others are its nodes' to read."""
    text = (PROJECT / "tests" / "data" / "calico" / "manifest_calico-etcd.yaml").read_text(encoding="utf-8")
    documents = [each for each in yaml.safe_load_all(text) if each and each["kind"] == "ClusterRole"]
    (role,) = (each for each in documents if each["metadata"]["name"] == "calico-kube-controllers")
    ours = {each for each in _granted(role_rules()) if each[0] in {"", "networking.k8s.io"}}
    assert ours <= _granted(role["rules"])


def test_paths_are_those_of_the_api() -> None:
    """The core has a root of its own. Kubernetes API Concepts, resource URIs."""
    paths = {kind.title: kind.path for kind in WATCHED}
    assert paths["Node"] == "/api/v1/nodes"
    assert paths["EndpointSlice"] == "/apis/discovery.k8s.io/v1/endpointslices"
