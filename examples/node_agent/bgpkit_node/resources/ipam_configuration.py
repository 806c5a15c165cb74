"""IPAMConfiguration: how blocks of addresses are given to nodes."""

from collections.abc import Iterator
from enum import Enum
from typing import Annotated, ClassVar, Final

import msgspec

from bgpkit_node.resources.elsewhere import Elsewhere
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import Part

DEFAULT_MAX_BLOCKS: Final = 20
"""Blocks that a node may have when maxBlocksPerHost is 0."""

_KEPT: Final = Elsewhere(
    "/calico/ipam/v2/config",
    "default",
    (
        ("strict_affinity", "strictAffinity"),
        ("auto_allocate_blocks", "autoAllocateBlocks"),
        ("maxBlocksPerHost", "maxBlocksPerHost"),
        ("ipCooldownSeconds", "ipCooldownSeconds"),
        ("kubeVirtVMAddressPersistence", "kubeVirtVMAddressPersistence"),
    ),
    frozenset({"strict_affinity", "auto_allocate_blocks"}),
)
"""Calico's place for it, among the allocation data."""


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
    """How blocks of addresses are given to nodes; there is one, named ``default``.

    It is the document that the allocation of addresses reads, and that ``ipam configure`` changes.
    """

    kind: ClassVar[str] = "IPAMConfiguration"
    spec: IPAMConfigurationSpec = IPAMConfigurationSpec()

    @property
    def max_blocks(self) -> int:
        """Blocks that a node may have, 1 or more."""
        return self.spec.max_blocks_per_host or DEFAULT_MAX_BLOCKS


def check_ipam_configuration(configuration: IPAMConfiguration) -> Iterator[Fault]:
    """Yield what is wrong with one configuration."""
    yield from check_metadata(configuration.metadata)


def check_only_one(configuration: IPAMConfiguration) -> Iterator[Fault]:
    """Yield a fault unless it is the one that there can be."""
    if configuration.name != _KEPT.name:
        yield Fault("metadata.name", f"must be {_KEPT.name}: there is only one IPAMConfiguration")


def warn_ipam_configuration(configuration: IPAMConfiguration) -> Iterator[str]:
    """Yield what is allowed and cuts nodes off from addresses."""
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
    check_written=check_only_one,
    warn=warn_ipam_configuration,
    elsewhere=_KEPT,
)
