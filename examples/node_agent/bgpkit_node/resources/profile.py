"""Profile: rules and labels that endpoints have by naming it; a namespace has one, ``kns.<namespace>``."""

from collections.abc import Iterator
from typing import ClassVar, Final

import msgspec

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_label, check_metadata
from bgpkit_node.resources.part import StrictPart
from bgpkit_node.resources.policy_columns import pairs_text
from bgpkit_node.resources.policy_rule import PolicyRules
from bgpkit_node.resources.policy_rule_checks import RuleScope, check_rules

_FIELD: Final = "spec.labelsToApply"
_LONGEST_NAME: Final = len("ksa.") + 63 + len(".") + 253
"""That of the profile of a ServiceAccount: its namespace and its name are in it, each as long as Kubernetes allows."""


class ProfileSpec(StrictPart, frozen=True, kw_only=True):
    """Rules for packets that no policy decides, and labels that endpoints inherit."""

    ingress: PolicyRules = ()
    egress: PolicyRules = ()
    labels_to_apply: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class Profile(Resource, frozen=True, kw_only=True):
    """Rules and labels of the endpoints that name it."""

    kind: ClassVar[str] = "Profile"
    spec: ProfileSpec = ProfileSpec()


def check_profile(profile: Profile) -> Iterator[Fault]:
    """Yield what is wrong with one profile."""
    yield from check_metadata(profile.metadata, longest=_LONGEST_NAME)
    for key, value in profile.spec.labels_to_apply.items():
        for fault in check_label(key, value):
            yield Fault(fault.field.replace("metadata.labels", _FIELD, 1), fault.text)
    yield from check_rules("spec.ingress", profile.spec.ingress, RuleScope.GLOBAL)
    yield from check_rules("spec.egress", profile.spec.egress, RuleScope.GLOBAL)


_NAME: Final[Column[Profile]] = Column("NAME", lambda profile, _: profile.name)

PROFILE: Final[ResourceKind[Profile]] = ResourceKind(
    name="Profile",
    plural="profiles",
    aliases=frozenset({"pro", "pros"}),
    type=Profile,
    narrow=(_NAME,),
    wide=(_NAME, Column("LABELS", lambda profile, _: pairs_text(profile.spec.labels_to_apply))),
    check=check_profile,
)
