"""Visitors without a browser: they speak Streamlit's own protocol with a running server.

A visitor opens a page, is sent its widgets, changes one of them, and waits until the server has
finished that run. As a browser does, it sends every value that was chosen, the page's address as
it has become, and, for a widget in a fragment, that fragment's name: the server then runs only
this. Buttons are left alone: what they begin (trainings, uploads, downloads of models) is measured
elsewhere. Fragments that a browser asks for by the clock are not asked for.
"""

import asyncio
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from types import TracebackType
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PAGES: Final = (
    "overview",
    "lesson",
    "tokens",
    "embeddings",
    "attention",
    "compare",
    "heads",
    "inside",
    "bertviz",
    "output",
    "cloze",
    "transfer",
)
LONGEST_S: Final = 60.0

_SENTENCES: Final = ("Sentence A", "Sentence B")
_LEFT_ALONE: Final = (*_SENTENCES, "Model", "Presenter")
_CHANGED: Final = ("selectbox", "number_input", "slider", "checkbox", "button_group")
_OVER: Final = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)
"""A run that ends early, for another one, is not over before that one is."""


@dataclass
class Tally:
    """What all visitors of a measurement met.

    opened, changed: seconds until the server had finished, for first pages and for changes
    sizes: bytes of each of these runs
    errors: what no visitor should meet
    """

    opened: list[float] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count what others met too."""
        self.opened += other.opened
        self.changed += other.changed
        self.sizes += other.sizes
        self.errors += other.errors


class _Widget(NamedTuple):
    """What a page offers: how it is sent, and the fragment that it stands in, "" for none."""

    kind: str
    sent: Any
    fragment: str


class Visitor:
    """One session of the server at `address`; use it with `async with`."""

    def __init__(self, address: str, tally: Tally, random: Random) -> None:
        """Be ready to come; the connection is made by `async with`."""
        self._address = address.replace("http", "ws", 1).rstrip("/") + "/_stcore/stream"
        self._tally = tally
        self.random = random
        self._page = ""
        self._query = ""
        self._widgets: dict[str, _Widget] = {}
        self._chosen: dict[str, tuple[str, Any]] = {}

    async def __aenter__(self) -> "Visitor":
        """Connect."""
        await self._connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave, as by closing the browser's tab."""
        await self._socket.close()

    async def _connect(self) -> None:
        self._socket = await websockets.connect(
            self._address, max_size=None, subprotocols=[websockets.Subprotocol("streamlit")]
        )

    async def open(self, page: str, **parameters: str) -> None:
        """Open a page of the app with this address."""
        self._page, self._query = page, urlencode(parameters)
        self._widgets, self._chosen = {}, {}
        self._tally.opened.append(await self._run())

    async def type_sentence(self, text: str) -> None:
        """Type into Sentence A or Sentence B."""
        label = self.random.choice(_SENTENCES)
        for identity, widget in self._widgets.items():
            if widget.sent.label == label:
                self._chosen[identity] = ("string_value", text)
        self._tally.changed.append(await self._run())

    async def change_something(self) -> None:
        """Set any control of the page but the sentences and the model to another valid value."""
        offered = [
            (identity, widget)
            for identity, widget in self._widgets.items()
            if widget.kind in _CHANGED
            and not widget.sent.disabled
            and widget.sent.label not in _LEFT_ALONE
        ]
        fragment = ""
        if offered:
            identity, (kind, sent, fragment) = self.random.choice(offered)
            self._chosen[identity] = self._value(kind, sent)
        self._tally.changed.append(await self._run(fragment))

    async def come_back(self) -> None:
        """Close the browser in the middle of a run, and open the page anew."""
        await self._socket.send(self._request())
        await self._socket.close()
        await self._connect()
        self._chosen = {}
        self._tally.opened.append(await self._run())

    def _value(self, kind: str, widget: Any) -> tuple[str, Any]:
        """A valid value, and the field of the protocol that carries it."""
        random = self.random
        if kind == "checkbox":
            return "bool_value", random.random() < 0.5
        if kind == "number_input":
            highest = widget.max if widget.has_max else 5
            return "double_value", float(random.randint(int(widget.min), int(highest)))
        if kind == "slider" and widget.options:
            return "string_array_value", random.choices(widget.options, k=len(widget.default))
        if kind == "slider":
            steps = int((widget.max - widget.min) / widget.step)
            places = (widget.min + widget.step * random.randint(0, steps) for _ in widget.default)
            return "double_array_value", list(places)
        if kind == "selectbox":
            return "string_value", random.choice(list(widget.options) or [""])
        options = [option.content for option in widget.options]
        return "string_array_value", random.sample(options, 1)

    async def _run(self, fragment: str = "") -> float:
        """Ask for a run and read until it is over; the seconds it took.

        fragment: which one is to run, the whole page with ""
        """
        began, size = perf_counter(), 0
        await self._socket.send(self._request(fragment))
        while True:
            raw = await asyncio.wait_for(self._socket.recv(), LONGEST_S)
            size += len(raw)
            message = ForwardMsg()
            message.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
            if self._read(message):
                break
        self._tally.sizes.append(size)
        return perf_counter() - began

    def _request(self, fragment: str = "") -> bytes:
        asked = BackMsg()
        asked.rerun_script.fragment_id = fragment
        asked.rerun_script.query_string = self._query
        asked.rerun_script.page_name = "" if self._page == "overview" else self._page
        for identity, (name, value) in self._chosen.items():
            state = asked.rerun_script.widget_states.widgets.add()
            state.id = identity
            if name.endswith("array_value"):
                getattr(state, name).data.extend(value)
            else:
                setattr(state, name, value)
        return bytes(asked.SerializeToString())

    def _read(self, message: ForwardMsg) -> bool:
        """Note what the page holds; whether the run is over."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            again = message.metadata.run.fragment_ids
            stay = {n: one for n, one in self._widgets.items() if one.fragment not in again}
            self._widgets = stay if again else {}
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._note(message.delta.new_element, message.delta.fragment_id)
        elif kind == "page_not_found":
            self._tally.errors.append(f"{self._page}: page not found")
        return kind == "script_finished" and message.script_finished in _OVER

    def _note(self, element: Any, fragment: str) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            self._tally.errors.append(f"{self._page}: {element.exception.type}")
        elif kind == "text_input" or kind in _CHANGED:
            widget = getattr(element, kind)
            self._widgets[widget.id] = _Widget(kind, widget, fragment)
