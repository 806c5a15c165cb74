"""Writing resources: for people as YAML or JSON, for the datastore as JSON; Calico's names and order."""

import json
from collections.abc import Sequence
from typing import Final

import msgspec
import yaml

from bgpkit_node.datastore.port import KeyValue
from bgpkit_node.errors import ResourceError
from bgpkit_node.resources.elsewhere import Elsewhere
from bgpkit_node.resources.kind import R, Resource, ResourceKind
from bgpkit_node.resources.part import is_mapping, to_plain

_TEXT_TAG: Final = "tag:yaml.org,2002:str"


def to_document(resource: Resource) -> dict[str, object]:
    """Turn a resource into plain values in the order kind, apiVersion, metadata, spec, status."""
    return {"kind": resource.word or resource.kind, "apiVersion": resource.api_version, **to_plain(resource)}


def list_document(kind: ResourceKind[R], resources: Sequence[R], revision: int) -> dict[str, object]:
    """Turn resources of one kind into a list document, as ``kind: NodeList``, with the ``revision`` of the store."""
    return {
        "kind": f"{kind.word}List",
        "apiVersion": kind.api_version,
        "metadata": {"resourceVersion": str(revision)},
        "items": [to_document(resource) for resource in resources],
    }


def to_yaml(document: dict[str, object] | list[dict[str, object]]) -> str:
    """Write a document, or several as a list, as YAML: keys sorted, texts like something else in double quotes."""
    return yaml.dump(document, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, width=1 << 20)


def to_json(document: dict[str, object] | list[dict[str, object]]) -> str:
    """Write a document, or several as one list, as JSON, indented by two."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def encode(resource: Resource, elsewhere: Elsewhere | None = None) -> bytes:
    """Write a resource as the datastore keeps it: JSON without resourceVersion, or as it is kept ``elsewhere``."""
    if elsewhere is not None:
        spec = to_plain(resource).get("spec")
        return elsewhere.pack(spec if is_mapping(spec) else {})
    metadata = msgspec.structs.replace(resource.metadata, name=resource.kept_name, resource_version="")
    return msgspec.json.encode({**to_document(resource), "metadata": to_plain(metadata)})


def decode(kind: ResourceKind[R], stored: KeyValue) -> R:
    """Read a resource that the datastore keeps; its resourceVersion is the revision.

    Fields that this version does not know are passed over. Raises ResourceError naming the key.
    """
    try:
        octets = stored.value if kind.elsewhere is None else kind.elsewhere.unpack(stored.value)
        resource = msgspec.json.decode(octets, type=kind.type).kept_as(stored.key.rpartition("/")[2])
        faults = list(kind.check(resource))
    except msgspec.MsgspecError as error:
        raise ResourceError(f"holds no readable {kind.name}: {error}", source=stored.key) from error
    if faults:
        raise ResourceError(faults[0].text, kind=kind.name, field=faults[0].field, source=stored.key)
    metadata = msgspec.structs.replace(resource.metadata, resource_version=str(stored.revision))
    return msgspec.structs.replace(resource, metadata=metadata)


class _Dumper(yaml.SafeDumper):
    """Writes a text that YAML would take for something else in double quotes."""


def _represent_text(_dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    try:
        plain = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        plain = None
    other = isinstance(plain, yaml.ScalarNode) and plain.tag != _TEXT_TAG
    return yaml.ScalarNode(_TEXT_TAG, text, style='"' if other or not text else None)


_Dumper.add_representer(str, _represent_text)
