"""A kind of which there is one resource, kept by Calico under a key, and in words, of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the resource called ``name`` is kept, and the document's fields with those of ``spec`` that they are.

    Of metadata only the name is kept. A flag that does not stand in the document is off. Fields of the document that
    are none of ``fields`` have the same name in the spec.
    """

    key: str
    name: str
    fields: tuple[tuple[str, str], ...]
    flags: frozenset[str] = frozenset()
    """The fields of the document that are off when they do not stand there."""

    def pack(self, spec: Mapping[str, object]) -> bytes:
        """Return the document of a resource whose spec, with Calico's names, has these values."""
        known = {name: field for field, name in self.fields}
        document = {known.get(name, name): value for name, value in spec.items()}
        return msgspec.json.encode({**dict.fromkeys(sorted(self.flags), False), **document})

    def unpack(self, octets: bytes) -> bytes:
        """Return the resource of a document, as the store keeps others; msgspec.DecodeError when it is none."""
        stored = msgspec.json.decode(octets, type=dict[str, Any])
        known = dict(self.fields)
        spec = {
            known.get(field, field): value for field, value in {**dict.fromkeys(self.flags, False), **stored}.items()
        }
        return msgspec.json.encode({"metadata": {"name": self.name}, "spec": spec})
