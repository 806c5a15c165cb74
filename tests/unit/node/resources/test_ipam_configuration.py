"""IPAMConfiguration: its defaults, its bounds and its table."""

import pytest

from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.ipam_configuration import (
    DEFAULT_MAX_BLOCKS,
    IPAM_CONFIGURATION,
    IPAMConfiguration,
    IPAMConfigurationSpec,
    check_ipam_configuration,
    check_only_one,
    warn_ipam_configuration,
)
from bgpkit_node.resources.metadata import Metadata

_HEAD = "apiVersion: projectcalico.org/v3\nkind: IPAMConfiguration\nmetadata: {name: default}\n"


def configuration(spec: IPAMConfigurationSpec, name: str = "default") -> IPAMConfiguration:
    """Make a configuration."""
    return IPAMConfiguration(metadata=Metadata(name=name), spec=spec)


def test_the_defaults_are_calicos() -> None:
    """Blocks are claimed as needed, lent, and at most twenty."""
    one = configuration(IPAMConfigurationSpec())
    assert (one.spec.strict_affinity, one.spec.auto_allocate_blocks) == (False, True)
    assert (one.max_blocks, one.spec.ip_cooldown_seconds) == (DEFAULT_MAX_BLOCKS, None)
    assert configuration(IPAMConfigurationSpec(max_blocks_per_host=3)).max_blocks == 3
    assert not list(check_ipam_configuration(one))
    assert list(check_ipam_configuration(configuration(IPAMConfigurationSpec(), "A")))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ipCooldownSeconds", "1201"),
        ("ipCooldownSeconds", "-1"),
        ("maxBlocksPerHost", "1000001"),
        ("maxBlocksPerHost", "-1"),
        ("kubeVirtVMAddressPersistence", "On"),
        ("strictAffinity", "1"),
    ],
)
def test_what_is_out_of_bounds_is_refused(field: str, value: str) -> None:
    """With the field's name."""
    with pytest.raises(InvalidResourcesError, match=f"spec.{field}"):
        load_documents(f"{_HEAD}spec: {{{field}: {value}}}", "test")


def test_what_does_nothing_or_stops_nodes_warns() -> None:
    """No more blocks; of another name than default there can be none."""
    assert not list(warn_ipam_configuration(configuration(IPAMConfigurationSpec())))
    assert not list(check_only_one(configuration(IPAMConfigurationSpec())))
    (other,) = check_only_one(configuration(IPAMConfigurationSpec(), "other"))
    assert "there is only one" in other.text
    (none,) = warn_ipam_configuration(configuration(IPAMConfigurationSpec(auto_allocate_blocks=False)))
    assert "autoAllocateBlocks" in none


def test_the_table_is_that_of_calicoctl() -> None:
    """Truth in Go's words."""
    one = configuration(IPAMConfigurationSpec(strict_affinity=True, max_blocks_per_host=4))
    cells = {column.header: column.cell(one, 0) for column in IPAM_CONFIGURATION.wide}
    assert cells == {
        "NAME": "default",
        "STRICTAFFINITY": "true",
        "AUTOALLOCATEBLOCKS": "true",
        "MAXBLOCKSPERHOST": "4",
    }
