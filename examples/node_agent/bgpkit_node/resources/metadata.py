"""The metadata every resource carries: name, labels, annotations, and what the store adds."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.part import Part

_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_KEY: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_NAMESPACE: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST_NAME: Final = 253
_LONGEST_NAMESPACE: Final = 63
_LONGEST_KEY: Final = 63


class OwnerReference(Part, frozen=True, kw_only=True):
    """Whom a resource belongs to; carried, not interpreted."""

    api_version: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class Metadata(Part, frozen=True, kw_only=True):
    """Metadata of a resource; times are RFC 3339 texts, ``resource_version`` is the revision as a text.

    ``managed_fields`` are taken from documents and passed over.
    """

    name: str
    generate_name: str = ""
    namespace: str = ""
    self_link: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    deletion_grace_period_seconds: int | None = None
    labels: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    annotations: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    owner_references: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()
    managed_fields: Any = None


def check_metadata(metadata: Metadata, *, namespaced: bool = False, longest: int = _LONGEST_NAME) -> Iterator[Fault]:
    """Yield what is wrong with names, labels and annotations (the rules of Kubernetes).

    The name has ``longest`` characters at most.
    """
    yield from check_name("metadata.name", metadata.name, longest)
    yield from _check_namespace(metadata.namespace, namespaced=namespaced)
    if metadata.resource_version and not metadata.resource_version.isdecimal():
        yield Fault("metadata.resourceVersion", f"{metadata.resource_version!r} is not a revision")
    for key, value in metadata.labels.items():
        yield from check_label(key, value)
    yield from check_annotations("metadata.annotations", metadata.annotations)


def check_name(field: str, name: str, longest: int = _LONGEST_NAME) -> Iterator[Fault]:
    """Yield what is wrong with the name of a resource in ``field``."""
    if len(name) > longest:
        yield Fault(field, f"{name!r} is not a name: it has {len(name)} characters, more than {longest}")
    elif not _NAME.fullmatch(name):
        text = f"{name!r} is not a name: use a-z, 0-9, - and ., beginning and ending with a letter or digit"
        yield Fault(field, text)


def check_annotations(field: str, annotations: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what is wrong with the keys of annotations in ``field``."""
    for key in annotations:
        if not is_label_key(key.lower()):
            yield Fault(field, f"{key!r} is not the key of an annotation")


def _check_namespace(namespace: str, *, namespaced: bool) -> Iterator[Fault]:
    if not namespaced and namespace:
        yield Fault("metadata.namespace", "must be left out: this kind belongs to no namespace")
    elif namespaced and not namespace:
        yield Fault("metadata.namespace", "is required: this kind belongs to a namespace")
    elif namespaced:
        yield from check_namespace_name("metadata.namespace", namespace)


def check_namespace_name(field: str, name: str) -> Iterator[Fault]:
    """Yield what is wrong with the name of a namespace in ``field``."""
    if len(name) > _LONGEST_NAMESPACE or not _NAMESPACE.fullmatch(name):
        text = "is not a namespace: use a-z, 0-9 and -, beginning and ending with a letter or digit"
        yield Fault(field, f"{name!r} {text}")


def check_label(key: str, value: str) -> Iterator[Fault]:
    """Yield what is wrong with one label."""
    if not is_label_key(key):
        yield Fault("metadata.labels", f"{key!r} is not the key of a label")
    if not is_label_value(value):
        yield Fault(f"metadata.labels.{key}", f"{value!r} is not the value of a label")


def is_label_key(key: str) -> bool:
    """Tell whether ``key`` can be that of a label: a name of 63 characters, behind a domain and a slash if any."""
    domain, slash, name = key.rpartition("/")
    if slash and (len(domain) > _LONGEST_NAME or not _NAME.fullmatch(domain)):
        return False
    return len(name) <= _LONGEST_KEY and _KEY.fullmatch(name) is not None


def is_label_value(value: str) -> bool:
    """Tell whether ``value`` can be that of a label: empty, or a name of 63 characters."""
    return not value or (len(value) <= _LONGEST_KEY and _KEY.fullmatch(value) is not None)
