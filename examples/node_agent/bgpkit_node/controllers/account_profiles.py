"""ServiceAccounts: a profile each, whose labels the pods of the account have."""

from typing import Final

from bgpkit_node.controllers.mirror import Mirror
from bgpkit_node.controllers.objects import UID, metadata_of
from bgpkit_node.errors import ResourceError
from bgpkit_node.kubernetes import ApiObject
from bgpkit_node.kubernetes.kinds import SERVICE_ACCOUNTS
from bgpkit_node.policy.system_labels import OF_ACCOUNT
from bgpkit_node.resources import Metadata, Profile, ProfileSpec
from bgpkit_node.resources.registry import kind_of

ACCOUNT_PROFILE: Final = "ksa."
"""Before namespace, dot and name of a ServiceAccount in the name of its profile."""


class AccountProfiles(Mirror[Profile]):
    """A Profile without rules for each ServiceAccount, with the account's labels behind ``pcsa.``."""

    def __init__(self) -> None:
        """Know none yet."""
        super().__init__(SERVICE_ACCOUNTS, Profile)

    def read(self, found: ApiObject) -> Profile:
        """Return the profile of an account."""
        told = metadata_of(found)
        profile = Profile(
            metadata=Metadata(
                name=self.kept_name(f"{told.namespace}/{told.name}"), annotations={UID: told.annotations[UID]}
            ),
            spec=ProfileSpec(labels_to_apply={f"{OF_ACCOUNT}{key}": value for key, value in told.labels.items()}),
        )
        for fault in kind_of(Profile).check(profile):
            raise ResourceError(fault.text, kind=f"ServiceAccount({told.namespace}/{told.name})", field=fault.field)
        return profile

    def place(self, namespace: str, name: str) -> str:
        """Return the account that a profile is named after; profiles of other names are of none."""
        del namespace
        space, _, account = name.removeprefix(ACCOUNT_PROFILE).partition(".")  # a namespace's name has no dot
        return f"{space}/{account}" if account and name.startswith(ACCOUNT_PROFILE) else ""

    def kept_name(self, name: str) -> str:
        """Return the name of an account's profile."""
        return ACCOUNT_PROFILE + name.replace("/", ".", 1)
