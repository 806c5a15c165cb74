"""The router's side of a session with one cache: a pure machine, without clock or socket (RFC 8210, section 8)."""

from dataclasses import dataclass
from typing import Final

from bgpkit.rpki.cache import RtrState
from bgpkit.rpki.codec import decode_pdu, encode_pdu, next_pdu
from bgpkit.rpki.effects import (
    CloseConnection,
    PublishTable,
    ReportProblem,
    RtrEffect,
    RtrTimer,
    SendOctets,
    StartTimer,
    StopTimer,
)
from bgpkit.rpki.error import RtrError, RtrErrorCode, error_title
from bgpkit.rpki.intervals import RtrIntervals
from bgpkit.rpki.negotiation import Negotiation
from bgpkit.rpki.pdu import (
    CacheReset,
    CacheResponse,
    EndOfData,
    ErrorReport,
    Pdu,
    PduType,
    ResetQuery,
    RouterKey,
    SerialNotify,
    SerialQuery,
)
from bgpkit.rpki.response import Response
from bgpkit.rpki.table import RoaTable

ANSWER_SECONDS: Final = 60.0
"""How long a cache may say nothing when it was asked."""
MAXIMUM_ROAS: Final = 4_000_000
"""How many ROAs of one cache are held unless told otherwise: several times all there are."""
_PDU_QUOTED: Final = 1024
"""Octets of a PDU at fault that an Error Report quotes at most."""


_ASKED: Final = frozenset({RtrState.QUERYING, RtrState.LOADING})
_PREFIXES: Final = frozenset({PduType.IPV4_PREFIX.value, PduType.IPV6_PREFIX.value})


@dataclass(frozen=True, slots=True)
class _Position:
    """Which data the cache's is, so that it may send what changed since."""

    version: int
    session_id: int
    serial: int


class RtrMachine:
    """Takes what happens to a session and gives what is to be done, in order."""

    def __init__(self, *, intervals: RtrIntervals | None = None, maximum_roas: int = MAXIMUM_ROAS) -> None:
        """Use ``intervals`` instead of those that the cache sends, and hold ``maximum_roas`` at most."""
        self.state = RtrState.CLOSED
        self.table: RoaTable | None = None
        """The data of the last End of Data, until it expires."""
        self._configured = intervals
        self._intervals = intervals or RtrIntervals()
        self._maximum_roas = maximum_roas
        self._position: _Position | None = None
        self._negotiation = Negotiation()
        self._response: Response | None = None
        self._asked_since: _Position | None = None
        self._notified: int | None = None
        self._unread = b""
        self._offset = 0
        self._effects: list[RtrEffect] = []

    @property
    def version(self) -> int:
        """The protocol version asked for, or agreed on."""
        return self._negotiation.version

    @property
    def serial(self) -> int | None:
        """The serial number of the data, where the cache can be asked for what changed since."""
        return None if self._position is None else self._position.serial

    @property
    def retry_seconds(self) -> float:
        """The retry interval in force."""
        return self._intervals.retry

    def connected(self) -> tuple[RtrEffect, ...]:
        """Start on a new connection: a query is the first PDU. RFC 8210, section 7."""
        self._unread, self._offset = b"", 0
        self._negotiation.begin(None if self._position is None else self._position.version)
        self._query()
        return self._taken()

    def disconnected(self) -> tuple[RtrEffect, ...]:
        """Take note that the connection is gone; the data stays until it expires.

        A cache that hangs up without a word may not know the session, and is asked for all data; one that does it
        again may not speak this version, and the other one is tried.

        RFC 8210, section 7.
        """
        if self.state is RtrState.QUERYING and not self._negotiation.agreed:
            if self._asked_since is None:
                self._negotiation.unanswered()
            self._position = None
        self._close()
        return self._taken()

    def timer_expired(self, timer: RtrTimer) -> tuple[RtrEffect, ...]:
        """Do what the time of ``timer`` has come for. RFC 8210, section 6."""
        match timer:
            case RtrTimer.REFRESH if self.state is RtrState.READY:
                self._query()
            case RtrTimer.RETRY if self.state is RtrState.WAITING:
                self._query()
            case RtrTimer.EXPIRE:
                self._drop_data()
                if self.state is RtrState.READY:
                    self._query()
                elif self.state in _ASKED and self._asked_since is not None:
                    self._hang_up("the data expired before the cache could renew it", at_once=True)
            case RtrTimer.ANSWER if self.state in _ASKED:
                self._hang_up(f"the cache has said nothing for {ANSWER_SECONDS:g} seconds")
            case _:
                pass
        return self._taken()

    def feed(self, octets: bytes) -> None:
        """Take octets of the connection; :meth:`process` reads them."""
        self._unread = self._unread[self._offset :] + octets
        self._offset = 0

    def process(self, limit: int) -> tuple[tuple[RtrEffect, ...], bool]:
        """Read up to ``limit`` PDUs; return what is to be done, and whether more may be there to read.

        Nothing is read any more once the connection is to be closed.
        """
        try:
            more = self._read(limit)
            if self._response is not None:
                self._effects.append(StartTimer(RtrTimer.ANSWER, ANSWER_SECONDS))
                self._check_size(self._response)
        except RtrError as error:
            self._refuse(error)
            more = False
        return self._taken(), more

    def _read(self, limit: int) -> bool:
        data, end = self._unread, len(self._unread)
        for _ in range(limit):
            start = self._offset
            stop = next_pdu(data, start, end)
            if not stop:
                return False
            self._offset = stop
            response = self._response
            if response is not None and data[start + 1] in _PREFIXES and data[start] == self.version:
                response.record(data, start, stop)
            else:
                self._take(data, start, stop)
                if self.state is RtrState.CLOSED:
                    return False
        return True

    def _take(self, data: bytes, start: int, stop: int) -> None:
        version, kind = data[start], data[start + 1]
        if kind == PduType.ERROR_REPORT:
            report = decode_pdu(data, start, stop)
            if isinstance(report, ErrorReport):
                self._reported(report, version)
            return
        if kind == PduType.SERIAL_NOTIFY and not self._negotiation.agreed:
            return  # it may come before the answer, in any version
        self._agree(version, data[start:stop])
        if self.state is not RtrState.CLOSED:
            self._handle(decode_pdu(data, start, stop), data[start:stop])

    def _agree(self, version: int, octets: bytes) -> None:
        """Agree on the version of the first answer; data of a higher version is of another session."""
        if self._negotiation.agree(version, octets):
            self._position = None
            if self._asked_since is not None:
                self._hang_up(f"the cache answers in version {version}", at_once=True)

    def _handle(self, pdu: Pdu, octets: bytes) -> None:
        match pdu:
            case SerialNotify(session_id, serial):
                self._notify(session_id, serial, octets)
            case CacheResponse(session_id) if self.state is RtrState.QUERYING:
                self._begin(session_id, octets)
            case CacheReset() if self.state is RtrState.QUERYING and self._asked_since is not None:
                self._position = None
                self._query()
            case EndOfData() if self._response is not None:
                self._complete(self._response, pdu, octets)
            case RouterKey() if self._response is not None:
                pass
            case _:
                text = f"no {type(pdu).__name__} is expected while {self.state.value}"
                raise RtrError(RtrErrorCode.CORRUPT_DATA, text, octets)

    def _notify(self, session_id: int, serial: int, octets: bytes) -> None:
        if self._response is not None:
            self._check_session(session_id, self._response.session_id, octets)
        elif self._position is not None:
            self._check_session(session_id, self._position.session_id, octets)
        if self.state in _ASKED:
            self._notified = serial
        elif serial != self.serial:
            self._query()

    def _begin(self, session_id: int, octets: bytes) -> None:
        base = None
        if self._asked_since is not None and self.table is not None:
            self._check_session(session_id, self._asked_since.session_id, octets)
            base = self.table
        self._response = Response(session_id, base)
        self.state = RtrState.LOADING

    def _complete(self, response: Response, end: EndOfData, octets: bytes) -> None:
        """Put the new data in the place of the old, all at once."""
        self._check_session(end.session_id, response.session_id, octets)
        self._check_size(response)
        self.table = response.table()
        self._response = None
        self._position = _Position(self.version, end.session_id, end.serial)
        self._intervals = self._configured or (end.intervals or RtrIntervals()).bounded()
        self.state = RtrState.READY
        self._effects += [
            StopTimer(RtrTimer.ANSWER),
            PublishTable(self.table),
            StartTimer(RtrTimer.REFRESH, self._intervals.refresh),
            StartTimer(RtrTimer.EXPIRE, self._intervals.expire),
        ]
        notified, self._notified = self._notified, None
        if notified is not None and notified != end.serial:
            self._query()

    def _reported(self, report: ErrorReport, version: int) -> None:
        """Do what an Error Report asks for; it is never answered. RFC 8210, section 5.11."""
        lower = self._negotiation.lowers(version)
        if report.code == RtrErrorCode.NO_DATA_AVAILABLE and (lower or version == self.version):
            self._agree(version, b"")
            self._response = None
            if self.state is RtrState.CLOSED:
                return
            self.state = RtrState.WAITING
            self._effects += [
                StopTimer(RtrTimer.ANSWER),
                StartTimer(RtrTimer.RETRY, self._intervals.retry),
                ReportProblem("the cache has no data"),
            ]
        elif report.code == RtrErrorCode.UNSUPPORTED_PROTOCOL_VERSION and lower:
            self._negotiation.begin(version)
            self._position = None
            self._hang_up(f"the cache wants version {version}", at_once=True)
        else:
            self._position = None
            self._hang_up(f"the cache reports an error: {error_title(report.code)}: {report.text}")

    def _check_size(self, response: Response) -> None:
        if len(response) > self._maximum_roas:
            raise RtrError(RtrErrorCode.INTERNAL_ERROR, f"more than {self._maximum_roas} records came", b"")

    def _check_session(self, session_id: int, expected: int, octets: bytes) -> None:
        """Refuse another session's ID, and drop what the cache has sent. RFC 8210, section 5.1."""
        if session_id != expected:
            self._drop_data()
            text = f"the session ID is {session_id}, not {expected}"
            raise RtrError(RtrErrorCode.CORRUPT_DATA, text, octets)

    def _query(self) -> None:
        """Ask for what changed since the data that is held, else for all."""
        position = self._asked_since = self._position
        pdu = ResetQuery() if position is None else SerialQuery(position.session_id, position.serial)
        self.state = RtrState.QUERYING
        self._effects += [SendOctets(encode_pdu(pdu, self.version)), StartTimer(RtrTimer.ANSWER, ANSWER_SECONDS)]

    def _refuse(self, error: RtrError) -> None:
        """Answer a fault, unless it is one of an Error Report, and close; all data is asked for next time."""
        self._position = None
        if error.pdu[1:2] != bytes((PduType.ERROR_REPORT,)):
            report = ErrorReport(error.code, error.pdu[:_PDU_QUOTED], str(error))
            self._effects.append(SendOctets(encode_pdu(report, self.version)))
        self._hang_up(str(error))

    def _drop_data(self) -> None:
        self._position = None
        if self.table is not None:
            self.table = None
            self._effects += [StopTimer(RtrTimer.EXPIRE), PublishTable(None)]

    def _hang_up(self, reason: str, *, at_once: bool = False) -> None:
        self._close()
        self._effects.append(CloseConnection(reason, at_once))

    def _close(self) -> None:
        self.state = RtrState.CLOSED
        self._response = self._notified = None
        self._unread, self._offset = b"", 0
        self._effects += [StopTimer(timer) for timer in (RtrTimer.ANSWER, RtrTimer.RETRY, RtrTimer.REFRESH)]

    def _taken(self) -> tuple[RtrEffect, ...]:
        effects = tuple(self._effects)
        self._effects.clear()
        return effects
