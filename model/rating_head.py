"""The rating output of a tagger: a head of its own beside the tags', trained with the same network.

Ratings exclude each other, so they share a softmax where tags have a sigmoid each. The head is
linear on the embeddings, so stored embeddings are enough to ask it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor
from torch.nn import functional

from model.errors import TaggerProblem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from model.backbones import Tagger

WEIGHT = 1.0
"""What the rating counts beside the tags, whose losses are summed: as about three of them. On the
sample with planted ratings the tags' mAP against the truth is .466 without ratings and .469, .469,
.468 at a quarter, a half and this; ratings are told .660, .669, .662 of the time (one seed: no
difference). At four times as much the tags lost .007. Adam steps of the head do not hang on it."""
HEAD = "rating_head"
"""Name of the head's parameters in a version's weights."""
_NONE = -1


@dataclass(frozen=True, slots=True)
class RatingLabels:
    """The ratings of N images.

    Attributes:
        names: R names, in the order of the outputs.
        labels: (N,) int64 in 0..R - 1; -1 where there is none to learn from.
    """

    names: tuple[str, ...]
    labels: NDArray[np.int64]


def rating_loss(tagger: Tagger, embeddings: Tensor, labels: NDArray[np.int64]) -> Tensor:
    """Cross entropy of the rating, averaged over the images of a batch.

    Args:
        tagger: With a rating head.
        embeddings: (B, D) float.
        labels: (B,) int64; images with -1 count as nothing.

    Returns:
        A scalar, weighed against the tags' loss.

    Raises:
        ValueError: The tagger has no rating head.
    """
    if tagger.rating_head is None:
        raise ValueError("the tagger has no rating head")
    logits = tagger.rating_head(embeddings.float())
    wanted = torch.from_numpy(labels).to(logits.device)
    total = functional.cross_entropy(logits, wanted, ignore_index=_NONE, reduction="sum")
    return WEIGHT * total / len(labels)


def rating_figures(
    said: NDArray[np.int64], labels: NDArray[np.int64], names: Sequence[str]
) -> dict[str, Any]:
    """How often the likeliest rating is the one that is written, as JSON values.

    Args:
        said: (n,) the likeliest.
        labels: (n,) written; -1 where nothing is.
        names: Of the R ratings.

    Returns:
        Images, share met, the share that the most frequent rating alone would meet, and the share
        of each rating's images that are met; shares are null where there is no image.
    """
    told = labels >= 0
    said, labels = said[told], labels[told]
    counts = np.bincount(labels, minlength=len(names))
    met = np.bincount(labels[said == labels], minlength=len(names))
    return {
        "images": len(labels),
        "met": float((said == labels).mean()) if len(labels) else None,
        "usual": float(counts.max() / len(labels)) if len(labels) else None,
        "each": {
            name: float(met[k] / counts[k]) if counts[k] else None for k, name in enumerate(names)
        },
    }


def rating_chances(weights: Path, embeddings: NDArray[np.floating]) -> NDArray[np.float32]:
    """What a version's own rating output says of images whose embeddings are stored.

    Args:
        weights: The version's `model.safetensors`, of a version with ratings.
        embeddings: (n, D), of the same version.

    Returns:
        (n, R) float32, each row sums to 1.

    Raises:
        TaggerProblem: The file cannot be read or has no rating output.
    """
    try:
        with safe_open(weights, framework="pt") as file:
            weight, bias = (file.get_tensor(f"{HEAD}.{part}") for part in ("weight", "bias"))
    except (OSError, SafetensorError) as problem:
        raise TaggerProblem(
            f"{weights} has no rating output that can be read: {problem}. Train anew: "
            "reviewer train"
        ) from problem
    x = torch.from_numpy(np.ascontiguousarray(embeddings, np.float32))
    with torch.inference_mode():
        chances = torch.softmax(functional.linear(x, weight, bias), dim=1)
    return np.asarray(chances.numpy(), np.float32)
