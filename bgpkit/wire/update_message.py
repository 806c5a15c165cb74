"""The UPDATE message as a value, field by field (RFC 4271, section 4.3)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from bgpkit.wire.attributes import Attribute, AttributeCode, MpReach, MpUnreach, decode_attribute_list
from bgpkit.wire.attributes.code import OPTIONAL
from bgpkit.wire.families import Nlri
from bgpkit.wire.faults import AttributeFault
from bgpkit.wire.path_attributes import CANONICAL, encode_attributes, path_attributes_of
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import PathAttributes

_FIELDS: Final = frozenset({"withdrawn", "attributes", "nlri"})

_new: Final = object.__new__
_set: Final = object.__setattr__

Reader: TypeAlias = Callable[[str, bytes], object]
"""Takes the name of a field of `UpdateMessage` and the body of the message; returns the field."""


class _Unread:
    """Reads a field of a decoded message when it is first asked for: nobody wants all of a million of them."""

    __slots__ = ("_unread",)
    _unread: tuple[Reader, bytes]

    if not TYPE_CHECKING:  # a checker is not to take every name for a field

        def __getattr__(self, name: str) -> object:
            """Fill a field that has not been read yet: Python asks here for what a slot does not hold."""
            if name == "faults":
                value: object = ()
            elif name in _FIELDS:
                reader, body = self._unread
                if body[0] or body[1]:
                    value = reader(name, body)
                else:
                    value = () if name == "withdrawn" else reader(name, body)
                    _set(self, "withdrawn", ())
            else:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            _set(self, name, value)
            return value


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateMessage(_Unread):
    """One UPDATE with all that stands in it, in its order: for tools, tests and people.

    `Update` is the same for a RIB, which wants keys and one block of attributes for many of them.
    """

    withdrawn: tuple[Nlri, ...] = ()
    """IPv4 unicast routes of the Withdrawn Routes field: a Prefix each, a PathNlri under ADD-PATH."""
    attributes: tuple[Attribute, ...] = ()
    """The path attributes, those at fault too, up to one that runs past the end."""
    nlri: tuple[Nlri, ...] = ()
    """IPv4 unicast routes of the NLRI field."""
    faults: tuple[AttributeFault, ...] = field(default=(), compare=False)
    """What a decoder has found wrong; nothing of it is sent. RFC 7606, section 2."""

    @classmethod
    def unread(cls, reader: Reader, body: bytes, faults: tuple[AttributeFault, ...] = ()) -> "UpdateMessage":
        """Return the message that ``body`` holds, judged but not read: ``reader`` gives each field when asked for."""
        message = _new(cls)
        _set(message, "_unread", (reader, body))
        if faults:
            _set(message, "faults", faults)
        return message

    @classmethod
    def announcement(
        cls, attributes: PathAttributes, nlri: Iterable[Nlri], family: Family = IPV4_UNICAST
    ) -> "UpdateMessage":
        """Return the message that announces ``nlri`` of ``family`` with ``attributes``, in the order that RFCs want.

        IPv4 unicast stands in the body, unless its next hop is an IPv6 one; all else in MP_REACH_NLRI, which is the
        first attribute. The others are in ascending order of type codes. ValueError for attributes that cannot be.
        RFC 4271, section 5; RFC 7606, section 5.1; RFC 8950, section 3.
        """
        routes = tuple(nlri)
        made = decode_attribute_list(encode_attributes(attributes, family), CANONICAL)
        first = [
            each._replace(value=replace(each.value, nlri=routes)) for each in made if isinstance(each.value, MpReach)
        ]
        if family != IPV4_UNICAST and not first:
            raise ValueError(f"{family} is announced in MP_REACH_NLRI: it needs a row, and a next hop that it can have")
        others = [each for each in made if not isinstance(each.value, MpReach)]
        return cls(attributes=(*first, *others), nlri=() if first else routes)

    @classmethod
    def withdrawal(cls, nlri: Iterable[Nlri], family: Family = IPV4_UNICAST) -> "UpdateMessage":
        """Return the message that withdraws ``nlri`` of ``family``; without NLRI it is the End-of-RIB marker.

        RFC 4271, section 4.3; RFC 4760, section 4; RFC 4724, section 2.
        """
        routes = tuple(nlri)
        if family == IPV4_UNICAST:
            return cls(withdrawn=routes)
        return cls(attributes=(Attribute(OPTIONAL, AttributeCode.MP_UNREACH_NLRI, MpUnreach(family, routes)),))

    @property
    def path_attributes(self) -> PathAttributes:
        """What the attributes say of the routes that are announced, without what is at fault.

        AS4_PATH and AS4_AGGREGATOR are merged in (RFC 6793, section 4.2.3).
        """
        return path_attributes_of(self.attributes, self.faults)

    @property
    def announced(self) -> tuple[tuple[Family, tuple[Nlri, ...]], ...]:
        """The routes that are announced, by family: those of the body, then those of MP_REACH_NLRI."""
        return tuple((family, nlri) for family, nlri in self._routes(self.nlri, MpReach) if nlri)

    @property
    def unreachable(self) -> tuple[tuple[Family, tuple[Nlri, ...]], ...]:
        """The routes that are withdrawn, by family: those of the body, then those of MP_UNREACH_NLRI."""
        return tuple((family, nlri) for family, nlri in self._routes(self.withdrawn, MpUnreach) if nlri)

    @property
    def end_of_rib(self) -> Family | None:
        """The family whose initial routes the message completes, or None. RFC 4724, section 2."""
        if self.withdrawn or self.nlri or len(self.attributes) > 1:
            return None
        if not self.attributes:
            return IPV4_UNICAST
        value = self.attributes[0].value
        return value.family if isinstance(value, MpUnreach) and not value.nlri else None

    def __str__(self) -> str:
        """Return the message in one line: what is withdrawn, the attributes, what is announced."""
        if self.end_of_rib is not None and not self.faults:
            return f"UPDATE End-of-RIB {self.end_of_rib}"
        parts = [f"withdrawn {', '.join(map(str, self.withdrawn))}"] if self.withdrawn else []
        parts += map(str, self.attributes)
        parts += [f"NLRI {', '.join(map(str, self.nlri))}"] if self.nlri else []
        return f"UPDATE {'; '.join(parts)}"

    def _routes(
        self, body: tuple[Nlri, ...], kind: type[MpReach] | type[MpUnreach]
    ) -> Sequence[tuple[Family, tuple[Nlri, ...]]]:
        values = [attribute.value for attribute in self.attributes]
        mp = [(value.family, value.nlri) for value in values if isinstance(value, kind)]
        return [(IPV4_UNICAST, body), *mp]
