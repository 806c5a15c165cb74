"""Where a password lies that is not written in a resource."""

from typing import Annotated

import msgspec

from bgpkit_node.resources.part import Part


class SecretKeyRef(Part, frozen=True, kw_only=True):
    """The key of a secret, and the secret's name."""

    name: str = ""
    key: Annotated[str, msgspec.Meta(min_length=1)]
    optional: bool | None = None
    """Where there is no such secret, or no such key of it, there is no password."""


class BgpPassword(Part, frozen=True, kw_only=True):
    """A password of sessions, by reference."""

    secret_key_ref: SecretKeyRef | None = None
