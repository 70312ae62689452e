"""The cores of a CPU put to work side by side, each on pictures of its own.

Torch's own way, all cores inside each operation, makes them wait for each other thousands of times
a second; small networks lose half of the machine to it, and nearly all of it when another program
wants a core too. Here a core takes a share of the pictures and meets the others once a batch.
"""

from __future__ import annotations

import copy
import os
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future, ThreadPoolExecutor

Item = TypeVar("Item")
Result = TypeVar("Result")
Network = TypeVar("Network", bound=nn.Module)


MOST_WORKERS = 16
"""Each holds a batch in memory; beyond this many, threads inside a batch use the other cores."""


def usual_workers(kind: str) -> int:
    """Threads that suit a scan on this machine.

    Args:
        kind: Of the device; on a CPU each thread computes, else they read ahead of it.
    """
    cores = torch.get_num_threads() if kind == "cpu" else os.cpu_count() or 1
    return max(1, min(cores, MOST_WORKERS))


@contextmanager
def threads_divided(workers: int) -> Iterator[None]:
    """Divide torch's threads among several workers, and give them back afterwards.

    Args:
        workers: Threads that will call torch; nothing changes for a single one.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, before // workers))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def map_ahead(
    pool: ThreadPoolExecutor, do: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    """Map in order, with no more than `ahead` results waiting.

    Args:
        pool: Runs the work.
        do: Called for each item.
        items: Taken as room is made.
        ahead: 1 or more.

    Yields:
        The results in the order of the items.
    """
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(do, item))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def shared_copies(network: Network, count: int) -> list[Network]:
    """Copies of a network that share its weights and have gradients of their own.

    Buffers (running statistics) are not shared: those of the first, the network itself, count.

    Args:
        network: The first of the copies.
        count: How many in all, 1 or more.

    Returns:
        `count` networks.
    """
    copies = [network, *(copy.deepcopy(network) for _ in range(count - 1))]
    for other in copies[1:]:
        for own, shared in zip(other.parameters(), network.parameters(), strict=True):
            own.data = shared.data
    return copies


def gather_gradients(copies: list[Network]) -> None:
    """Add the gradients of all copies to those of the first, in order; the others' are dropped."""
    for other in copies[1:]:
        for shared, own in zip(copies[0].parameters(), other.parameters(), strict=True):
            if own.grad is not None:
                shared.grad = own.grad if shared.grad is None else shared.grad.add_(own.grad)
            own.grad = None
