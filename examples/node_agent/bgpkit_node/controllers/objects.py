"""Objects of the API of Kubernetes, read as what is kept of them; what cannot be read says why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from bgpkit_node.errors import ResourceError
from bgpkit_node.kubernetes import ApiObject, WatchedKind
from bgpkit_node.resources import Metadata
from bgpkit_node.resources.kind import R, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import is_mapping, is_sequence, to_plain

UID: Final = "bgpkit-node/kubernetes-uid"
"""Annotation of all that the controllers made, with the uid of the object that it was made of."""
_ABOUT: Final = frozenset({"kind", "apiVersion", "metadata"})


@dataclass(frozen=True, slots=True)
class Unusable:
    """An object that cannot be read: the ``error`` names it, ``value`` is what the datastore may keep of it."""

    error: ResourceError
    value: bytes


class _Told(msgspec.Struct):
    """What an object tells of itself, as far as it is of use; what it does not tell is empty."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    labels: dict[str, str] | None = None


def metadata_of(found: ApiObject) -> Metadata:
    """Return the metadata with which a resource is made of an object: its labels, and whose it is."""
    told = _told(found)
    return Metadata(
        name=told.name, namespace=told.namespace, labels=dict(told.labels or {}), annotations={UID: told.uid}
    )


def name_of(found: ApiObject) -> str:
    """Return the name of an object, unique in its kind: behind the namespace and a slash if it has one."""
    told = _told(found)
    return f"{told.namespace}/{told.name}" if told.namespace else told.name


def check_named(kind: WatchedKind, found: ApiObject) -> None:
    """Raise ResourceError when Kubernetes gives no object of ``kind`` such a name: a key cannot be made of any text."""
    told = _told(found)
    for fault in check_metadata(Metadata(name=told.name, namespace=told.namespace), namespaced=kind.namespaced):
        raise ResourceError(fault.text, kind=f"{kind.title}({name_of(found)})", field=fault.field)


def _told(found: ApiObject) -> _Told:
    try:
        return msgspec.convert(found.get("metadata"), type=_Told)
    except msgspec.ValidationError:
        return _Told()


def resource_of(kind: ResourceKind[R], found: ApiObject, *, without: Collection[str] = ()) -> R:
    """Return the resource that an object is, ``without`` some of its fields. ResourceError names it and the fault.

    Fields that this version does not know are treated as where the datastore is read: refused in policies.
    """
    rest = {field: value for field, value in found.items() if field not in _ABOUT and field not in without}
    try:
        resource = msgspec.convert({"metadata": {"name": "unread"}, **without_nulls(rest)}, type=kind.type)
        resource = msgspec.structs.replace(resource, metadata=metadata_of(found))
    except ValueError as error:
        raise ResourceError(str(error), kind=f"{kind.word}({name_of(found)})") from error
    for fault in kind.check(resource):
        raise ResourceError(fault.text, kind=f"{kind.word}({name_of(found)})", field=fault.field)
    return resource


def without_nulls(found: Mapping[str, object]) -> dict[str, object]:
    """Return plain values without fields that are null, which is how Go writes a list or a map that has nothing."""
    return {key: _plain(value) for key, value in found.items() if value is not None}


def _plain(value: object) -> object:
    if is_mapping(value):
        return without_nulls(value)
    return [_plain(each) for each in value] if is_sequence(value) else value


def as_it_is(kind: ResourceKind[R], found: ApiObject, *, without: Collection[str] = ()) -> bytes:
    """Return an object that cannot be read as the datastore keeps it, for who can."""
    rest = {field: value for field, value in found.items() if field not in _ABOUT and field not in without}
    head = {"kind": kind.word, "apiVersion": kind.api_version, "metadata": to_plain(metadata_of(found))}
    return msgspec.json.encode({**head, **rest}, order="deterministic")


def is_made_here(metadata: Metadata) -> bool:
    """Tell whether the controllers made the resource with ``metadata``."""
    return UID in metadata.annotations
