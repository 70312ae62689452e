from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from model.parallel import gather_gradients, map_ahead, shared_copies, threads_divided

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_shares_of_a_batch_give_the_gradient_of_the_whole():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 1))
    x = torch.randn(9, 6)
    network(x).sum().backward()
    whole = [part.grad.clone() for part in network.parameters()]
    network.zero_grad()
    copies = shared_copies(network, 3)
    for copy, part in zip(copies, x.split(3), strict=True):
        copy(part).sum().backward()
    gather_gradients(copies)
    for part, expected in zip(network.parameters(), whole, strict=True):
        torch.testing.assert_close(part.grad, expected)
    assert all(part.grad is None for copy in copies[1:] for part in copy.parameters())


def test_a_step_of_the_first_is_seen_by_all_copies_and_buffers_stay_apart():
    network = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    first, second = shared_copies(network, 2)
    optimizer = torch.optim.AdamW(first.parameters(), lr=0.1)
    first(torch.randn(4, 3)).square().sum().backward()
    optimizer.step()
    assert torch.equal(first[0].weight, second[0].weight)
    assert not torch.equal(first[1].running_mean, second[1].running_mean)


def test_mapping_keeps_the_order_and_takes_no_more_than_it_may_hold():
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    with ThreadPoolExecutor(3) as pool:
        results = map_ahead(pool, lambda number: number * 2, items(), 4)
        assert next(results) == 0
        assert len(taken) == 4
        assert list(results) == [2 * number for number in range(1, 20)]


def test_a_failure_in_a_worker_reaches_the_caller():
    def refuse(number: int) -> int:
        raise ArithmeticError(number)

    with ThreadPoolExecutor(1) as pool, pytest.raises(ArithmeticError):
        list(map_ahead(pool, refuse, [1], 2))


@pytest.mark.usefixtures("four_threads")
def test_threads_come_back_even_after_a_failure():
    def fail() -> None:
        with threads_divided(2):
            assert torch.get_num_threads() == 2
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fail()
    assert torch.get_num_threads() == 4
