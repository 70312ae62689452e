"""Heads of a version learnt on stored embeddings: seconds, for every family, the backbone as it is.

Each row that may change is a convex problem: logistic loss on the images' labels, with a pull
towards what the row was. Rows that no answer is about, and outputs that the collection has no tag
for, stay bit for bit.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from model.backbones import CorrectedTagger, Tagger
from model.errors import TaggerProblem
from model.metrics import evaluate, metrics_record
from model.record import MAPPING
from model.version import load_version, save_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from model.labels import LabelMatrix
    from model.metrics import Metrics
    from model.record import VersionRecord

_BLOCK = 128
"""Tags that are solved together."""
_STEPS = 60
_PULL = 20.0
"""Penalty on the change of a row on standardised embeddings, in images. Of 2 to 2,000 it loses .003
of mean average precision against the best one, over four kinds of planted sets and parents that
learnt here or elsewhere (60 loses .008). Chosen on images held out it came out far too strong: the
parent has seen their faulty labels."""
_CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True)
class HeadRequest:
    """Everything that learning heads needs.

    Attributes:
        parent: The version to start from; its backbone made the embeddings.
        version_folder: Where the new version appears.
        embeddings: (N, D) float16 or float32.
        labels: N images, T tags.
        tags: T pairs of name and category number.
        fixed: (T,) bool, rows that stay bit for bit; those that the parent lacks never do.
        held_out: (N,) bool, images that are only looked at.
        given: (N, T) float32 logits of the parent, for one whose end is not linear.
        note: JSON values of the caller, stored in `train.json`.
    """

    parent: Path
    version_folder: Path
    embeddings: NDArray[np.floating]
    labels: LabelMatrix
    tags: Sequence[tuple[str, int]]
    fixed: NDArray[np.bool_]
    held_out: NDArray[np.bool_]
    given: NDArray[np.float32] | None = None
    note: Mapping[str, Any] = field(default_factory=dict)


def learn_heads(request: HeadRequest, told: Callable[[int, int], None]) -> Metrics:
    """Learn heads and save them as a version.

    Args:
        request: What on, and where to.
        told: Is told how many tags are done, and of how many.

    Returns:
        How good the new heads are on the images held out.

    Raises:
        TaggerProblem: The request does not fit the parent.
        OSError: The disk refuses.
    """
    parent, record = load_version(request.parent, _CPU)
    start, known = _start(parent, record, request)
    if request.embeddings.shape[1] != start.in_features:
        raise TaggerProblem(
            f"The embeddings are not those of {request.parent.name}; scan with it again."
        )
    x = torch.from_numpy(np.ascontiguousarray(request.embeddings, np.float32))
    base = _base(request, x, parent, known)
    learn = np.flatnonzero(~request.held_out)
    rows = np.flatnonzero(~(request.fixed & (known >= 0) & taught(start, parent)))
    _solve_rows(start, rows, (x, base), request.labels, learn, told)
    held = np.flatnonzero(request.held_out)
    with torch.inference_mode():
        scores = torch.sigmoid(start(x[held]) + base[held]).numpy()
    metrics = evaluate(scores, *request.labels.rows(held))
    parent.head = start
    whole = with_parent_rows(request.parent, parent, request.tags)
    save_version(
        request.version_folder,
        whole.tagger,
        record.config,
        whole.outputs,
        metrics_record(metrics, request.tags)
        | {
            "rests_on": f"{len(held)} images kept out of training, against the collection's own "
            "tags where no person answered",
            "images_trained": len(learn),
            "images_validated": len(held),
        },
        {
            "arguments": {"tune": "heads", "pull": _PULL},
            "parent": request.parent.name,
            "brought": record.brought,
            "heads_of": request.parent.name,
            "rows_changed": len(rows),
            "torch": torch.__version__,
            "note": dict(request.note),
        },
        mapping=whole.mapping,
    )
    return metrics


@dataclass(frozen=True, slots=True)
class Whole:
    """A tagger with all outputs of a brought parent and the tags that were learnt beside them.

    Attributes:
        tagger: The tagger.
        outputs: Names and categories, the parent's own names first.
        mapping: The table of the collection's names; empty where the parent has none.
    """

    tagger: Tagger
    outputs: list[tuple[str, int]]
    mapping: str


def with_parent_rows(parent_folder: Path, tagger: Tagger, tags: Sequence[tuple[str, int]]) -> Whole:
    """Put learnt rows among all rows of a brought parent; for our own versions nothing changes.

    Args:
        parent_folder: The parent.
        tagger: With a head for `tags`; its head is replaced.
        tags: T pairs of name and category number.
    """
    parent, record = load_version(parent_folder, _CPU, whole=True)
    if record.brought is None:
        return Whole(tagger, list(tags), "")
    row_of = {name: row for row, (name, _) in zip(record.rows, record.tags, strict=True)}
    new = [tag for tag in tags if tag[0] not in row_of]
    outputs = [*record.outputs, *new]
    place = {name: len(record.outputs) + at for at, (name, _) in enumerate(new)} | row_of
    index = torch.tensor([place[name] for name, _ in tags])
    head = nn.Linear(parent.head.in_features, len(outputs))
    with torch.no_grad():
        head.weight[: len(record.outputs)] = parent.head.weight
        head.bias[: len(record.outputs)] = parent.head.bias
        head.weight[index] = tagger.head.weight.cpu()
        head.bias[index] = tagger.head.bias.cpu()
    tagger.head = head
    if isinstance(tagger, CorrectedTagger) and isinstance(parent, CorrectedTagger):
        tagger.given = torch.cat([parent.given, torch.full((len(new),), -1)])
    return Whole(tagger, outputs, _longer_mapping(parent_folder / MAPPING, new))


def _longer_mapping(path: Path, new: Sequence[tuple[str, int]]) -> str:
    if not path.is_file():
        return ""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows((name, name, kind, "matched", "learnt here") for name, kind in new)
    return path.read_text(encoding="utf-8") + text.getvalue()


def _start(
    parent: Tagger, record: VersionRecord, request: HeadRequest
) -> tuple[nn.Linear, NDArray[np.int64]]:
    """A head for the wanted tags, and (T,) the parent's row of each, -1 where it has none."""
    rows = {name: row for row, (name, _) in enumerate(record.tags)}
    known = np.array([rows.get(name, -1) for name, _ in request.tags], np.int64)
    head = nn.Linear(parent.head.in_features, len(request.tags))
    counts = request.labels.counts()
    odds = (counts + 0.5) / (request.labels.shape[0] - counts + 0.5)
    with torch.no_grad():
        head.weight.zero_()
        head.bias.copy_(torch.from_numpy(np.log(odds).clip(-8, 8).astype(np.float32)))
        there = torch.from_numpy(np.flatnonzero(known >= 0))
        source = torch.from_numpy(known[known >= 0])
        head.weight[there] = parent.head.weight[source]
        head.bias[there] = parent.head.bias[source]
    return head, known


def taught(head: nn.Linear, tagger: Tagger) -> NDArray[np.bool_]:
    """(T,) rows that say something already; heads that were only made room for are zero."""
    if isinstance(tagger, CorrectedTagger):
        return np.ones(head.out_features, bool)
    return np.asarray(head.weight.detach().cpu().numpy().any(axis=1), bool)


def _base(request: HeadRequest, x: Tensor, parent: Tagger, known: NDArray[np.int64]) -> Tensor:
    """(N, T) logits that are there beside the head: none for linear taggers."""
    base = torch.zeros(len(x), len(request.tags))
    if not isinstance(parent, CorrectedTagger):
        return base
    if request.given is None:
        raise TaggerProblem(f"{request.parent.name} needs its own scores; scan with it again.")
    there = np.flatnonzero(known >= 0)
    with torch.inference_mode():
        own = parent.head(x)[:, torch.from_numpy(known[there])]
    base[:, torch.from_numpy(there)] = torch.from_numpy(request.given[:, there]) - own
    return base


def _solve_rows(
    head: nn.Linear,
    rows: NDArray[np.int64],
    data: tuple[Tensor, Tensor],
    labels: LabelMatrix,
    learn: NDArray[np.int64],
    told: Callable[[int, int], None],
) -> None:
    """Change some rows of a head, a block at a time."""
    x, base = (part[torch.from_numpy(learn)] for part in data)
    mean, deviation = x.mean(0), x.std(0, correction=0)
    inverse = torch.where(deviation > 1e-6, 1 / deviation.clamp(min=1e-6), 0.0)
    z = (x - mean) * inverse
    taken = labels.take(learn)
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        index = torch.from_numpy(block)
        with torch.no_grad():
            here = functional.linear(x, head.weight[index], head.bias[index]) + base[:, index]
        targets, weights = (torch.from_numpy(part) for part in taken.columns(block))
        change, shift = _change(z, here, targets, weights)
        with torch.no_grad():
            raw = change * inverse
            head.weight[index] += raw
            head.bias[index] += shift - raw @ mean
        told(min(start + _BLOCK, len(rows)), len(rows))


def _change(z: Tensor, here: Tensor, targets: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """The best change (K, D) of some rows and (K,) of their biases, on standardised embeddings."""
    change = torch.zeros(here.shape[1], z.shape[1], requires_grad=True)
    shift = torch.zeros(here.shape[1], requires_grad=True)
    solver = torch.optim.LBFGS(
        [change, shift], max_iter=_STEPS, history_size=10, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        solver.zero_grad()
        logits = here + functional.linear(z, change, shift)
        each = functional.binary_cross_entropy_with_logits(
            logits, targets, weights, reduction="sum"
        )
        total = each + _PULL / 2 * change.square().sum()
        torch.autograd.backward(total)
        return total

    solver.step(loss)  # type: ignore[no-untyped-call]  # torch's optimizers have no types
    return change.detach(), shift.detach()
