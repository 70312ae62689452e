"""The state of a training run on disk, whole or not there, so that a killed run goes on."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open

from model.saving import move, save_tensors

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from torch import Tensor

_STATE, _BEST = "checkpoint.safetensors", "best.safetensors"


@dataclass(slots=True)
class RunState:
    """Where a run is.

    Attributes:
        run: Hash of everything that the run depends on.
        epoch: Epochs that are finished.
        best_map, best_epoch: The best validation mAP so far, and the epoch that reached it.
        history: One entry for each finished epoch.
        scale: Of the mixed-precision gradients; 0 where it is not used.
    """

    run: str
    epoch: int = 0
    best_map: float = -1.0
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    scale: float = 0.0


def save_checkpoint(
    folder: Path, state: RunState, network: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    """Write weights, the optimizer's moments and the state as one file, aside and renamed."""
    tensors = {f"network.{name}": part for name, part in network.state_dict().items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors.update({f"optimizer.{index}.{name}": part for name, part in moments.items()})
    _write(folder / _STATE, tensors, {"state": json.dumps(asdict(state))})


def load_checkpoint(
    folder: Path, run: str, network: torch.nn.Module, optimizer: torch.optim.Optimizer
) -> RunState | None:
    """Take up a run that was cut off.

    Args:
        folder: The work folder.
        run: Hash of what the run depends on; a checkpoint of another run is left alone.
        network: Filled with the stored weights.
        optimizer: Filled with the stored moments.

    Returns:
        The state, or `None` if there is nothing to take up.
    """
    path = folder / _STATE
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            state = RunState(**json.loads((file.metadata() or {})["state"]))
            if state.run != run:
                return None
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping: it has keys() alone
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        # A damaged checkpoint costs time, no data: the run starts anew.
        return None
    network.load_state_dict(_part(tensors, "network."))
    stored = optimizer.state_dict()
    moments: dict[int, dict[str, Tensor]] = {}
    for name, part in _part(tensors, "optimizer.").items():
        index, _, moment = name.partition(".")
        # As read it is the file's own pages, and Windows replaces no file that is mapped: the next
        # checkpoint could not be written.
        moments.setdefault(int(index), {})[moment] = part.clone()
    optimizer.load_state_dict({"state": moments, "param_groups": stored["param_groups"]})
    return state


def save_best(folder: Path, network: torch.nn.Module) -> None:
    """Keep the weights of the best epoch so far."""
    _write(folder / _BEST, network.state_dict(), {})


def load_best(folder: Path, network: torch.nn.Module) -> None:
    """Go back to the weights of the best epoch."""
    with safe_open(folder / _BEST, framework="pt") as file:
        network.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118 - no mapping: it has keys() alone


def _write(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    aside = path.with_name(path.name + ".part")
    plain = {name: part.detach().cpu().contiguous() for name, part in tensors.items()}
    save_tensors(plain, aside, metadata)
    with aside.open("rb+") as file:
        os.fsync(file.fileno())
    move(aside, path)


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): part for name, part in tensors.items() if name.startswith(prefix)
    }
