"""A response that takes long to draw: drawn after the commit, off the event loop, at most two at a time."""

from collections.abc import Callable
from urllib.parse import quote

import anyio
import anyio.to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_AT_A_TIME = anyio.CapacityLimiter(2)


class DrawnResponse(Response):
    """A file that `draw` makes when the answer is sent; the transaction is over by then."""

    def __init__(self, draw: Callable[[], bytes], media_type: str, filename: str, inline: bool = False) -> None:
        way = "inline" if inline else "attachment"
        disposition = f"{way}; filename*=UTF-8''{quote(filename)}"
        super().__init__(b"", media_type=media_type, headers={"Content-Disposition": disposition})
        self._draw = draw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Draw and send. What `draw` raises becomes an error page, since nothing was sent yet."""
        self.body = await anyio.to_thread.run_sync(self._draw, limiter=_AT_A_TIME)
        self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)
