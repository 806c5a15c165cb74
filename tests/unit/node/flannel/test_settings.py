"""What flannel says of itself, in the forms in which its daemon writes it."""

from ipaddress import ip_interface, ip_network
from pathlib import Path

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.flannel import Backend, Settings, read_settings

ENV = "FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.1.1/24\nFLANNEL_MTU=1450\nFLANNEL_IPMASQ=true\n"
CONF = '{"Network": "10.244.0.0/16", "EnableNFTables": false, "Backend": {"Type": "vxlan", "DirectRouting": true}}'


def read(folder: Path, env: str | None, conf: str | None) -> Settings | None:
    """Read what these texts are as files."""
    for name, text in (("subnet.env", env), ("net-conf.json", conf)):
        (folder / name).unlink(missing_ok=True)
        if text is not None:
            (folder / name).write_text(text)
    return read_settings(folder / "subnet.env", folder / "net-conf.json")


def test_both_files_make_the_settings(tmp_path: Path) -> None:
    """Either may be absent; without both nothing is known."""
    whole = read(tmp_path, ENV, CONF)
    assert whole == Settings(
        networks=(ip_network("10.244.0.0/16"),),
        subnets=(ip_interface("10.244.1.1/24"),),
        backend=Backend.VXLAN,
        direct_routing=True,
    )
    alone = read(tmp_path, ENV, None)
    assert (alone and (alone.backend, alone.direct_routing)) == (Backend.UNKNOWN, False)
    ranges = read(tmp_path, None, CONF)
    assert (ranges and (ranges.networks, ranges.subnets)) == ((ip_network("10.244.0.0/16"),), ())
    assert read(tmp_path, None, None) is None


def test_ipv6_and_other_backends_are_understood(tmp_path: Path) -> None:
    """Quotes and remarks as a shell takes them."""
    six = 'FLANNEL_IPV6_NETWORK="fd00:244::/48"\n#FLANNEL_NETWORK=1\nFLANNEL_IPV6_SUBNET=fd00:244:0:1::1/64\n'
    found = read(tmp_path, six, '{"Backend": {"Type": "host-gw"}}')
    assert found is not None
    assert (found.networks, found.backend) == ((ip_network("fd00:244::/48"),), Backend.HOST_GW)
    assert (found.subnet_length(6), found.subnet_length(4)) == (64, 24)
    other = read(tmp_path, ENV, '{"Backend": {"Type": "wireguard"}}')
    assert other is not None
    assert other.backend is Backend.UNKNOWN


@pytest.mark.parametrize(
    ("destination", "found"),
    [("10.244.1.0/24", True), ("10.244.0.0/16", False), ("10.0.0.0/8", False), ("10.245.0.0/24", False)],
)
def test_a_part_of_the_range_is_told(tmp_path: Path, destination: str, found: bool) -> None:
    """The range itself is no part of it."""
    settings = read(tmp_path, ENV, None)
    assert settings is not None
    assert (settings.network_of(ip_network(destination)) is not None) is found
    assert settings.network_of(ip_network("fd00::/64")) is None


@pytest.mark.parametrize(
    ("env", "conf", "sentence"),
    [
        ("", None, "subnet.env: names no FLANNEL_NETWORK"),
        ("FLANNEL_NETWORK=x", None, "subnet.env: 'x' is no range of addresses"),
        (f"{ENV}FLANNEL_IPV6_SUBNET=y", None, "subnet.env: 'y' is no address with its range"),
        (None, "{", "net-conf.json: is no configuration of flannel"),
        (None, '{"Network": "z"}', "net-conf.json: 'z' is no range of addresses"),
    ],
)
def test_what_cannot_be_understood_is_named(tmp_path: Path, env: str | None, conf: str | None, sentence: str) -> None:
    """With the file."""
    with pytest.raises(NodeError, match=sentence):
        read(tmp_path, env, conf)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A directory, or octets that are no text."""
    with pytest.raises(NodeError, match=f"{tmp_path}: cannot be read: Is a directory"):
        read_settings(tmp_path, tmp_path / "none")
    (tmp_path / "e").write_bytes(b"\xff")
    with pytest.raises(NodeError, match="is not text in UTF-8"):
        read_settings(tmp_path / "e", tmp_path / "none")
