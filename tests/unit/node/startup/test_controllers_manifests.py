"""The manifests of the controllers, beside Calico's own."""

from typing import Any

import pytest
import yaml

from bgpkit_node.datastore.etcd.credentials import Credentials
from bgpkit_node.kubernetes import role_rules
from bgpkit_node.startup.manifests import Installation, to_text
from tests.support.sources import PROJECT


def _documents(text: str) -> dict[str, Any]:
    return {f"{each['kind']} {each['metadata']['name']}": each for each in yaml.safe_load_all(text) if each}


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    """Return what is printed."""
    return _documents(to_text(Installation(endpoints=("http://e:2379",), credentials=Credentials(), image="x")))


def test_the_deployment_is_as_calicos(ours: dict[str, Any]) -> None:
    """One pod, on the host's network, never two at a time; it knows etcd by the same variables and files."""
    text = (PROJECT / "tests" / "data" / "calico" / "manifest_calico-etcd.yaml").read_text(encoding="utf-8")
    theirs = _documents(text)["Deployment calico-kube-controllers"]["spec"]
    spec = ours["Deployment bgpkit-controllers"]["spec"]
    assert {key: spec[key] for key in ("replicas", "strategy")} == {
        key: theirs[key] for key in ("replicas", "strategy")
    }
    pod, their_pod = spec["template"]["spec"], theirs["template"]["spec"]
    same = ("nodeSelector", "hostNetwork", "priorityClassName")
    assert {key: pod[key] for key in same} == {key: their_pod[key] for key in same}
    assert [each for each in their_pod["tolerations"] if each not in pod["tolerations"]] == []
    (container,), (their_container,) = pod["containers"], their_pod["containers"]
    etcd = [each for each in their_container["env"] if each["name"].startswith("ETCD_")]
    assert sorted(container["env"], key=str) == sorted(etcd, key=str)
    assert container["volumeMounts"] == their_container["volumeMounts"]
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]


def test_the_account_of_the_pod_has_the_role_and_the_role_is_to_read(ours: dict[str, Any]) -> None:
    """Each document refers to the others by their names."""
    pod = ours["Deployment bgpkit-controllers"]["spec"]["template"]["spec"]
    binding, role = ours["ClusterRoleBinding bgpkit-controllers"], ours["ClusterRole bgpkit-controllers"]
    account = ours[f"ServiceAccount {pod['serviceAccountName']}"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", **account["metadata"]}]
    assert (binding["roleRef"]["kind"], binding["roleRef"]["name"]) == ("ClusterRole", role["metadata"]["name"])
    assert role["rules"] == role_rules()
