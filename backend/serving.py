"""The models on a Ray cluster: one Ray Serve application, whose front door is HTTP.

    serve deploy cluster/serve.yaml          on a cluster that runs
    python -m backend.serving 8000           a cluster of this machine alone

POST /<operation of backend.operations>, the model in Serve's own header (without it the built-in
one, which every replica has), the cluster's token as a bearer, arguments and answer as
`backend.wire` packs them. Serve does the rest: it sends a request
to a replica that has the model, lets so many wait and no more, adds replicas and takes them away.

A replica runs on a GPU where it was given one. What it reads for traces it reads together, inputs
of like length only: a long text would let short ones wait.
"""

import asyncio
import hmac
import logging
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import thread_time
from typing import Any, Final
from urllib.parse import unquote

from ray import serve
from ray.serve import Application
from ray.serve.config import BackpressureConfig
from starlette.requests import Request
from starlette.responses import Response

from backend import log
from backend.catalogue import BUILT_IN
from backend.cluster import NO_TOKEN, REFUSED, SECONDS, ray_token
from backend.errors import ExplorerError
from backend.loaded_encoder import LoadedEncoder
from backend.memory import check_fits
from backend.operations import MODELS, READ, operation
from backend.padded_run import Input
from backend.weights import load_encoder, memory_needed
from backend.wire import packed, unpacked

GROUPS: Final = (32, 64, 128, 256, 512)
"""Inputs of up to so many tokens are read together; longer ones than the last with one another."""
TOGETHER: Final = 1024
"""Tokens that are read together at most, pads included; one input always is."""
THREADS: Final = 4
WAITING: Final = 200
"""Requests that wait at a front door for a replica; one more is told that the server is busy."""
LONGEST_S: Final = 60.0
"""Seconds that a request may take, waiting included."""
_WRONG: Final = 400
_UNKNOWN: Final = 401


@serve.deployment(
    max_ongoing_requests=2 * THREADS + TOGETHER // GROUPS[0],
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
        self._threads = ThreadPoolExecutor(THREADS)
        self._built_in = _loaded(BUILT_IN)  # nobody is sent here before it can answer
        self._groups = {size: self._group(size, together) for size in GROUPS}

    def _group(self, size: int, together: int) -> Callable[..., Any]:
        """Where inputs of up to `size` tokens are gathered, without waiting for any."""
        count = max(1, together // size)
        gather = serve.batch(max_batch_size=count, batch_wait_timeout_s=0)
        group: Callable[..., Any] = gather(self._read_together)
        return group

    @serve.multiplexed(max_num_models_per_replica=MODELS)  # type: ignore[untyped-decorator]
    async def _encoder(self, name: str) -> LoadedEncoder:
        encoder: LoadedEncoder = await self._in_thread(_loaded, unquote(name))
        return encoder

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        if not self._is_known(request):
            return Response(status_code=_UNKNOWN)
        try:
            name = serve.get_multiplexed_model_id()
            encoder = await self._encoder(name) if name else self._built_in
            return await self._answer(encoder, request)
        except ExplorerError as error:
            return Response(packed((type(error).__name__, str(error))), REFUSED)
        except Exception as error:  # else Serve would answer as where a machine has ended
            log.tell("operation", logging.ERROR, error, outcome=log.outcome_of(error))
            return Response(packed((type(error).__name__, "")), REFUSED)

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
            answer, seconds = await self._in_thread(_timed, lambda: packed(work(*asked)))
        return Response(answer, headers={SECONDS: f"{seconds:.4f}"})

    async def _read(self, encoder: LoadedEncoder, one: Input) -> tuple[bytes, float]:
        """What the encoder makes of an input, packed, and its share of the seconds it took."""
        longest = next((size for size in GROUPS if len(one.ids) <= size), GROUPS[-1])
        result: tuple[bytes, float] = await self._groups[longest]((encoder, one))
        return result

    async def _read_together(
        self, asked: list[tuple[LoadedEncoder, Input]]
    ) -> list[tuple[bytes, float]]:
        """All of one model: Serve keeps those of different models apart."""
        encoder, inputs = asked[0][0], [one for _, one in asked]
        answers, seconds = await self._in_thread(
            _timed, lambda: [packed(found) for found in encoder.read_together(inputs)]
        )
        return [(answer, seconds / len(answers)) for answer in answers]

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _is_known(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {self._token}".encode())


def _loaded(name: str) -> LoadedEncoder:
    """The encoder, on the GPU that the replica was given, or on its processor.

    Raises ModelTooLarge if it takes more memory than there is.
    """
    import torch

    if name != BUILT_IN:
        check_fits(name, memory_needed(name))
    module = load_encoder(name)
    return LoadedEncoder(name, module.to("cuda") if torch.cuda.is_available() else module)


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = thread_time()
    result = work()
    return result, thread_time() - began


def application(arguments: dict[str, Any]) -> Application:
    """The application as `serve deploy` builds it. arguments: those of `Encoders`"""
    return Encoders.bind(**arguments)  # type: ignore[attr-defined,no-any-return]


def _serve_here(port: int) -> None:
    """Run a cluster of this machine until standard input is closed."""
    import ray

    ray.init(address="local", include_dashboard=False, log_to_driver=False)
    options = {"host": "127.0.0.1", "port": port, "request_timeout_s": LONGEST_S}
    serve.start(http_options=options)
    serve.run(application({}), name="explorer", route_prefix="/")
    sys.stdin.read()
    serve.shutdown()  # type: ignore[no-untyped-call]
    ray.shutdown()


if __name__ == "__main__":
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    _serve_here(int(sys.argv[1]))
