"""The rules of Calico's policies and profiles: which packets are meant, and what becomes of them."""

from enum import Enum
from typing import Annotated

import msgspec

from bgpkit_node.resources.field_types import ProtocolName, SelectorText
from bgpkit_node.resources.part import StrictPart

_NETS = 256
_PORTS = 50
_HTTP = 20

Nets = Annotated[tuple[str, ...], msgspec.Meta(max_length=_NETS)]
"""Networks, or addresses alone."""

RulePorts = Annotated[tuple[int | str, ...], msgspec.Meta(max_length=_PORTS)]
"""Ports: a number, a range ``80:90``, or the name of a port of an endpoint."""


class RuleAction(Enum):
    """What becomes of a packet; after LOG the next rule is looked at, after NEXT_TIER the next tier."""

    ALLOW = "Allow"
    DENY = "Deny"
    LOG = "Log"
    NEXT_TIER = "Pass"


class IPVersion(Enum):
    """The IP version that a rule is for."""

    V4 = 4
    V6 = 6


class IcmpFields(StrictPart, frozen=True, kw_only=True):
    """ICMP messages of a type, and of a code of it; without a type all of them."""

    type: Annotated[int, msgspec.Meta(ge=0, le=254)] | None = None
    code: Annotated[int, msgspec.Meta(ge=0, le=255)] | None = None


class ServiceMatch(StrictPart, frozen=True, kw_only=True):
    """A Kubernetes service; in a policy with a namespace that of the policy, unless another is named."""

    name: Annotated[str, msgspec.Meta(max_length=253)] = ""
    namespace: Annotated[str, msgspec.Meta(max_length=253)] = ""


class ServiceAccountMatch(StrictPart, frozen=True, kw_only=True):
    """Pods by their service accounts: of one of the names, and with the labels that ``selector`` wants."""

    names: tuple[str, ...] = ()
    selector: str = ""


class EntityRule(StrictPart, frozen=True, kw_only=True):
    """One side of a packet; all that is given must hold, an empty field restricts nothing.

    ``selector`` finds endpoints and network sets alone; ``not_selector`` holds of any other address, too. Without a
    ``namespace_selector`` both look in the policy's own namespace, if it has one.
    """

    nets: Nets = ()
    not_nets: Nets = ()
    selector: SelectorText = ""
    not_selector: SelectorText = ""
    namespace_selector: SelectorText = ""
    ports: RulePorts = ()
    not_ports: RulePorts = ()
    service_accounts: ServiceAccountMatch | None = None
    services: ServiceMatch | None = None


class HttpPath(StrictPart, frozen=True, kw_only=True):
    """A path of a request: all of it, or its beginning."""

    exact: Annotated[str, msgspec.Meta(max_length=1024)] = ""
    prefix: Annotated[str, msgspec.Meta(max_length=1024)] = ""


class HttpMatch(StrictPart, frozen=True, kw_only=True):
    """Requests of HTTP; known so that it can be refused: packets do not tell."""

    methods: Annotated[tuple[str, ...], msgspec.Meta(max_length=_HTTP)] = ()
    paths: Annotated[tuple[HttpPath, ...], msgspec.Meta(max_length=_HTTP)] = ()


class RuleMetadata(StrictPart, frozen=True, kw_only=True):
    """What people note of a rule."""

    annotations: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class PolicyRule(StrictPart, frozen=True, kw_only=True):
    """Which packets are meant, all conditions together, and what becomes of them."""

    action: RuleAction
    ip_version: IPVersion | None = None
    protocol: ProtocolName | None = None
    not_protocol: ProtocolName | None = None
    icmp: IcmpFields | None = None
    not_icmp: IcmpFields | None = msgspec.field(default=None, name="notICMP")
    source: EntityRule = EntityRule()
    destination: EntityRule = EntityRule()
    http: HttpMatch | None = None
    metadata: RuleMetadata | None = None


PolicyRules = Annotated[tuple[PolicyRule, ...], msgspec.Meta(max_length=1024)]
"""The rules of a direction; the first that matches decides."""
