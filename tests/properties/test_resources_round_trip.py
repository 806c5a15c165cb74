"""Resources of every kind, with any fields set, are the same after every form in which they are written."""

from enum import Enum
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from bgpkit_node.resources import KINDS, Metadata, Resource, ResourceKind, to_document, to_json, to_yaml
from bgpkit_node.resources.shape import ShapeReader
from bgpkit_node.resources.yaml_lines import Mapping, read_trees

# What YAML might take for something else, and what it has to quote.
_TEXTS = st.sampled_from(["a", "10.244.0.0/26", "yes", "1.10", "0x10", "~", "a: b", "# c", "''", "ä", " "]) | st.text(
    st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12
)


def _values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Return values of a type, within its limits."""
    match kind:
        case inspect.StructType(cls=cls, fields=fields):
            required = {field.name: _values(field.type) for field in fields if field.required}
            optional = {field.name: _values(field.type) for field in fields if not field.required}
            return st.builds(_made, st.just(cls), st.fixed_dictionaries(required), _some(optional))
        case inspect.Metadata(type=inner):
            return _values(inner)
        case inspect.UnionType(types=types):
            return st.one_of([_values(each) for each in types if not isinstance(each, inspect.NoneType)])
        case inspect.VarTupleType(item_type=item, max_length=most):
            return st.lists(_values(item), max_size=min(most or 2, 2)).map(tuple)
        case inspect.DictType():
            return st.dictionaries(_TEXTS, _TEXTS, max_size=2)
        case inspect.EnumType(cls=enum):
            return st.sampled_from(list[Enum](enum))
        case _:
            return _plain_values(kind)


def _made(cls: type[msgspec.Struct], required: dict[str, Any], optional: dict[str, Any]) -> msgspec.Struct:
    return cls(**required, **optional)


def _some(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return values for at most six of ``fields``: there are kinds with hundreds."""
    names = st.lists(st.sampled_from(sorted(fields)), max_size=6, unique=True) if fields else st.just(list[str]())
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: fields[name] for name in chosen}))


def _plain_values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType(ge=least, le=most):
            return st.integers(-5 if least is None else least, 1 << 31 if most is None else most)
        case inspect.FloatType():
            return st.floats(allow_nan=False, allow_infinity=False)
        case inspect.StrType(max_length=longest):
            return _TEXTS.filter(lambda text: longest is None or len(text) <= longest)
        case inspect.AnyType():
            return st.none()
        case _:
            raise AssertionError(kind)


_METADATA = st.builds(
    Metadata,
    name=_TEXTS,
    namespace=st.just("") | _TEXTS,
    labels=st.dictionaries(_TEXTS, _TEXTS, max_size=2),
    annotations=st.dictionaries(_TEXTS, _TEXTS, max_size=2),
    creation_timestamp=st.none() | st.just("2026-01-02T03:04:05Z"),
)


@cache
def _resources(kind: ResourceKind[Any]) -> st.SearchStrategy[Resource]:
    parts = {field.name: field.type for field in msgspec.structs.fields(kind.type) if field.name != "metadata"}
    values = {name: _values(inspect.type_info(part)) for name, part in parts.items()}
    always: dict[str, st.SearchStrategy[Any]] = {"metadata": _METADATA}
    always |= {name: values.pop(name) for name in ("spec", "address_type") if name in values}
    whole = st.fixed_dictionaries(always, optional=values)
    return whole.map(lambda values: kind.type(**values))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(max_examples=15)
@given(data=st.data())
def test_a_resource_is_the_same_after_json_and_yaml(kind: ResourceKind[Any], data: st.DataObject) -> None:
    """As programs and as people read it; what YAML takes for something else is in quotes."""
    resource = data.draw(_resources(kind))
    document = to_document(resource)
    assert msgspec.json.decode(to_json(document), type=kind.type) == resource
    (tree,) = read_trees(to_yaml(document))
    assert isinstance(tree, Mapping)
    rest = {name: entry for name, entry in tree.entries.items() if name not in {"kind", "apiVersion"}}
    reader = ShapeReader()
    plain = reader.read(Mapping(rest, 1), inspect.type_info(kind.type), "", 1)
    assert reader.faults == []
    assert msgspec.convert(plain, kind.type) == resource


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(max_examples=15)
@given(data=st.data())
def test_no_resource_makes_its_rules_fail(kind: ResourceKind[Any], data: st.DataObject) -> None:
    """Whatever stands in its texts: faults and warnings are sentences, and every cell of its table is a text."""
    resource = data.draw(_resources(kind))
    faults = list(kind.check(resource))
    assert all(fault.text and fault.field for fault in faults)
    if not faults:
        assert all(sentence.startswith(str(resource)) for sentence in kind.warn(resource))
        assert all(isinstance(column.cell(resource, 64512), str) for column in (*kind.narrow, *kind.wide))
