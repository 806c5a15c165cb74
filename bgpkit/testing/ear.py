"""A stream reader that forgets nothing."""

import asyncio


class Ear(asyncio.StreamReader):
    """Gives what was heard before the connection broke first; asyncio's own gives the error at once."""

    def set_exception(self, exc: Exception) -> None:
        """Take note that the connection broke: an error when nothing is left to be read, else an end after it."""
        if vars(self)["_buffer"]:  # there is no other way to ask
            self.feed_eof()
        else:
            super().set_exception(exc)
