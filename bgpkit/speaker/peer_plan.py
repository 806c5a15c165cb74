"""What a change of a peer's configuration costs its session, told before anything is done."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeGuard

from bgpkit.speaker.config import PeerConfig


class ChangePlan(Enum):
    """What a change of the configuration does to the session of a peer."""

    NONE = "none"
    """Nothing is sent."""
    SOFT = "soft"
    """The session stays; routes are evaluated again, and differences are sent."""
    RESET = "reset"
    """The session must be opened anew."""
    ADD = "add"
    """The peer is new; a session is opened."""
    REMOVE = "remove"
    """The peer goes; its session ends and its routes are dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of a peer's configuration that changes."""

    field: str
    """Its name, with a dot before that of a part: ``hold_time``, ``transport.dscp``."""
    old: str
    """The value in force, as a person would say it; what is secret shows as such."""
    new: str
    cost: ChangePlan
    """What this change alone would do."""

    def __str__(self) -> str:
        """Return the change as ``hold_time 90 -> 30 (reset)``."""
        return f"{self.field} {self.old} -> {self.new} ({self.cost.value})"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerPlan:
    """What a configuration does to one peer, and because of what."""

    address: str
    change: ChangePlan
    fields: tuple[FieldChange, ...] = ()
    """What differs from the configuration in force; nothing for a peer that is added or removed."""

    def __str__(self) -> str:
        """Return the plan in one line."""
        reasons = ", ".join(map(str, self.fields))
        return f"peer {self.address}: {self.change.value}" + (f": {reasons}" if reasons else "")


SOFT: Final = frozenset(
    {
        "advertisement_interval",
        "allow_own_as",
        "as_override",
        "cluster_id",
        "default_originate",
        "enforce_first_as",
        "export_policy",
        "graceful_shutdown",
        "honor_graceful_shutdown",
        "import_policy",
        "local_asn_alone",
        "long_lived_last_resort",
        "max_prefixes_out",
        "max_prefixes_out_action",
        "next_hop_self",
        "next_hops",
        "private_as",
        "route_reflector_client",
        "weight",
    }
)
FREE: Final = frozenset(
    {
        "bfd",
        "collision_detect_established",
        "connect_retry_time",
        "damp_oscillations",
        "delay_open_time",
        "description",
        "idle_hold_time",
        "long_lived_longest",
        "max_prefixes_in",
        "passive",
        "restart_time",
        "send_hold_time",
    }
)
"""Taken up without a message: at once, or by the next session, if any."""


def _advertise(old: PeerConfig, new: PeerConfig) -> ChangePlan:
    """Return what another selection costs: with the same NLRI form it changes routes only. RFC 7911, section 3."""
    return ChangePlan.SOFT if old.sends_add_path is new.sends_add_path else ChangePlan.RESET


def _transport(old: PeerConfig, new: PeerConfig) -> ChangePlan:
    """Return what other options of TCP cost: some, such as keys, can change while a connection is open. RFC 2385."""
    return ChangePlan.NONE if old.transport.is_alterable_to(new.transport) else ChangePlan.RESET


BY_VALUE: Final[Mapping[str, Callable[[PeerConfig, PeerConfig], ChangePlan]]] = MappingProxyType(
    {"advertise": _advertise, "transport": _transport}
)
"""Fields whose cost depends on what they change from and to."""
_DEAREST_LAST: Final = (ChangePlan.NONE, ChangePlan.SOFT, ChangePlan.RESET)


def plan_change(old: PeerConfig, new: PeerConfig) -> ChangePlan:
    """Tell what replacing ``old`` by ``new`` does to the session of the peer."""
    return max((change.cost for change in changed_fields(old, new)), key=_DEAREST_LAST.index, default=ChangePlan.NONE)


def plan_peer(old: PeerConfig | None, new: PeerConfig) -> PeerPlan:
    """Tell what ``new`` does to a peer that has been ``old``, or has not been at all."""
    if old is None:
        return PeerPlan(address=new.address, change=ChangePlan.ADD)
    return PeerPlan(address=new.address, change=plan_change(old, new), fields=changed_fields(old, new))


def changed_fields(old: PeerConfig, new: PeerConfig) -> tuple[FieldChange, ...]:
    """Return what differs, in the order of the fields, each with what it alone would cost."""
    return tuple(
        change
        for field in fields(PeerConfig)
        if getattr(old, field.name) != getattr(new, field.name)
        for change in _differences(
            field.name, getattr(old, field.name), getattr(new, field.name), _cost(field.name, old, new)
        )
    )


def _cost(name: str, old: PeerConfig, new: PeerConfig) -> ChangePlan:
    by_value = BY_VALUE.get(name)
    if by_value is not None:
        return by_value(old, new)
    if name in FREE:
        return ChangePlan.NONE
    return ChangePlan.SOFT if name in SOFT else ChangePlan.RESET


def _differences(name: str, old: object, new: object, cost: ChangePlan) -> Iterator[FieldChange]:
    """Yield what differs between two values; of options, which are values made of fields, the parts that do."""
    parts = _parts(old) if type(old) is type(new) else ()
    if not parts:
        before, after = _said(old), _said(new)
        # Policies of one name and other rules, and other secrets, look alike.
        yield FieldChange(field=name, old=before, new=f"{after}, changed" if after == before else after, cost=cost)
    for part in parts:
        before, after = getattr(old, part), getattr(new, part)
        if before != after:
            yield from _differences(f"{name}.{part}", before, after, cost)


def _parts(value: object) -> tuple[str, ...]:
    """Return the names of the fields of options; none for a policy, which changes as a whole, and for all else."""
    if not is_dataclass(value) or isinstance(value, type) or hasattr(value, "apply"):
        return ()
    return tuple(field.name for field in fields(value) if field.init and field.compare)


def _said(value: object) -> str:
    """Return a value as a person would say it; a policy by its name, a secret by its own text, which hides it."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value) if isinstance(value.value, str) else value.name.lower().replace("_", "-")
        case _ if _is_list(value):
            return ", ".join(map(_said, value)) or "none"
        case _ if hasattr(value, "apply"):
            return str(getattr(value, "name", type(value).__name__))
        case _:
            return str(value)


def _is_list(value: object) -> TypeGuard[tuple[object, ...]]:
    """Tell a tuple from what is one and has a name of its own, such as a family."""
    return value.__class__ is tuple
