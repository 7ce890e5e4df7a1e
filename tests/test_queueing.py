"""Waits in a line, against closed forms and against a line that is played through."""

from collections.abc import Iterator
from heapq import heapreplace
from math import exp, log
from random import Random

import pytest

from benchmarks.queueing import erlang_c, most_arrivals, wait_of


def test_one_server_by_its_closed_form() -> None:
    # M/M/1: whoever comes waits with probability ρ, longer than t with ρ exp(-(μ - λ) t).
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    assert wait_of(0.95, 1, 0.1, 8.0) == pytest.approx(log(0.8 / 0.05) / (10 - 8))
    assert wait_of(0.1, 1, 0.1, 8.0) == 0


def test_two_servers_by_hand() -> None:
    # P(wait) = 2ρ² / (1 + ρ), with ρ = offered / 2.
    for share in (0.1, 0.5, 0.9):
        assert erlang_c(2, 2 * share) == pytest.approx(2 * share**2 / (1 + share))


def test_known_values() -> None:
    # As tabulated, for example for 10 servers and 8 Erlangs.
    assert erlang_c(10, 8.0) == pytest.approx(0.4092, abs=1e-4)
    assert erlang_c(5, 4.0) == pytest.approx(0.5541, abs=1e-4)


def test_more_than_can_be_served() -> None:
    assert erlang_c(3, 3.0) == 1
    assert wait_of(0.5, 3, 1.0, 3.1) == float("inf")


def waits(servers: int, service: float, arrivals: float, count: int) -> Iterator[float]:
    """A line played through: those who come at random are served by whoever is free first."""
    random, now, free = Random(11), 0.0, [0.0] * servers
    for _ in range(count):
        now += random.expovariate(arrivals)
        start = max(now, free[0])
        yield start - now
        heapreplace(free, start + random.expovariate(1 / service))


@pytest.mark.parametrize(("servers", "arrivals"), [(1, 7.0), (4, 32.0), (20, 185.0)])
def test_a_line_that_is_played_through(servers: int, arrivals: float) -> None:
    found = sorted(waits(servers, 0.1, arrivals, 200_000))
    share = sum(wait > 0 for wait in found) / len(found)
    assert share == pytest.approx(erlang_c(servers, 0.1 * arrivals), abs=0.03)
    expected = wait_of(0.95, servers, 0.1, arrivals)
    assert found[int(0.95 * len(found))] == pytest.approx(expected, rel=0.15)


def test_the_most_arrivals_wait_as_long_as_they_may() -> None:
    for servers in (1, 10, 100):
        most = most_arrivals(servers, 0.03, share=0.95, wait=0.1)
        assert wait_of(0.95, servers, 0.03, most) <= 0.1
        assert wait_of(0.95, servers, 0.03, 1.02 * most) > 0.1
    assert most_arrivals(1, 0.03, share=0.95, wait=exp(9)) == pytest.approx(1 / 0.03, rel=1e-3)
