"""A lecture hall: many visitors at once, each of them changing something every few seconds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from time import monotonic
from typing import Final

from websockets.exceptions import WebSocketException

from benchmarks.texts import PAIR_B
from benchmarks.visitors import Tally, Visitor

THINKING_S: Final = 5.0
"""Between two changes of a visitor, on average; from half to one and a half times as long."""
NEW_SENTENCES: Final = 1 / 3
"""Which part of the changes are sentences never seen before."""

Visit = Callable[[Visitor], Awaitable[None]]


def hall(
    address: str,
    count: int,
    seconds: float,
    pages: Sequence[str],
    *,
    models: Sequence[str] = (),
    leaving: bool = False,
) -> Tally:
    """What `count` visitors met in about `seconds`, one page of `pages` each in turn.

    models: each visitor's in turn; the built-in one where none are given
    leaving: whether each closes the browser in the middle of a run and comes back
    """

    def visit(number: int) -> Visit:
        parameters = {"model": models[number % len(models)]} if models else {}

        async def stay(visitor: Visitor) -> None:
            await asyncio.sleep(visitor.random.random() * THINKING_S)
            await visitor.open(pages[number % len(pages)], **parameters)
            while monotonic() < end:
                await asyncio.sleep(visitor.random.uniform(0.5, 1.5) * THINKING_S)
                if leaving and visitor.random.random() < 0.5:
                    await visitor.come_back()
                elif visitor.random.random() < NEW_SENTENCES:
                    await visitor.type_sentence(new_sentence(visitor.random))
                else:
                    await visitor.change_something()

        return stay

    end = monotonic() + seconds
    return meet(address, [visit(number) for number in range(count)])


def same_second(address: str, count: int, pages: Sequence[str]) -> Tally:
    """What so many visitors met who open the app within one second, one page each in turn."""

    def visit(number: int) -> Visit:
        async def come(visitor: Visitor) -> None:
            await asyncio.sleep(visitor.random.random())
            await visitor.open(pages[number % len(pages)])

        return come

    return meet(address, [visit(number) for number in range(count)])


def stay_open(address: str, count: int, pages: Sequence[str], seconds: float) -> Tally:
    """What so many visitors met who open a page each and then touch nothing."""

    def visit(number: int) -> Visit:
        async def look(visitor: Visitor) -> None:
            await visitor.open(pages[number % len(pages)])
            await asyncio.sleep(seconds)

        return look

    return meet(address, [visit(number) for number in range(count)])


def typed(address: str, texts: Sequence[str], hands: int, page: str) -> Tally:
    """What `hands` visitors met who type these texts one after the other without a pause."""
    left = list(texts)

    async def type_on(visitor: Visitor) -> None:
        await visitor.open(page)
        while left:
            await visitor.type_sentence(left.pop())

    return meet(address, [type_on] * hands)


def come_and_go(address: str, texts: Sequence[str], visits: int, page: str) -> Tally:
    """What visitors met who come one after the other, type a text, and leave."""

    def visit(number: int) -> Visit:
        async def look(visitor: Visitor) -> None:
            await visitor.open(page)
            await visitor.type_sentence(texts[number % len(texts)])

        return look

    tally = Tally()
    for number in range(visits):
        tally.add(meet(address, [visit(number)], seed=number))
    return tally


def meet(address: str, visits: Sequence[Visit], *, seed: int = 0) -> Tally:
    """What these visitors met, all at once."""
    tally = Tally()

    async def one(number: int, visit: Visit) -> None:
        random = Random(f"{seed} {number}")
        try:
            async with Visitor(address, tally, random) as visitor:
                await visit(visitor)
        except (OSError, TimeoutError, WebSocketException) as error:
            tally.errors.append(type(error).__name__)

    async def all_of_them() -> None:
        await asyncio.gather(*(one(number, visit) for number, visit in enumerate(visits)))

    asyncio.run(all_of_them())
    return tally


def new_sentence(random: Random) -> str:
    """A sentence that no one has typed before, of some 15 tokens."""
    return f"{PAIR_B} {random.randrange(10**9)}"
