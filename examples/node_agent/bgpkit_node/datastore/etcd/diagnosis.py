"""Why etcd cannot be reached at an endpoint: asked again by plain means, which tell more than gRPC does."""

import asyncio
import contextlib
import errno
import os
import socket
import ssl
from typing import Final
from urllib.parse import urlsplit

from bgpkit_node.datastore.etcd.credentials import Credentials, signed_by_authority

_PATIENCE: Final = 3.0
_VERSION: Final = b"GET /version HTTP/1.1\r\nHost: etcd\r\nConnection: close\r\n\r\n"
_NO_TLS: Final = "does not speak TLS: write http:// instead of https://"
_NO_CERTIFICATE: Final = "wants a client certificate: set ETCD_CERT_FILE and ETCD_KEY_FILE"
_ANSWERS: Final = "answers, but not over gRPC"
_SILENT: Final = "does not answer"
_REFUSES: Final = "refuses connections"
_ENDS: Final = "ends the connection"
_NAMELESS: Final = "has a name that cannot be resolved"
_NO_WAY: Final = "cannot be reached"
_PASSING: Final = (_ANSWERS, _SILENT, _REFUSES, _ENDS, _NAMELESS, _NO_WAY)
_REFUSED_CERTIFICATE: Final = ("ALERT_UNKNOWN_CA", "ALERT_BAD_CERTIFICATE", "ALERT_CERTIFICATE_UNKNOWN")


async def why_unreachable(endpoint: str, credentials: Credentials) -> str:
    """Return the end of a sentence that begins with the endpoint: ``refuses connections``."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await _ask(endpoint, credentials)
    except TimeoutError:
        return _SILENT
    except ssl.SSLCertVerificationError as error:
        return _of_their_certificate(error, credentials)
    except ssl.SSLError as error:
        return _of_tls(error, credentials)
    except socket.gaierror:
        return _NAMELESS
    except OSError as error:
        return _of_network(error)


def may_pass(reason: str) -> bool:
    """Tell whether a ``reason`` that why_unreachable gave may pass by itself; others are for someone to mend."""
    return reason.startswith(_PASSING)


def in_its_words(reason: str, words: str) -> str:
    """Return ``reason``; where etcd is there and does not do what is asked, with the ``words`` that came of asking."""
    if reason != _ANSWERS or not words:
        return reason
    said = words.removeprefix("etcdserver: ").lower()
    return f"answers, but does not do what it is asked ({said}): see whether most members of its cluster run"


async def _ask(endpoint: str, credentials: Credentials) -> str:
    url = urlsplit(endpoint)
    host, port = url.hostname or "", url.port or 2379
    if url.scheme == "https":
        context = await asyncio.to_thread(credentials.context)
        context.set_alpn_protocols(["http/1.1"])
        try:
            answer = await _exchange(host, port, context)
        except ConnectionRefusedError:
            raise
        except (ConnectionError, ssl.SSLEOFError):
            if await _is_etcd(host, port):
                return _NO_TLS
            answer = None
        if answer is None:
            return await asyncio.to_thread(_of_their_silence, credentials)
        return _ANSWERS if b"etcdserver" in answer else "is no etcd"
    answer = await _exchange(host, port, None)
    if answer is not None and b"etcdserver" in answer:
        return _ANSWERS
    if (answer and b"HTTPS" in answer) or await _speaks_tls(host, port):
        return "speaks TLS: write https:// instead of http://"
    return "is no etcd"


async def _exchange(host: str, port: int, context: ssl.SSLContext | None) -> bytes | None:
    """Ask for etcd's version and return the answer, None when the connection ends without one."""
    reader, writer = await asyncio.open_connection(host, port, ssl=context)
    try:
        writer.write(_VERSION)
        return await reader.read(4096) or None
    except ConnectionError:
        return None
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _is_etcd(host: str, port: int) -> bool:
    with contextlib.suppress(OSError):
        return b"etcdserver" in (await _exchange(host, port, None) or b"")
    return False


async def _speaks_tls(host: str, port: int) -> bool:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        await _exchange(host, port, context)
    except ssl.SSLError as error:
        return error.reason != "WRONG_VERSION_NUMBER"
    except OSError:
        return False
    return True


def _of_their_certificate(error: ssl.SSLCertVerificationError, credentials: Credentials) -> str:
    reason = error.verify_message.rstrip(".")
    if "mismatch" in reason or "not valid for" in reason:
        return f"shows a certificate for another name ({reason})"
    if "expired" in reason or "not yet valid" in reason:
        return f"shows a certificate that is not valid at this time ({reason})"
    if not credentials.authority:
        return (
            "shows a certificate that is not signed by an authority this machine trusts: set ETCD_CA_CERT_FILE to that"
            f" of etcd's ({reason})"
        )
    return f"shows a certificate that is not signed by the given authority, ETCD_CA_CERT_FILE ({reason})"


def _of_tls(error: ssl.SSLError, credentials: Credentials) -> str:
    reason = error.reason or ""
    if "WRONG_VERSION_NUMBER" in reason or "HTTP_REQUEST" in reason:
        return _NO_TLS
    if "CERTIFICATE_REQUIRED" in reason or (not credentials.certificate and "ALERT" in reason):
        return _NO_CERTIFICATE
    if any(alert in reason for alert in _REFUSED_CERTIFICATE):
        return "refuses the client certificate: it is not signed by an authority that etcd trusts"
    return f"fails the TLS handshake ({(reason or str(error)).replace('_', ' ').lower()})"


def _of_their_silence(credentials: Credentials) -> str:
    """Say why an endpoint ends the connection right after the handshake; blocks."""
    if not credentials.certificate:
        return _NO_CERTIFICATE
    if credentials.authority and not signed_by_authority(credentials):
        return "refuses the client certificate: it is not signed by the given authority, ETCD_CA_CERT_FILE"
    return f"{_ENDS}: look at its log"


def _of_network(error: OSError) -> str:
    if error.errno == errno.ECONNREFUSED or f"[Errno {errno.ECONNREFUSED}]" in str(error):
        return _REFUSES
    if isinstance(error, ConnectionError):
        return _ENDS
    return f"{_NO_WAY} ({os.strerror(error.errno) if error.errno else error})"
