"""All kinds against Calico's own verdicts and schemas, and keys as other programs find them."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.ip_pool import IPPool, IPPoolSpec
from bgpkit_node.resources.kind import ResourceKind
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.node import NODE
from bgpkit_node.resources.registry import KINDS, kind_named

_DATA = Path(__file__).parents[3] / "data" / "calico"

# Rows whose verdict is not about the rules of a resource.
_EXCEPTIONS = {
    "resources-0014": "invalid on purpose (peerIP badpeerIP) for a test that never sends it, and marked valid",
}


def _rows(name: str) -> list[dict[str, Any]]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line, object_hook=_without_go) for line in lines]


def _without_go(fields: dict[str, Any]) -> dict[str, Any]:
    """Undo how Go's embedded struct was turned into JSON: localObjectReference stands for its fields."""
    return {**fields.pop("localObjectReference", {}), **fields}


def _whole(row: dict[str, Any]) -> dict[str, object]:
    """Complete a row to a resource: rows of a spec alone have no metadata."""
    kind = str(row["type"])
    value: dict[str, object] = row["value"]
    content = {"metadata": {"name": "default"}, "spec": value} if kind.endswith("Spec") else value
    return {"apiVersion": "projectcalico.org/v3", "kind": kind.removesuffix("Spec"), **content}


def _is_valid(resource: object) -> bool:
    try:
        load_documents(json.dumps(resource), "row")
    except InvalidResourcesError:
        return False
    return True


@pytest.mark.parametrize("row", _rows("validation.jsonl"), ids=lambda row: row["id"])
def test_the_verdict_on_a_value_is_that_of_calico(row: dict[str, Any]) -> None:
    """Each row of Calico's own validator tests for our kinds."""
    assert _is_valid(_whole(row)) is row["expect"]["valid"], row["name"]


@pytest.mark.parametrize("row", _rows("resources.jsonl"), ids=lambda row: row["id"])
def test_the_verdict_on_a_resource_is_that_of_calicoctl(row: dict[str, Any]) -> None:
    """Each whole resource of calicoctl's own tests for our kinds, but for the named exceptions."""
    expected = row["expect"]["valid"] and row["id"] not in _EXCEPTIONS
    assert _is_valid(row["resource"]) is expected, row["name"]


@pytest.mark.parametrize("name", ["IPPool", "BGPPeer", "BGPConfiguration"])
def test_every_field_of_the_schema_is_known_and_no_other(name: str) -> None:
    """Names, and which fields are required, are those of Calico's schema."""
    kind = kind_named(name)
    crd = yaml.safe_load((_DATA / f"crd_{kind.plural}.yaml").read_text(encoding="utf-8"))
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    spec = next(field for field in msgspec.structs.fields(kind.type) if field.encode_name == "spec")
    fields = {field.encode_name: field for field in msgspec.structs.fields(spec.type)}
    assert set(fields) == set(schema["properties"])
    assert {name for name, field in fields.items() if field.required} == set(schema.get("required", []))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_member_of_an_enumeration_of_the_schema_is_taken(kind: ResourceKind[Any]) -> None:
    """And no other word is."""
    path = _DATA / f"crd_{kind.plural}.yaml"
    if kind is NODE:
        return
    crd = yaml.safe_load(path.read_text(encoding="utf-8"))
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    spec = {"cidr": "10.0.0.0/16"} if kind.name == "IPPool" else {}
    whole = {"apiVersion": "projectcalico.org/v3", "kind": kind.name, "metadata": {"name": "default"}}
    seen = 0
    for field, rule in schema.items():
        words = rule.get("enum") or [word for part in rule.get("allOf", [])[:1] for word in part["enum"]]
        for word in words:
            seen += 1
            assert _is_valid({**whole, "spec": {**spec, field: word}}), (field, word)
            assert not _is_valid({**whole, "spec": {**spec, field: word.lower()}}), (field, word)
    assert seen


def test_keys_are_those_of_calico_in_etcd() -> None:
    """The layout that other programs read."""
    assert NODE.key("k8s-node1") == "/calico/resources/v3/projectcalico.org/nodes/k8s-node1"
    assert [kind.prefix.split("/")[-2] for kind in KINDS] == ["nodes", "ippools", "bgpconfigurations", "bgppeers"]


def test_a_resource_tells_its_kind_and_name() -> None:
    """As messages write it; one that comes from no store has revision 0."""
    pool = IPPool(metadata=Metadata(name="a"), spec=IPPoolSpec(cidr="10.0.0.0/16"))
    assert str(pool) == "IPPool(a)"
    assert pool.revision == 0
