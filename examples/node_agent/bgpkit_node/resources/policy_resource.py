"""Policies of Calico as resources: one name each, whichever version of Calico has written it into the datastore."""

from typing import Any, ClassVar, Final, Self

import msgspec

from bgpkit_node.resources.kind import Resource

NAME_NOTE: Final = "projectcalico.org/metadata"
"""The annotation that tells the name of a policy whose key in the datastore says ``default.`` before it."""


class PolicyResource(Resource, frozen=True, kw_only=True):
    """A policy; ``default.web`` and ``web`` are one name of it.

    Earlier versions of Calico kept a policy with the tier before its name. It stays where it is, with an annotation.
    """

    older_prefix: ClassVar[str] = "default."
    status: Any = None

    def __post_init__(self) -> None:
        """Take the tier from the name, and note that the datastore has it."""
        if self.name.startswith(self.older_prefix):
            name = self.name.removeprefix(self.older_prefix)
            annotations = {**self.metadata.annotations, NAME_NOTE: msgspec.json.encode({"name": name}).decode()}
            metadata = msgspec.structs.replace(self.metadata, name=name, annotations=annotations)
            msgspec.structs.force_setattr(self, "metadata", metadata)

    @property
    def kept_name(self) -> str:
        """The name in the datastore."""
        return f"{self.older_prefix}{self.name}" if NAME_NOTE in self.metadata.annotations else self.name

    def kept_as(self, name: str) -> Self:
        """Return the policy as it is under a name in the datastore, with the tier before it or without."""
        if name == self.kept_name:
            return self
        annotations = {key: value for key, value in self.metadata.annotations.items() if key != NAME_NOTE}
        metadata = msgspec.structs.replace(self.metadata, name=name, annotations=annotations)
        return msgspec.structs.replace(self, metadata=metadata)
