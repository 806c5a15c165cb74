"""Writing resources: for people as YAML or JSON, for the datastore as JSON; Calico's names and order."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import yaml

from bgpkit_node.datastore.port import KeyValue
from bgpkit_node.errors import ResourceError
from bgpkit_node.resources.elsewhere import Elsewhere
from bgpkit_node.resources.kind import R, Resource, ResourceKind
from bgpkit_node.resources.part import is_mapping, to_plain
from bgpkit_node.resources.unknown_fields import holds_unknown, with_unknown
from bgpkit_node.resources.yaml_lines import EXPONENT

_TEXT_TAG: Final = "tag:yaml.org,2002:str"


def to_document(resource: Resource, unknown: Mapping[str, object] | None = None) -> dict[str, object]:
    """Turn a resource into plain values in the order kind, apiVersion, metadata, spec, status.

    With ``unknown``, as :func:`unknown_in` gives it, it has the fields that this version does not know, too.
    """
    plain = {"kind": resource.word or resource.kind, "apiVersion": resource.api_version, **to_plain(resource)}
    return with_unknown(type(resource), plain, unknown) if unknown else plain


def list_document(kind: ResourceKind[R], items: Sequence[dict[str, object]], revision: int) -> dict[str, object]:
    """Put documents of one kind into a list document, as ``kind: NodeList``, with the ``revision`` of the store."""
    return {
        "kind": f"{kind.word}List",
        "apiVersion": kind.api_version,
        "metadata": {"resourceVersion": str(revision)},
        "items": list(items),
    }


def to_yaml(document: dict[str, object] | list[dict[str, object]]) -> str:
    """Write a document, or several as a list, as YAML: keys sorted, texts like something else in double quotes."""
    return yaml.dump(document, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, width=1 << 20)


def to_json(document: dict[str, object] | list[dict[str, object]]) -> str:
    """Write a document, or several as one list, as JSON, indented by two."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def encode(
    resource: Resource, elsewhere: Elsewhere | None = None, unknown: Mapping[str, object] | None = None
) -> bytes:
    """Write a resource as the datastore keeps it: JSON without resourceVersion, or as it is kept ``elsewhere``.

    With ``unknown``, as :func:`unknown_in` gives it of the value that is replaced, no field of that is lost.
    """
    metadata = msgspec.structs.replace(resource.metadata, name=resource.kept_name, resource_version="")
    document = {**to_document(resource), "metadata": to_plain(metadata)}
    if unknown:
        document = with_unknown(type(resource), document, unknown)
    if elsewhere is not None:
        spec = document.get("spec")
        return elsewhere.pack(spec if is_mapping(spec) else {})
    return msgspec.json.encode(document)


def unknown_in(kind: ResourceKind[Any], stored: KeyValue) -> Mapping[str, object] | None:
    """Return a document that the datastore keeps when this version does not know all of its fields, else None.

    None, too, for what is no readable document.
    """
    try:
        octets = stored.value if kind.elsewhere is None else kind.elsewhere.unpack(stored.value)
        document = msgspec.json.decode(octets)
        msgspec.convert(document, kind.type)
    except msgspec.MsgspecError:
        return None
    return document if is_mapping(document) and holds_unknown(kind.type, document) else None


def decode(kind: ResourceKind[R], stored: KeyValue) -> R:
    """Read a resource that the datastore keeps; its resourceVersion is the revision.

    Fields that this version does not know are passed over: :func:`unknown_in` finds them. Raises ResourceError naming
    the key, also for a value that gives itself another kind or name than its key does.
    """
    try:
        octets = stored.value if kind.elsewhere is None else kind.elsewhere.unpack(stored.value)
        resource = msgspec.json.decode(octets, type=kind.type).kept_as(stored.key.rpartition("/")[2])
        stranger = _stranger(kind, resource, stored.key, octets)
        faults = list(kind.check(resource))
    except msgspec.MsgspecError as error:
        raise ResourceError(f"holds no readable {kind.name}: {error}", source=stored.key) from error
    if faults:
        raise ResourceError(faults[0].text, kind=kind.name, field=faults[0].field, source=stored.key)
    if stranger:
        raise ResourceError(f"holds no {kind.name} of its name, but {stranger}", source=stored.key)
    metadata = msgspec.structs.replace(resource.metadata, resource_version=str(stored.revision))
    return msgspec.structs.replace(resource, metadata=metadata)


class _Named(msgspec.Struct, frozen=True):
    kind: str = ""


def _stranger(kind: ResourceKind[R], resource: R, key: str, octets: bytes) -> str:
    """Return what a value calls itself, if that is not what its ``key`` says; else nothing."""
    word = msgspec.json.decode(octets, type=_Named).kind
    if word not in {"", kind.word, kind.name} or kind.key_of(resource) != key:
        return f"{word or kind.word}({resource.qualified_name})"
    return ""


class _Dumper(yaml.SafeDumper):
    """Writes a text that YAML would take for something else in double quotes."""


def _represent_text(_dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    try:
        plain = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        plain = None
    other = (isinstance(plain, yaml.ScalarNode) and plain.tag != _TEXT_TAG) or EXPONENT.fullmatch(text)
    return yaml.ScalarNode(_TEXT_TAG, text, style='"' if other or not text else None)


_Dumper.add_representer(str, _represent_text)
