"""The models on a Ray cluster: one Ray Serve application, whose front door is HTTP.

    serve deploy cluster/serve.yaml     on a cluster that runs
    backend.local_cluster               starts one of this machine alone

POST /<operation of backend.operations>, the model in Serve's own header (without it the built-in
one, which every replica has), the cluster's token as a bearer, arguments and answer as
`backend.wire` packs them. Serve does the rest: it sends a request to a replica that has the model,
lets so many wait and no more, adds replicas and takes them away.

A replica runs on a GPU where it was given one. What it reads for traces it reads together, inputs
of like length only: a long text would let short ones wait. What takes long, as trainings and
loading a model do, has threads of its own, so that nothing else waits for one.
"""

import asyncio
import hmac
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import thread_time
from typing import Any, Final
from urllib.parse import unquote

import ray
from ray import serve
from ray.serve import Application
from ray.serve.config import BackpressureConfig
from starlette.requests import Request
from starlette.responses import Response

from backend import log
from backend.catalogue import BUILT_IN
from backend.cluster import AGAIN, REFUSED, SECONDS
from backend.cluster_address import NO_TOKEN, ray_token
from backend.errors import ExplorerError, ModelComing
from backend.loaded_encoder import LoadedEncoder
from backend.loaded_models import LoadedModels
from backend.operations import MODELS, READ, TRAINING, operation
from backend.padded_run import Input
from backend.weights import load_encoder, memory_needed
from backend.wire import packed, unpacked

GROUPS: Final = (32, 64, 128, 256, 512)
"""Inputs of up to so many tokens are read together; longer ones than the last with one another."""
TOGETHER: Final = 1024
"""Tokens that are read together at most, pads included; one input always is."""
THREADS: Final = {"reading": len(GROUPS), "answering": 2, "training": 1, "loading": 2}
"""For each kind of work, so that none waits for another kind."""
LOADING_S: Final = 4.0
"""Seconds that a request waits for its model; whoever asks again later finds it loaded."""
UNUSED_S: Final = 900.0
"""Seconds after which a model that nobody has asked for is unloaded; the built-in one never is."""
WAITING: Final = 200
"""Requests that wait at a front door for a replica; one more is told that the server is busy."""
LONGEST_S: Final = 60.0
"""Seconds that a request may take, waiting included."""
_WRONG: Final = 400
_UNKNOWN: Final = 401


class Group:
    """Inputs of like length: who comes while some are read is read together with all who wait."""

    def __init__(self, read: Callable[..., Any], most: int) -> None:
        """Have so many at most read together by `read`, which Serve gives a list."""
        self._read = serve.batch(max_batch_size=most, batch_wait_timeout_s=0)(read)
        self._is_free = asyncio.Event()
        self._is_free.set()

    async def read(self, encoder: LoadedEncoder, one: Input) -> tuple[bytes, float]:
        """What the encoder makes of an input, packed, and its share of the seconds it took.

        Serve takes what has come by the moment it looks, and it looks at once: so all who wait
        are let in together.
        """
        await self._is_free.wait()
        self._is_free.clear()
        try:
            found: tuple[bytes, float] = await self._read((encoder, one))  # type: ignore[no-untyped-call]
        finally:
            self._is_free.set()
        return found


@serve.deployment(
    max_ongoing_requests=40,
    max_queued_requests=WAITING,
    backpressure_config=BackpressureConfig(status_code=429),
    ray_actor_options={"num_cpus": 1},
    health_check_period_s=2,
    health_check_timeout_s=10,
    graceful_shutdown_timeout_s=10,
)
class Encoders:
    """A replica: the encoders that it holds, and the threads that run them."""

    def __init__(self, together: int = TOGETHER) -> None:
        """Read at most `together` tokens in one run; 1 to read each input alone."""
        self._token = ray_token()
        if not self._token:
            raise ValueError(NO_TOKEN)
        self._device = own_device()
        self._models = LoadedModels(self._loaded, _needed)
        self._built_in = self._models.find(BUILT_IN)  # nobody is sent here before it can answer
        self._coming = dict[str, asyncio.Future[LoadedEncoder]]()
        self._threads = {kind: ThreadPoolExecutor(count) for kind, count in THREADS.items()}
        self._groups = {
            size: Group(self._read_together, max(1, together // size)) for size in GROUPS
        }

    def check_health(self) -> None:
        """Serve asks every other second: the time to let go of what nobody uses."""
        self._models.let_go(UNUSED_S)

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        if not self._is_known(request):
            return Response(status_code=_UNKNOWN)
        try:
            name = serve.get_multiplexed_model_id()
            encoder = await self._encoder(await self._routed(name)) if name else self._built_in
            return await self._answer(encoder, request)
        except ExplorerError as error:
            return Response(packed((type(error).__name__, str(error))), REFUSED)
        except Exception as error:  # else Serve would answer as where a machine has ended
            log.tell("operation", logging.ERROR, error, outcome=log.outcome_of(error))
            return Response(packed((type(error).__name__, "")), REFUSED)

    @serve.multiplexed(max_num_models_per_replica=MODELS)  # type: ignore[untyped-decorator]
    async def _routed(self, name: str) -> str:
        """So that Serve sends who asks for a model to a replica that was asked for it before."""
        return unquote(name)

    async def _encoder(self, name: str) -> LoadedEncoder:
        """The encoder of a model, which goes on being loaded where a request gives up waiting.

        Raises ModelComing after LOADING_S, and as `LoadedModels.find`.
        """
        if (encoder := self._models.here(name)) is not None:
            return encoder
        if name not in self._coming:
            self._coming[name] = self._in_thread("loading", self._models.find, name)
            self._coming[name].add_done_callback(lambda done: self._has_come(name, done))
        done, _ = await asyncio.wait([self._coming[name]], timeout=LOADING_S)
        if not done:
            raise ModelComing(AGAIN)
        return done.pop().result()

    def _has_come(self, name: str, done: "asyncio.Future[LoadedEncoder]") -> None:
        del self._coming[name]
        if not done.cancelled():
            done.exception()  # asyncio would complain of one that nobody waits for any more

    async def _answer(self, encoder: LoadedEncoder, request: Request) -> Response:
        name, body = request.url.path.strip("/"), await request.body()
        try:
            asked = unpacked(body)
            work = None if name == READ else operation(encoder, name)
        except ValueError:
            return Response(status_code=_WRONG)
        if work is None:
            answer, seconds = await self._read(encoder, Input(*asked))
        else:
            kind = "training" if name in TRAINING else "answering"
            answer, seconds = await self._in_thread(kind, _timed, lambda: packed(work(*asked)))
        return Response(answer, headers={SECONDS: f"{seconds:.4f}"})

    async def _read(self, encoder: LoadedEncoder, one: Input) -> tuple[bytes, float]:
        longest = next((size for size in GROUPS if len(one.ids) <= size), GROUPS[-1])
        return await self._groups[longest].read(encoder, one)

    async def _read_together(
        self, asked: Sequence[tuple[LoadedEncoder, Input]]
    ) -> list[tuple[bytes, float]]:
        """All of one model: Serve keeps those of different models apart."""
        encoder, inputs = asked[0][0], [one for _, one in asked]
        answers, seconds = await self._in_thread(
            "reading", _timed, lambda: [packed(found) for found in encoder.read_together(inputs)]
        )
        return [(answer, seconds / len(answers)) for answer in answers]

    def _in_thread(
        self, kind: str, work: Callable[..., Any], *arguments: Any
    ) -> "asyncio.Future[Any]":
        return asyncio.get_running_loop().run_in_executor(self._threads[kind], work, *arguments)

    def _loaded(self, name: str) -> LoadedEncoder:
        """The encoder, on the GPU that the replica was given, or on its processor."""
        return LoadedEncoder(name, load_encoder(name).to(self._device))

    def _is_known(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {self._token}".encode())


def own_device() -> str:
    """Where a replica's encoders go: a GPU is used by those that Ray has given one, and no other.

    Ray lets every process see all GPUs of its machine.
    """
    return "cuda" if ray.get_gpu_ids() else "cpu"


def _needed(name: str) -> int:
    """Bytes that a model takes of what there is for models."""
    return 0 if name == BUILT_IN else memory_needed(name)


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = thread_time()
    result = work()
    return result, thread_time() - began


def application(arguments: dict[str, Any]) -> Application:
    """The application as `serve deploy` builds it. arguments: those of `Encoders`"""
    return Encoders.bind(**arguments)  # type: ignore[attr-defined,no-any-return]


def _serve_here(port: int) -> None:
    """Run a cluster of this machine, which others cannot reach, until standard input is closed.

    Raises ValueError where it would answer those who have no token too.
    """
    if os.environ.get("RAY_AUTH_MODE") != "token":
        raise ValueError("expected RAY_AUTH_MODE as token")
    folder = tempfile.mkdtemp(prefix="ray-")  # only ours to look into; Ray's own are for everybody
    ray.init(
        address="local",
        include_dashboard=False,
        log_to_driver=False,
        _node_ip_address="127.0.0.1",
        _temp_dir=folder,
    )
    options = {"host": "127.0.0.1", "port": port, "request_timeout_s": LONGEST_S}
    serve.start(http_options=options)
    serve.run(application({}), name="explorer", route_prefix="/")
    sys.stdin.read()
    serve.shutdown()  # type: ignore[no-untyped-call]
    ray.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _serve_here(int(sys.argv[1]))
