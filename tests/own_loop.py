"""Coroutines in a loop of their own: a browser's tests may hold the one of this thread."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def finished(work: Coroutine[Any, Any, Any]) -> Any:
    """What it comes to."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, work).result()
