"""How long one waits in a line, computed: what nobody here has the machines to measure.

    offered = arrivals a second × seconds a service takes        (in Erlangs: servers kept busy)
    Erlang C = share of those who have to wait at all
    P(wait > t) = Erlang C · exp(-(servers - offered) t / service)

For arrivals at random and service times spread like an exponential, which is more than those of
traces are: the waits are on the safe side.
Sources: Erlang 1917; Kleinrock 1975, Queueing Systems I, section 3.4 (M/M/c).
"""

from math import log


def erlang_c(servers: int, offered: float) -> float:
    """The share of those who have to wait, 0 to 1; 1 where more is offered than can be served.

    offered: servers that would be kept busy
    """
    if offered >= servers:
        return 1.0
    blocked = 1.0  # Erlang B, by its recursion over servers
    for count in range(1, servers + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return servers * blocked / (servers - offered * (1 - blocked))


def wait_of(share: float, servers: int, service: float, arrivals: float) -> float:
    """Seconds that this share of all do not wait longer than; infinite where the line only grows.

    share: 0 to 1; service: mean seconds; arrivals: a second
    """
    offered = service * arrivals
    if offered >= servers:
        return float("inf")
    waiting = erlang_c(servers, offered)
    if waiting <= 1 - share:
        return 0.0
    return service / (servers - offered) * log(waiting / (1 - share))


def most_arrivals(servers: int, service: float, *, share: float, wait: float) -> float:
    """The most arrivals a second at which this share waits no longer than `wait` seconds."""
    low, high = 0.0, servers / service
    for _ in range(60):
        middle = (low + high) / 2
        if wait_of(share, servers, service, middle) <= wait:
            low = middle
        else:
            high = middle
    return low
