"""Reading resources that people write: files, directories, standard input; YAML or JSON; single, lists, or many."""

import functools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from bgpkit_node.errors import InvalidResourcesError, ResourceError
from bgpkit_node.resources import yaml_lines
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import API_VERSION, DEFAULT_NAMESPACE, Resource, ResourceKind
from bgpkit_node.resources.registry import KINDS, kind_named, unknown_kind, versions_of
from bgpkit_node.resources.shape import ShapeReader
from bgpkit_node.resources.yaml_lines import Tree, TreeError

SUFFIXES: Final = (".yaml", ".yml", ".json")
"""How the names of resource files in a directory end."""


@dataclass(frozen=True, slots=True)
class Document:
    """A resource and where it was written: file, document and line (from 1), and the line of each of its fields."""

    resource: Resource
    source: str = ""
    number: int = 0
    line: int = 0
    lines: Mapping[str, int] = field(default_factory=dict[str, int])

    def error(self, fault: Fault) -> ResourceError:
        """Return the error that names the place of ``fault``."""
        kind = self.resource.kind if self.source else str(self.resource)
        line = _line_of(self.lines, fault.field) or self.line
        return ResourceError(
            fault.text, field=fault.field, kind=kind, source=self.source, document=self.number, line=line
        )


def load_documents(text: str, name: str, *, namespace: str = DEFAULT_NAMESPACE) -> tuple[Document, ...]:
    """Read all resources of a text; ``name`` is how errors call it.

    Resources of kinds with namespaces that name none get ``namespace``.
    Raises InvalidResourcesError with every fault of the text, not only the first.
    """
    documents: list[Document] = []
    errors: list[ResourceError] = []
    number = 0
    for tree in yaml_lines.read_trees(text):
        number += 1
        if isinstance(tree, TreeError):
            errors.append(ResourceError(str(tree), source=name, document=tree.document, line=tree.line))
            continue
        reader = _DocumentReader(name, number, namespace)
        documents += reader.resources(tree)
        errors += reader.errors
    if not documents and not errors:
        errors.append(ResourceError("holds no resource", source=name))
    errors += check_distinct(documents)
    if errors:
        raise InvalidResourcesError(sorted(errors, key=lambda error: (error.document, error.line)))
    return tuple(documents)


def documents_of(value: object, name: str, *, namespace: str = DEFAULT_NAMESPACE) -> tuple[Document, ...]:
    """Read all resources of a plain value, as JSON gives it, by the rules of :func:`load_documents`."""
    try:
        reader = _DocumentReader(name, 1, namespace)
        documents = tuple(reader.resources(yaml_lines.tree_of(value)))
    except TreeError as error:
        raise InvalidResourcesError([ResourceError(str(error), source=name)]) from error
    if reader.errors or not documents:
        raise InvalidResourcesError(reader.errors or [ResourceError("holds no resource", source=name)])
    return documents


def load_paths(paths: Sequence[str | Path], *, namespace: str = DEFAULT_NAMESPACE) -> tuple[Document, ...]:
    """Read all resources of files; ``-`` is standard input, a directory stands for its YAML and JSON files.

    Resources of kinds with namespaces that name none get ``namespace``.
    Raises InvalidResourcesError with every fault of all files.
    """
    documents: list[Document] = []
    errors: list[ResourceError] = []
    for path in paths:
        for name in _files(str(path)):
            try:
                title = "standard input" if name == "-" else name
                documents += load_documents(_read(name, title), title, namespace=namespace)
            except InvalidResourcesError as error:
                errors += error.errors
            except ResourceError as error:
                errors.append(error)
    errors += check_distinct(documents) if not errors else ()
    if errors:
        raise InvalidResourcesError(errors)
    return tuple(documents)


def check_distinct(documents: Sequence[Document]) -> Iterator[ResourceError]:
    """Yield an error for each resource that is given a second time."""
    first: dict[tuple[str, str], Document] = {}
    for document in documents:
        other = first.setdefault((document.resource.kind, document.resource.qualified_name), document)
        if other is not document:
            place = f" in {other.source}, document {other.number}, line {other.line}" if other.source else ""
            yield document.error(Fault("metadata.name", f"{document.resource} is given twice, first{place}"))


def _line_of(lines: Mapping[str, int], path: str) -> int:
    """Return the line of a field, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path, 0)


def _files(path: str) -> Iterator[str]:
    if path != "-" and Path(path).is_dir():
        found = [str(file) for file in sorted(Path(path).iterdir()) if file.suffix in SUFFIXES]
        yield from found or [path]
    else:
        yield path


def _read(path: str, title: str) -> str:
    try:
        octets = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return octets.decode("utf-8-sig")
    except IsADirectoryError as error:
        text = f"is a directory without a resource file ({', '.join(sorted(SUFFIXES))})"
        raise ResourceError(text, source=title) from error
    except OSError as error:
        raise ResourceError(f"cannot be read: {error.strerror}", source=title) from error
    except UnicodeDecodeError as error:
        raise ResourceError(f"is not a text in UTF-8 (octet {error.start})", source=title) from error


class _DocumentReader:
    def __init__(self, source: str, number: int, namespace: str) -> None:
        self._source = source
        self._number = number
        self._namespace = namespace
        self.errors: list[ResourceError] = []

    def resources(self, tree: Tree) -> Iterator[Document]:
        """Yield the resources of one document, which may be a list."""
        match tree:
            case yaml_lines.Scalar(tag="null"):
                return
            case yaml_lines.Sequence(items):
                for item in items:
                    yield from self._item(item)
            case yaml_lines.Mapping(entries) if _scalar(entries, "kind").endswith("List"):
                yield from self._list(entries, _scalar(entries, "kind"))
            case _:
                yield from self._item(tree)

    def _item(self, tree: Tree) -> Iterator[Document]:
        """Yield the one resource that a document or an item of a list is."""
        if isinstance(tree, yaml_lines.Mapping):
            yield from self._resource(tree)
        else:
            self._fault("a resource is a mapping with apiVersion, kind, metadata and spec", line=tree.line)

    def _list(self, entries: dict[str, tuple[int, Tree]], name: str) -> Iterator[Document]:
        item_kind = name.removesuffix("List")
        line, items = entries.get("items", (entries["kind"][0], None))
        if item_kind and not versions_of(item_kind):
            self._fault(unknown_kind(item_kind), line=entries["kind"][0])
            return
        if not isinstance(items, yaml_lines.Sequence):
            self._fault("a list needs items", kind=name, field="items", line=line)
            return
        for item in items.items:
            if item_kind and isinstance(item, yaml_lines.Mapping):
                other = _scalar(item.entries, "kind") or item_kind
                if other != item_kind:
                    self._fault(
                        f"is no place for {other}: put it beside the list, or in a List", kind=name, line=item.line
                    )
                    continue
                inherited = {
                    "kind": (item.line, yaml_lines.Scalar(item_kind, "str", item.line)),
                    "apiVersion": entries.get("apiVersion", (item.line, _API_VERSION)),
                }
                yield from self._item(yaml_lines.Mapping(inherited | item.entries, item.line))
            else:
                yield from self._item(item)

    def _resource(self, tree: yaml_lines.Mapping) -> Iterator[Document]:
        kind = self._kind(tree)
        if kind is None:
            return
        rest = {name: entry for name, entry in tree.entries.items() if name not in {"kind", "apiVersion"}}
        reader = ShapeReader()
        resource_type: type[Resource] = kind.type
        plain = reader.read(yaml_lines.Mapping(rest, tree.line), _shape(resource_type), "", tree.line)
        for field_path, text, line in reader.faults:
            self._fault(text, kind=kind.name, field=field_path, line=line)
        if plain is msgspec.UNSET:
            return
        resource = self._placed(kind, msgspec.convert(plain, kind.type))
        document = Document(resource, self._source, self._number, tree.line, reader.lines)
        misfits = {field_path for field_path, _, _ in reader.faults}
        faults = [document.error(fault) for fault in kind.faults(resource) if not _holds(fault.field, misfits)]
        self.errors += faults
        if not faults and not reader.faults:
            yield document

    def _placed(self, kind: ResourceKind[Any], resource: Resource) -> Resource:
        """Return ``resource`` in the namespace of all those that name none, if its kind has namespaces."""
        if not kind.namespaced or resource.namespace:
            return resource
        metadata = msgspec.structs.replace(resource.metadata, namespace=self._namespace)
        return msgspec.structs.replace(resource, metadata=metadata)

    def _kind(self, tree: yaml_lines.Mapping) -> ResourceKind[Any] | None:
        version, name = _scalar(tree.entries, "apiVersion"), _scalar(tree.entries, "kind")
        if not name:
            self._fault(f"is required: one of {_known()}", field="kind", line=tree.line)
            return None
        versions = versions_of(name)
        if not versions:
            self._fault(unknown_kind(name), line=tree.entries["kind"][0])
            return None
        try:
            if not version:
                raise ValueError(f"is required: {' or '.join(versions)}")
            return kind_named(name, version)
        except ValueError as error:
            line = tree.entries.get("apiVersion", (tree.line,))[0]
            self._fault(str(error), kind=name, field="apiVersion", line=line)
            return None

    def _fault(self, text: str, *, kind: str = "", field: str = "", line: int) -> None:
        error = ResourceError(text, field=field, kind=kind, source=self._source, document=self._number, line=line)
        self.errors.append(error)


_API_VERSION: Final = yaml_lines.Scalar(API_VERSION, "str", 0)


@functools.cache
def _shape(kind: type[Resource]) -> msgspec.inspect.Type:
    """Return what the values of a kind must look like; working it out takes milliseconds."""
    return msgspec.inspect.type_info(kind)


def _holds(field_path: str, misfits: Iterable[str]) -> bool:
    """Tell whether one of ``misfits``, whose value was left out, is the field or lies in it."""
    return any(misfit == field_path or misfit.startswith((f"{field_path}.", f"{field_path}[")) for misfit in misfits)


def _known() -> str:
    return ", ".join(sorted({kind.word for kind in KINDS}))


def _scalar(entries: Mapping[str, tuple[int, Tree]], name: str) -> str:
    """Return the text of an entry; an empty one when it is missing or no single value."""
    _, tree = entries.get(name, (0, None))
    return tree.text if isinstance(tree, yaml_lines.Scalar) and tree.tag != "null" else ""
