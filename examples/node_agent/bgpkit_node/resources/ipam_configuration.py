"""IPAMConfiguration: how blocks of addresses are given to nodes."""

from collections.abc import Iterator
from enum import Enum
from typing import Annotated, ClassVar, Final

import msgspec

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import Part

DEFAULT_MAX_BLOCKS: Final = 20
"""Blocks that a node may have when maxBlocksPerHost is 0."""


class AddressPersistence(Enum):
    """Whether virtual machines keep their addresses when their pods are made anew."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"


class IPAMConfigurationSpec(Part, frozen=True, kw_only=True):
    """The settings; ``max_blocks_per_host`` 0 stands for the default, 20."""

    strict_affinity: bool = False
    auto_allocate_blocks: bool = True
    max_blocks_per_host: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    ip_cooldown_seconds: Annotated[int, msgspec.Meta(ge=0, le=1200)] | None = None
    kube_virt_vm_address_persistence: AddressPersistence | None = msgspec.field(
        default=None, name="kubeVirtVMAddressPersistence"
    )


class IPAMConfiguration(Resource, frozen=True, kw_only=True):
    """How blocks of addresses are given to nodes; the one named ``default`` counts."""

    kind: ClassVar[str] = "IPAMConfiguration"
    spec: IPAMConfigurationSpec = IPAMConfigurationSpec()

    @property
    def max_blocks(self) -> int:
        """Blocks that a node may have, 1 or more."""
        return self.spec.max_blocks_per_host or DEFAULT_MAX_BLOCKS


def check_ipam_configuration(configuration: IPAMConfiguration) -> Iterator[Fault]:
    """Yield what is wrong with one configuration."""
    yield from check_metadata(configuration.metadata)


def warn_ipam_configuration(configuration: IPAMConfiguration) -> Iterator[str]:
    """Yield what is allowed and does nothing, or cuts nodes off from addresses."""
    if configuration.name != "default":
        yield f"{configuration} has no effect: only the one named default has"
    if not configuration.spec.auto_allocate_blocks:
        yield f"{configuration}: nodes without a block get none while autoAllocateBlocks is false"


def _flag(value: bool) -> str:
    return "true" if value else "false"


_NARROW: Final[tuple[Column[IPAMConfiguration], ...]] = (
    Column("NAME", lambda configuration, _: configuration.name),
    Column("STRICTAFFINITY", lambda configuration, _: _flag(configuration.spec.strict_affinity)),
    Column("AUTOALLOCATEBLOCKS", lambda configuration, _: _flag(configuration.spec.auto_allocate_blocks)),
)

IPAM_CONFIGURATION: Final[ResourceKind[IPAMConfiguration]] = ResourceKind(
    name="IPAMConfiguration",
    plural="ipamconfigurations",
    aliases=frozenset({"ipamconfig", "ipamconfigs"}),
    type=IPAMConfiguration,
    narrow=_NARROW,
    wide=(
        *_NARROW,
        Column("MAXBLOCKSPERHOST", lambda configuration, _: str(configuration.spec.max_blocks_per_host)),
    ),
    check=check_ipam_configuration,
    warn=warn_ipam_configuration,
)
