"""Another decoder reads the extended communities that texts make: tshark, from a capture file put together here."""

import subprocess
from pathlib import Path
from struct import pack

import pytest

from bgpkit_rib import ExtendedCommunity
from bgpkit_setup.packages import find_executable
from tests.support.skips import require_package

READINGS = {
    "rt:64512:100": ["Route Target: 64512:100 "],
    "rt:192.0.2.1:100": ["Route Target: 192.0.2.1:100 "],
    "rt:4200000000:7": ["Route Target: 64086.59904(4200000000):7 "],
    "ro:64512:100": ["Route Origin: 64512:100 "],
    "ospf-domain:64512:512": ["OSPF Domain Identifier: 64512:512 "],
    "ospf-route-type:0.0.0.1:2:1": ["OSPF Route Type: Area: 0.0.0.1, Type: Network ", "Metric type: Type-2"],
    "ospf-router-id:192.0.2.1": ["OSPF Router ID: 192.0.2.1:0 "],
    "data-collection:64512:5": ["BGP Data Collection: 64512:5 "],
    "source-as:64512": ["Source AS: 64512:0 "],
    "vrf-route-import:192.0.2.1:5": ["VRF Route Import: 192.0.2.1:5 "],
    "l2vpn:64512:5": ["L2VPN Identifier: 64512:5 "],
    "layer2-info:19:2:1500:0": ["Encaps Type: VPLS (19)", "C flag: Set", "S flag: Not set", "Layer-2 MTU: 1500"],
    "encapsulation:vxlan": ["Encapsulation: VXLAN Encapsulation "],
    "encapsulation:mpls-in-udp": ["Encapsulation: MPLS in UDP Encapsulation "],
    "link-bandwidth:64512:1250000000": ["Link Bandwidth: ASN 64512, 10000.000 Mbps [Non-Transitive"],
    "cost:128:5:100": ["Point of insertion: Before BGP Best Path algorithm (128)", "Community ID: 5", "Cost: 100 "],
    "mac-mobility:sticky:5": ["MAC Mobility: Sticky MAC ", "Sequence number: 5"],
    "esi-label:single-active:100": ["ESI MPLS Label: Single-Active redundancy, Label: 100 "],
    "es-import:02:42:ac:11:00:02": ["ES Import: RT: 02:42:ac:11:00:02 "],
    "router-mac:02:42:ac:11:00:02": ["Router's MAC: 02:42:ac:11:00:02 "],
    "layer2-attributes:primary:control-word:1500": ["C flag: Set", "P flag: Set", "B flag: Not set", "L2 MTU: 1500"],
    "e-tree:leaf:100": ["L flag: Set", "MPLS Label: 100"],
    "flowspec-rate:64512:1000.5": ["Flow spec traffic-rate: ASN 64512", "Rate shaper: 1000.5"],
    "flowspec-action:terminal": ["Flow spec traffic-action: Sample: No, Terminal: Yes "],
    "flowspec-action:sample": ["Flow spec traffic-action: Sample: Yes, Terminal: No "],
    "redirect:64512:1": ["Flow spec redirect AS 2 bytes: RT 64512:1 "],
    "redirect:192.0.2.1:1": ["Flow spec redirect IPv4 format:", "IPv4 address: 192.0.2.1"],
    "redirect:4200000000:1": ["Flow spec redirect AS-4byte format:", "4-Octet AS: 4200000000"],
    "flowspec-marking:46": ["Flow spec traffic-remarking: Expedited Forwarding "],
}


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return what tshark says of each community, in order."""
    if find_executable("tshark") is None:
        require_package("tshark")
    capture = tmp_path_factory.mktemp("tshark") / "update.pcap"
    capture.write_bytes(_capture(b"".join(ExtendedCommunity.parse(text).octets for text in READINGS)))
    return _sections(_tshark(capture))


def _tshark(capture: Path) -> str:
    """Return tshark's whole tree of a capture file."""
    command = ["tshark", "-r", str(capture), "-V", "-o", "bgp.asn_len:4"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def _capture(communities: bytes) -> bytes:
    """Return a capture file of one UPDATE from port 179 with these extended communities."""
    attributes = bytes.fromhex("40010100 400200 400304c0000201 d010") + pack(">H", len(communities)) + communities
    body = pack(">HH", 0, len(attributes)) + attributes + bytes.fromhex("080a")
    message = b"\xff" * 16 + pack(">HB", 19 + len(body), 2) + body
    segment = pack(">HHIIBBHHH", 179, 40000, 1, 1, 5 << 4, 0x18, 65535, 0, 0) + message
    header = pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0, 64, 6, 0, b"\x0a\0\0\x01", b"\x0a\0\0\x02")
    packet = header + segment
    return pack("<IHHiIIIIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101, 0, 0, len(packet), len(packet)) + packet


def _sections(tree: str) -> list[str]:
    """Divide the tree below the attribute into a text for each community: by the indentation of its heading."""
    lines = tree[tree.index("Carried extended communities") :].splitlines()
    indentation = len(lines[1]) - len(lines[1].lstrip())
    sections: list[str] = []
    for line in lines[1:]:
        depth = len(line) - len(line.lstrip())
        if depth < indentation:
            break
        if depth == indentation:
            sections.append("")
        sections[-1] += f"{line.strip()}\n"
    return sections


@pytest.mark.parametrize("text", READINGS)
def test_tshark_reads_what_the_text_says(readings: list[str], text: str) -> None:
    """Each community stands for the same in tshark's words."""
    assert len(readings) == len(READINGS)
    reading = readings[list(READINGS).index(text)]
    assert [words for words in READINGS[text] if words not in reading] == []
