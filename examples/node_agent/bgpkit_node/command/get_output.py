"""The forms in which resources are printed: tables as calicoctl's, documents, names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final, Self

import msgspec

from bgpkit_node.command.look import Look
from bgpkit_node.command.tables import aligned
from bgpkit_node.datastore.port import KeyValue
from bgpkit_node.errors import UsageError
from bgpkit_node.resources import NAMESPACE, Column, Resource, ResourceKind, kind_of
from bgpkit_node.resources.output import list_document, to_document, to_json, to_yaml, unknown_in

_PLAIN: Final = ("ps", "wide", "yaml", "json", "name")


@dataclass(frozen=True, slots=True)
class OutputForm:
    """What ``--output`` asks for; ``columns`` are headings, for custom-columns only."""

    word: str
    columns: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the word of the option; ValueError, one sentence, when it is none."""
        word, _, value = text.removeprefix("=").partition("=")  # -o=yaml is understood, too
        if word == "yml":
            word = "yaml"
        if word in _PLAIN and not value:
            return cls(word)
        if word in {"go-template", "go-template-file"}:
            raise ValueError(
                f"{word} is not offered: it is a language of another program; take json, or custom-columns"
            )
        if word != "custom-columns":
            raise ValueError(
                f"{text!r} is not one of {', '.join(repr(known) for known in _PLAIN)}, 'custom-columns=...'"
            )
        if not value:
            raise ValueError("need to specify at least one column: custom-columns=NAME,...")
        return cls(word, tuple(column.strip().upper() for column in value.split(",")))


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be printed: resources, the AS number that nodes inherit, and the kind when it is a list of one.

    ``stored`` is what the datastore keeps of each of the resources.
    """

    resources: Sequence[Resource]
    stored: Sequence[KeyValue]
    inherited: int
    kind: ResourceKind[Any] | None = None

    def exported(self) -> Self:
        """Return the same without what belongs to this cluster and this moment only."""
        return replace(self, resources=[_exported(resource) for resource in self.resources])


def _exported(resource: Resource) -> Resource:
    metadata = msgspec.structs.replace(
        resource.metadata,
        namespace="",
        uid="",
        resource_version="",
        creation_timestamp=None,
        deletion_timestamp=None,
        deletion_grace_period_seconds=None,
    )
    return msgspec.structs.replace(resource, metadata=metadata)


def printed(found: Found, form: OutputForm, look: Look, *, with_namespace: bool) -> str:
    """Return the whole text; tables have an empty line behind each, documents none."""
    match form.word:
        case "yaml":
            return to_yaml(_document(found))
        case "json":
            return to_json(_document(found))
        case "name":
            return "".join(f"{resource.kind.lower()}/{resource.name}\n" for resource in found.resources)
        case _:
            return "".join(
                _table(those, _columns(kind, form, look, with_namespace=with_namespace), found.inherited)
                for kind, those in _by_kind(found)
            )


def _by_kind(found: Found) -> Iterator[tuple[ResourceKind[Any], Sequence[Resource]]]:
    """Yield the resources, in their order, as runs of one kind; a list has one, even of none."""
    if found.kind is not None:
        yield found.kind, found.resources
        return
    for kind, those in groupby(found.resources, kind_of):
        yield kind, list(those)


def _document(found: Found) -> dict[str, object] | list[dict[str, object]]:
    """Return a list document for a list, the resource for one that was named, an array for several."""
    documents = [
        to_document(resource, unknown_in(kind_of(resource), stored))
        for resource, stored in zip(found.resources, found.stored, strict=True)
    ]
    if found.kind is not None:
        revision = max((resource.revision for resource in found.resources), default=0)
        return list_document(found.kind, documents, revision)
    return documents[0] if len(documents) == 1 else documents


def _table(resources: Sequence[Resource], columns: Sequence[Column[Any]], inherited: int) -> str:
    rows = [[column.cell(resource, inherited) for column in columns] for resource in resources]
    return aligned([column.header for column in columns], rows) + "\n\n"


def _columns(kind: ResourceKind[Any], form: OutputForm, look: Look, *, with_namespace: bool) -> list[Column[Any]]:
    namespace: list[Column[Any]] = [NAMESPACE] if kind.namespaced else []
    if form.columns:
        known = {column.header: column for column in (*namespace, *kind.narrow, *kind.wide)}
        for heading in form.columns:
            if heading not in known:
                raise UsageError(f"unknown heading {heading}, valid values for {kind.name} are: {', '.join(known)}")
        return [known[heading] for heading in form.columns]
    columns = kind.wide if form.word == "wide" else kind.narrow
    shown = [column for column in columns if look is Look.PRESENT or not column.recent]
    return [*(namespace if with_namespace else []), *shown]
