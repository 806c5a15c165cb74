"""All kinds against Calico's own verdicts and schemas, and keys as other programs find them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from bgpkit_node.datastore.port import KeyValue
from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.felix_settings import FelixSettings
from bgpkit_node.resources.ip_pool import IPPool, IPPoolSpec
from bgpkit_node.resources.kind import NAMESPACE
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.node import NODE, Node
from bgpkit_node.resources.output import decode, encode, to_document, to_yaml
from bgpkit_node.resources.part import Part, is_mapping, is_sequence
from bgpkit_node.resources.registry import KINDS, kind_named
from bgpkit_node.resources.workload_endpoint import WORKLOAD_ENDPOINT, WorkloadEndpoint

_DATA = Path(__file__).parents[3] / "data" / "calico"
_FELIX = (_DATA / "felixconfigurations_fields.txt").read_text(encoding="utf-8").split()

# Rows whose verdict is not about the rules of a resource.
_EXCEPTIONS = {
    "resources-0014": "invalid on purpose (peerIP badpeerIP) for a test that never sends it, and marked valid",
    "validation-0226": "a condition on requests of HTTP, which nothing here can enforce",
    "validation-0378": "the name of a policy that Kubernetes made: the store may hold it, and people may not write it",
}
_SCHEMAS = [kind.name for kind in KINDS if kind.word == kind.name and (_DATA / f"crd_{kind.plural}.yaml").exists()]
_ANY_CASE = ("egress", "icmp", "ingress", "ipVersion", "order")
# Rows of a part alone: the kind, and where in its spec the part stands.
_PARTS: dict[str, tuple[str, str]] = {
    "Rule": ("GlobalNetworkPolicy", "ingress egress"),
    "BGPFilterRuleV4": ("BGPFilter", "exportV4 importV4"),
    "BGPFilterRuleV6": ("BGPFilter", "exportV6 importV6"),
    "ProtoPort": ("FelixConfiguration", "failsafeInboundHostPorts failsafeOutboundHostPorts"),
}
# Rows of a part of a rule: the rest of the rule, and where in it the part stands.
_RULE_PARTS: dict[str, tuple[dict[str, object], str]] = {
    "EntityRule": ({}, "source"),
    "ICMPFields": ({"protocol": "ICMP"}, "icmp"),
    "HTTPMatch": ({}, "http"),
}
# Rows of a part of the configuration of controllers: the spec around it.
_OF_CONTROLLERS: dict[str, Callable[[object], dict[str, Any]]] = {
    "NodeControllerConfig": lambda part: {"controllers": {"node": part}},
    "Template": lambda part: {"controllers": {"node": {"hostEndpoint": {"templates": [part]}}}},
}
_LEAST: dict[str, dict[str, object]] = {
    "IPPool": {"cidr": "10.0.0.0/16"},
    "HostEndpoint": {"node": "a", "interfaceName": "*"},
    "CalicoNodeStatus": {"node": "a"},
}


def _rows(name: str) -> list[dict[str, Any]]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line, object_hook=_without_go) for line in lines]


def _without_go(fields: dict[str, Any]) -> Any:
    """Undo how Go's structs were turned into JSON: embedded ones, times, ports, and initials (``bPFLogLevel``).

    So too what Go takes for the same: fields in any case.
    """
    if set(fields) == {"duration"}:
        return {"duration": f"{fields['duration']}ns"}
    if fields and set(fields) <= {"minPort", "maxPort", "portName"}:
        return fields.get("portName") or f"{fields['minPort']}:{fields['maxPort']}"
    fields = {**fields.pop("localObjectReference", {}), **fields}
    names = {name.lower(): name for name in (*_FELIX, *_ANY_CASE)}
    plain: dict[str, Any] = {
        name if name in _FELIX else names.get(name.lower(), name): value for name, value in fields.items()
    }
    timeout = plain.get("timeout")
    return {**plain, "timeout": timeout["duration"]} if is_mapping(timeout) else plain


def _whole(row: dict[str, Any]) -> list[dict[str, object]]:
    """Complete a row to resources: rows of a spec or a part alone have no metadata."""
    kind, value = str(row["type"]), row["value"]
    contents: list[dict[str, Any]]
    if kind == "BGPFilterOperation":
        kind, value = "BGPFilterRuleV4", {"action": "Accept", "operations": [value]}
    if kind in _OF_CONTROLLERS:
        kind, value = "KubeControllersConfigurationSpec", _OF_CONTROLLERS[kind](value)
    if kind in _RULE_PARTS:
        rest, place = _RULE_PARTS[kind]
        kind, value = "Rule", {"action": "Allow", **rest, place: value}
    if kind in _PARTS:
        kind, places = _PARTS[kind]
        parts: list[dict[str, object]] = [{place: [value]} for place in places.split()]
        contents = [{"metadata": {"name": "default"}, "spec": part} for part in parts]
    elif kind.endswith("Spec"):
        contents = [{"metadata": {"name": "default"}, "spec": value}]
    else:
        contents = [value]
    top: dict[str, object] = {"apiVersion": "projectcalico.org/v3", "kind": kind.removesuffix("Spec")}
    return [{**top, **content} for content in contents]


def _is_valid(resource: object) -> bool:
    try:
        load_documents(json.dumps(resource), "row")
    except InvalidResourcesError:
        return False
    return True


@pytest.mark.parametrize("row", _rows("validation.jsonl"), ids=lambda row: row["id"])
def test_the_verdict_on_a_value_is_that_of_calico(row: dict[str, Any]) -> None:
    """Each row of Calico's own validator tests for our kinds, parts wherever they may stand."""
    for whole in _whole(row):
        assert _is_valid(whole) is (row["expect"]["valid"] and row["id"] not in _EXCEPTIONS), row["name"]


@pytest.mark.parametrize("row", _rows("resources.jsonl"), ids=lambda row: row["id"])
def test_the_verdict_on_a_resource_is_that_of_calicoctl(row: dict[str, Any]) -> None:
    """Each whole resource of calicoctl's own tests for our kinds, but for the named exceptions."""
    expected = row["expect"]["valid"] and row["id"] not in _EXCEPTIONS
    assert _is_valid(row["resource"]) is expected, row["name"]


@pytest.mark.parametrize(
    "row", [row for row in _rows("resources.jsonl") if row["expect"]["valid"]], ids=lambda row: row["id"]
)
def test_a_resource_of_calicoctl_is_the_same_after_every_form(row: dict[str, Any]) -> None:
    """As JSON in the datastore and as YAML for people; and nothing that was written is lost."""
    if row["id"] in _EXCEPTIONS:
        return
    (document,) = load_documents(json.dumps(row["resource"]), "row")
    resource = document.resource
    kind = kind_named(resource.kind)
    stored = decode(kind, KeyValue(kind.key(resource.name, resource.namespace), encode(resource), 7))
    assert stored.revision == 7
    assert to_document(stored)["spec"] == to_document(resource)["spec"]
    (again,) = load_documents(to_yaml(to_document(resource)), "row")
    assert again.resource == resource
    spec = to_document(resource).get("spec", {})
    assert is_mapping(spec)
    for field, value in row["resource"]["spec"].items():
        if value:
            assert _without_empty(spec[field]) == _without_empty(value), field


def _without_empty(value: object) -> object:
    """Leave out the mappings that Go writes whether anything is in them or not."""
    if is_sequence(value):
        return [_without_empty(item) for item in value]
    if is_mapping(value):
        return {key: _without_empty(item) for key, item in value.items() if item != {}}
    return value


@pytest.mark.parametrize("name", _SCHEMAS)
def test_every_field_of_the_schema_is_known_and_no_other(name: str) -> None:
    """Names, and which fields are required and have no default, are those of Calico's schema, parts of parts too."""
    kind = kind_named(name)
    schema = _schema(kind.plural)
    spec = next(field for field in msgspec.structs.fields(kind.type) if field.encode_name == "spec")
    _compare(schema["spec"], msgspec.inspect.type_info(spec.type), "spec")
    if "status" in schema and name != "IPPool":
        status = next(field for field in msgspec.structs.fields(kind.type) if field.encode_name == "status")
        _compare(schema["status"], msgspec.inspect.type_info(status.type), "status")


def _schema(plural: str) -> dict[str, Any]:
    crd = yaml.safe_load((_DATA / f"crd_{plural}.yaml").read_text(encoding="utf-8"))
    properties: dict[str, Any] = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    return properties


def _compare(schema: dict[str, Any], kind: msgspec.inspect.Type, place: str) -> None:
    while isinstance(kind, msgspec.inspect.UnionType | msgspec.inspect.Metadata | msgspec.inspect.VarTupleType):
        match kind:
            case msgspec.inspect.UnionType(types=types):
                kind = next(option for option in types if not isinstance(option, msgspec.inspect.NoneType))
            case msgspec.inspect.Metadata(type=inner):
                kind = inner
            case msgspec.inspect.VarTupleType(item_type=item):
                kind, schema = item, schema["items"]
    if not isinstance(kind, msgspec.inspect.StructType):
        assert "properties" not in schema, place
        return
    fields = {field.encode_name: field for field in kind.fields}
    assert set(fields) == set(schema["properties"]), place
    required = {name for name in schema.get("required", []) if "default" not in schema["properties"][name]}
    ours = {name for name, field in fields.items() if field.required}
    assert ours == required if place == "spec" else ours >= required, place
    for name, field in fields.items():
        _compare(schema["properties"][name], field.type, f"{place}.{name}")


def test_every_field_of_felix_is_known_and_no_other() -> None:
    """Its names are too many to be spelled by rule alone without a test."""
    spec = kind_named("FelixConfiguration").type
    names = {field.encode_name for field in msgspec.structs.fields(msgspec.structs.fields(spec)[1].type)}
    assert names == set(_FELIX)


def test_every_setting_of_felix_is_a_field() -> None:
    """What nodes go by can be configured."""
    spec = msgspec.structs.fields(kind_named("FelixConfiguration").type)[1].type
    assert set(FelixSettings.__dataclass_fields__) <= {field.name for field in msgspec.structs.fields(spec)}


@pytest.mark.parametrize("name", _SCHEMAS)
def test_every_member_of_an_enumeration_of_the_schema_is_taken(name: str) -> None:
    """And no other word is."""
    whole = {"apiVersion": "projectcalico.org/v3", "kind": name, "metadata": {"name": "default"}}
    for field, rule in _schema(kind_named(name).plural)["spec"]["properties"].items():
        words = rule.get("enum") or [word for part in rule.get("allOf", [])[:1] for word in part["enum"]]
        for word in words:
            spec = {**_LEAST.get(name, {}), field: word}
            assert _is_valid({**whole, "spec": spec}), (field, word)
            assert not _is_valid({**whole, "spec": {**spec, field: word.lower()}}), (field, word)


def test_the_schemas_have_enumerations() -> None:
    """The test above asks for something."""
    found = [rule for name in _SCHEMAS for rule in _schema(kind_named(name).plural)["spec"]["properties"].values()]
    assert sum("enum" in rule for rule in found) > 5


def test_keys_are_those_of_calico_in_etcd() -> None:
    """The layout that other programs read; what is of Kubernetes stands beside it, by its group."""
    assert NODE.key("k8s-node1") == "/calico/resources/v3/projectcalico.org/nodes/k8s-node1"
    groups: dict[str, set[str]] = {}
    for kind in KINDS:
        if kind.elsewhere is not None:
            continue
        root, group, plural = kind.prefix.rstrip("/").rsplit("/", 2)
        assert root == "/calico/resources/v3"
        groups.setdefault(group, set()).add(plural)
    assert groups == {
        "projectcalico.org": {
            *("nodes", "ippools", "ipreservations", "bgpconfigurations", "bgpfilters", "bgppeers"),
            *("clusterinformations", "felixconfigurations", "hostendpoints", "workloadendpoints", "caliconodestatuses"),
            "kubecontrollersconfigurations",
            *("tiers", "profiles", "networksets", "globalnetworksets", "networkpolicies", "globalnetworkpolicies"),
            *("stagednetworkpolicies", "stagedglobalnetworkpolicies", "stagedkubernetesnetworkpolicies"),
        },
        "core": {"namespaces", "services"},
        "discovery.k8s.io": {"endpointslices"},
        "networking.k8s.io": {"networkpolicies"},
        "policy.networking.k8s.io": {
            *("clusternetworkpolicies", "adminnetworkpolicies", "baselineadminnetworkpolicies"),
        },
    }


def test_a_namespace_stands_between_kind_and_name() -> None:
    """Without one it is default; a kind that has none passes it over."""
    prefix = "/calico/resources/v3/projectcalico.org/workloadendpoints/"
    assert WORKLOAD_ENDPOINT.key("a", "kube-system") == f"{prefix}kube-system/a"
    assert WORKLOAD_ENDPOINT.key("a") == f"{prefix}default/a"
    assert NODE.key("a", "kube-system") == NODE.key("a")


def test_a_resource_tells_its_kind_and_name() -> None:
    """As messages write it; one that comes from no store has revision 0."""
    pool = IPPool(metadata=Metadata(name="a"), spec=IPPoolSpec(cidr="10.0.0.0/16"))
    assert (str(pool), pool.qualified_name) == ("IPPool(a)", "a")
    assert pool.revision == 0
    endpoint = WorkloadEndpoint(metadata=Metadata(name="a", namespace="kube-system"))
    assert (str(endpoint), endpoint.qualified_name) == ("WorkloadEndpoint(kube-system/a)", "kube-system/a")
    assert NAMESPACE.cell(endpoint, 0) == "kube-system"


def test_kinds_without_rules_across_stand_alone() -> None:
    """Many nodes write endpoints of pods at once, and none is in the way of another; a node's address is unique."""
    assert WORKLOAD_ENDPOINT.stands_alone
    assert not NODE.stands_alone
    assert issubclass(Node, Part)
