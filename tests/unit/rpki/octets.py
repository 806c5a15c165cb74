"""PDUs of the RTR protocol put together by hand, without the library's encoder."""

from ipaddress import ip_network
from struct import pack

NOTIFY, SERIAL_QUERY, RESET_QUERY, RESPONSE, IPV4, IPV6, END, RESET, KEY, REPORT = 0, 1, 2, 3, 4, 6, 7, 8, 9, 10
SESSION = 7000


def pdu(kind: int, third: int = 0, body: bytes = b"", *, version: int = 1) -> bytes:
    """Return a PDU of any type: ``third`` is the field of two octets behind the type."""
    return pack(">BBHI", version, kind, third, 8 + len(body)) + body


def notify(serial: int, session: int = SESSION, *, version: int = 1) -> bytes:
    """Return a Serial Notify."""
    return pdu(NOTIFY, session, pack(">I", serial), version=version)


def response(session: int = SESSION, *, version: int = 1) -> bytes:
    """Return a Cache Response."""
    return pdu(RESPONSE, session, version=version)


def prefix(text: str, asn: int, most: int | None = None, *, announce: bool = True, version: int = 1) -> bytes:
    """Return an IPv4 or IPv6 Prefix PDU; without ``most`` the maximum length is that of the prefix."""
    network = ip_network(text)
    kind = IPV4 if network.version == 4 else IPV6
    lengths = pack(">BBBB", announce, network.prefixlen, network.prefixlen if most is None else most, 0)
    return pdu(kind, 0, lengths + network.network_address.packed + pack(">I", asn), version=version)


def end(serial: int, session: int = SESSION, *, refresh: int = 3600, retry: int = 600, expire: int = 7200) -> bytes:
    """Return an End of Data of version 1."""
    return pdu(END, session, pack(">IIII", serial, refresh, retry, expire))


def end_of_version_0(serial: int, session: int = SESSION) -> bytes:
    """Return an End of Data of version 0, which has no intervals."""
    return pdu(END, session, pack(">I", serial), version=0)


def cache_reset(*, version: int = 1) -> bytes:
    """Return a Cache Reset."""
    return pdu(RESET, version=version)


def router_key(asn: int = 64500) -> bytes:
    """Return a Router Key that is announced."""
    return pdu(KEY, 0x0100, bytes(20) + pack(">I", asn) + b"key")


def report(code: int, octets: bytes = b"", text: str = "", *, version: int = 1) -> bytes:
    """Return an Error Report."""
    said = text.encode()
    return pdu(REPORT, code, pack(">I", len(octets)) + octets + pack(">I", len(said)) + said, version=version)


def serial_query(serial: int, session: int = SESSION, *, version: int = 1) -> bytes:
    """Return a Serial Query."""
    return pdu(SERIAL_QUERY, session, pack(">I", serial), version=version)


def reset_query(*, version: int = 1) -> bytes:
    """Return a Reset Query."""
    return pdu(RESET_QUERY, version=version)
