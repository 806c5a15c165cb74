"""nft as a library: scripts carried out in this process, without starting a program. Linux only; blocks.

libnftables(3). It comes with nft. Another thread may run meanwhile, but only one is in the library at a time.
"""

import ctypes
from functools import cache
from threading import Lock
from typing import Final

from bgpkit_node.nft.error import NftError

NAME: Final = "libnftables.so.1"
_ALONE: Final = Lock()


class NftLibrary:
    """A context of the library; its socket is in the network namespace of the thread that makes it."""

    def __init__(self) -> None:
        """Make the context; NftError when nft is not installed."""
        self._library = _loaded(NAME)
        with _ALONE:
            self._context: int | None = self._library.nft_ctx_new(0)
        if self._context is None:
            raise NftError(f"{NAME} cannot be used: there is not enough memory")
        self._library.nft_ctx_buffer_output(self._context)
        self._library.nft_ctx_buffer_error(self._context)

    def close(self) -> None:
        """Free the context."""
        if self._context is not None:
            self._library.nft_ctx_free(self._context)
            self._context = None

    def check(self, script: str) -> str | None:
        """Read a script and carry nothing out; return what nft says where it does not understand it, else None."""
        self._library.nft_ctx_set_dry_run(self._context, True)
        try:
            return self.run(script)
        finally:
            self._library.nft_ctx_set_dry_run(self._context, False)

    def run(self, script: str) -> str | None:
        """Carry a script out, all or nothing; return what nft says where it is refused, else None."""
        with _ALONE:
            status: int = self._library.nft_run_cmd_from_buffer(self._context, script.encode())
            said: bytes = self._library.nft_ctx_get_error_buffer(self._context)
        return said.decode(errors="replace").strip() or "it does not say why" if status else None


@cache
def _loaded(name: str) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        raise NftError(f"there is no library {name}: install the package nftables") from error
    library.nft_ctx_new.argtypes, library.nft_ctx_new.restype = [ctypes.c_uint32], ctypes.c_void_p
    for name_of_call in ("nft_ctx_free", "nft_ctx_buffer_output", "nft_ctx_buffer_error", "nft_ctx_get_error_buffer"):
        getattr(library, name_of_call).argtypes = [ctypes.c_void_p]
    library.nft_ctx_free.restype = None
    library.nft_ctx_set_dry_run.argtypes, library.nft_ctx_set_dry_run.restype = [ctypes.c_void_p, ctypes.c_bool], None
    library.nft_ctx_get_error_buffer.restype = ctypes.c_char_p
    library.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    return library
