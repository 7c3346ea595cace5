"""Timeouts for blocking calls."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

_Value = TypeVar("_Value")


async def with_timeout(call: Callable[[], _Value], seconds: float) -> _Value:
    """Return the result of ``call``, run in a daemon thread.

    Raises `TimeoutError` after ``seconds``.

    After the timeout the thread keeps running, but its result is ignored.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Value] = loop.create_future()

    def tell(value: _Value | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(value)  # type: ignore[arg-type]

    def run() -> None:
        value, failed = None, None
        try:
            value = call()
        except Exception as error:
            failed = error
        with suppress(RuntimeError):  # The event loop is closed: no caller waits any more.
            loop.call_soon_threadsafe(tell, value, failed)

    threading.Thread(target=run, name="token", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await done
