"""Every error that the node agent raises, under one root.

::

    NodeError
    ├── DatastoreError              the store cannot be used: names the path and the cure
    │   ├── AlreadyExistsError      a key that was to be created is there
    │   ├── ConflictError           a key has another revision than the caller read
    │   ├── NotFoundError           a key that was to be changed or deleted is not there
    │   ├── UnreachableError        nobody answers now: the same may succeed later
    │   ├── GoneError               the file is not where it was: what is done now is kept nowhere
    │   └── CompactedError          the changes after a revision are forgotten: list again
    ├── KubernetesError             Kubernetes' API does not answer, or refuses: `.status` is that of HTTP
    ├── ResourceError               a resource that cannot be: names file, document, line and field
    ├── InvalidResourcesError       all the resources of a call that cannot be; `.errors` are ResourceErrors
    ├── PasswordError               the password of a session cannot be had: names the file and the cure
    ├── UsageError                  the words of a command that cannot be meant: exit code 2
    ├── IpamError                   no address can be given, or the allocation data contradict themselves
    └── CniError                    answered to a container runtime; `.code` is of the CNI specification
"""

from collections.abc import Sequence


class NodeError(Exception):
    """Root of all errors of the node agent; the text is one sentence for a person."""


class UsageError(NodeError):
    """The words that a command was given cannot be meant, whatever the datastore and the machine hold."""


class DatastoreError(NodeError):
    """The datastore cannot be opened, read or written."""


class AlreadyExistsError(DatastoreError):
    """A key that was to be created exists."""

    def __init__(self, key: str) -> None:
        """Keep the ``key`` for the caller who wants to read it."""
        super().__init__(f"{key} exists already")
        self.key = key


class ConflictError(DatastoreError):
    """A key was changed by someone else since the caller read it."""

    def __init__(self, key: str, expected: int, found: int) -> None:
        """Keep the ``key`` and both revisions."""
        super().__init__(f"{key} has been changed: its revision is {found}, not {expected}")
        self.key = key
        self.expected = expected
        self.found = found


class NotFoundError(DatastoreError):
    """A key that was to be changed or deleted does not exist."""

    def __init__(self, key: str) -> None:
        """Keep the ``key``."""
        super().__init__(f"{key} does not exist")
        self.key = key


class UnreachableError(DatastoreError):
    """The datastore does not answer now, which may pass by itself: who has time tries again."""


class GoneError(DatastoreError):
    """The datastore's file was removed, moved or replaced while it was in use."""


class CompactedError(DatastoreError):
    """The changes after a revision are no longer (or not) in the store: the caller lists again."""

    def __init__(self, revision: int, oldest: int) -> None:
        """Keep the ``revision`` asked for and the ``oldest`` one that can be watched from."""
        super().__init__(f"changes after revision {revision} are not kept, only those after {oldest}")
        self.revision = revision
        self.oldest = oldest


class KubernetesError(NodeError):
    """The API of Kubernetes does not answer, or not with what was asked for."""

    def __init__(self, text: str, status: int = 0) -> None:
        """Keep the ``status`` of HTTP that it answered with; 0 when it did not answer."""
        super().__init__(text)
        self.status = status


class ResourceError(NodeError):
    """A resource that cannot be; says where it stands and which field is wrong.

    The text reads ``bgp.yaml: document 2, line 14: BGPPeer spec.peerSelectr: unknown field``; each part that is
    not known is left out.
    """

    def __init__(
        self, text: str, *, field: str = "", kind: str = "", source: str = "", document: int = 0, line: int = 0
    ) -> None:
        """Keep what is known of the place: ``document`` and ``line`` count from 1, 0 is unknown."""
        self.text = text
        self.field = field
        self.kind = kind
        self.source = source
        self.document = document
        self.line = line
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        place = [f"document {self.document}"] if self.document else []
        place += [f"line {self.line}"] if self.line else []
        subject = " ".join(word for word in (self.kind, self.field) if word)
        return ": ".join(part for part in (self.source, ", ".join(place), subject, self.text) if part)


class InvalidResourcesError(NodeError):
    """Resources that cannot be applied, so that nothing was; the text has one line for each of ``errors``."""

    def __init__(self, errors: Sequence[ResourceError]) -> None:
        """Keep the ``errors`` in the order of the documents."""
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = tuple(errors)


class PasswordError(NodeError):
    """The password of a session cannot be had, so that the session stays down, unless it is optional and absent."""

    def __init__(self, text: str, *, absent: bool = False) -> None:
        """Keep whether there is no such secret, or no such key of it."""
        super().__init__(text)
        self.absent = absent


class IpamError(NodeError):
    """No address can be given or released as asked, or the allocation data contradict themselves."""


class CniError(NodeError):
    """A CNI call that failed. CNI specification 1.1.0, section "Error"."""

    def __init__(self, code: int, msg: str, details: str = "") -> None:
        """Keep the specification's ``code`` (11: try again later; from 100: ours), a short ``msg``, ``details``."""
        super().__init__(f"{msg}: {details}" if details else msg)
        self.code = code
        self.msg = msg
        self.details = details
