"""Any network as a tagger: images in, logits and embeddings out.

Our own small network is built here; torchvision's, and those that other programs trained, come from
`model.networks` by a table. Torchvision, timm and ONNX Runtime take longer to load than most jobs
need for the rest of their start: each is loaded with the first network that needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn

from model.errors import TaggerProblem
from model.networks.autotagger import build_autotagger
from model.networks.deepdanbooru import build_deepdanbooru
from model.networks.joytag import build_joytag
from model.networks.parts import Parts, wrong_size
from model.networks.timm_network import build_timm
from model.small import SmallNetwork
from model.weights import WeightsOrigin, read_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from model.config import TaggerConfig

SMALL = "small"
"""The name of our own network for a CPU, `model.small`."""


class Tagger(nn.Module):
    """A backbone without its classifier, and one linear head with a row for each tag.

    Attributes:
        backbone: (B, 3, S, S) float to (B, D) float.
        head: (B, D) to (B, T).
        still: Names of the parts that are not trained; they stay in evaluation mode.
        fixed_rows: (T,) bool, rows of the head that training leaves bit for bit; `None` for none.
        ratings: R names of ratings, one of which an image has; empty without a rating output.
        rating_head: (B, D) to (B, R); `None` without.
    """

    rating_head: nn.Linear | None

    def __init__(self, backbone: nn.Module, head: nn.Linear) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head
        self.still: tuple[str, ...] = ()
        self.fixed_rows: Tensor | None = None
        self.ratings: tuple[str, ...] = ()
        self.rating_head = None

    def rate(self, names: tuple[str, ...]) -> None:
        """Add a rating output beside the tags', one for each name; it says nothing yet."""
        self.ratings = names
        self.rating_head = nn.Linear(self.head.in_features, len(names))
        nn.init.zeros_(self.rating_head.weight)
        nn.init.zeros_(self.rating_head.bias)

    def train(self, mode: bool = True) -> Self:
        """Set training or evaluation mode, but for what is not trained."""
        super().train(mode)
        for name in self.still:
            self.get_submodule(name).eval()
        return self

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Score a batch.

        Args:
            x: (B, 3, S, S) float, normalised as the config says.

        Returns:
            Logits (B, T) and embeddings (B, D).
        """
        embeddings = self.backbone(x)
        return self.head(embeddings), embeddings

    def keep_rows(self, rows: list[int]) -> None:
        """Leave out all outputs but some, which come in the given order."""
        index = torch.tensor(rows, dtype=torch.long, device=self.head.weight.device)
        head = nn.Linear(self.head.in_features, len(rows), device=self.head.weight.device)
        with torch.no_grad():
            head.weight.copy_(self.head.weight[index])
            head.bias.copy_(self.head.bias[index])
        self.head = head


class CorrectedTagger(Tagger):
    """A backbone that gives logits of its own, and a linear head that corrects them.

    For networks whose end is not linear. The head starts at zero, so that the network's own
    outputs come through as they are; tags that the network lacks start at its zero.

    Attributes:
        given: (T,) int64, the network's output behind each tag; -1 where it has none.
    """

    given: Tensor

    def __init__(self, backbone: nn.Module, head: nn.Linear) -> None:
        super().__init__(backbone, head)
        with torch.no_grad():
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)
        self.register_buffer("given", torch.arange(head.out_features))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Score a batch; see `Tagger`."""
        embeddings, logits = self.backbone(x)
        own = logits[:, self.given.clamp(min=0)].masked_fill(self.given < 0, 0.0)
        return own + self.head(embeddings), embeddings

    def keep_rows(self, rows: list[int]) -> None:
        """Leave out all outputs but some, which come in the given order."""
        super().keep_rows(rows)
        self.given = self.given[torch.tensor(rows, dtype=torch.long, device=self.given.device)]


def backbone_names() -> list[str]:
    """Names of all backbones that can be trained from nothing, sorted."""
    from model.networks.torchvision_network import names  # noqa: PLC0415 - see above

    return sorted([SMALL, *names()])


def create_tagger(config: TaggerConfig, n_tags: int, folder: Path | None = None) -> Tagger:
    """Build a tagger with random weights.

    Args:
        config: Names the network, its builder and the input size.
        n_tags: Outputs, 1 or more.
        folder: Where the network's graph lies, for one that is a file (ONNX).

    Returns:
        The tagger, on the CPU, in training mode.

    Raises:
        TaggerProblem: The network is unknown, has no linear classifier, or cannot take the size.
    """
    if n_tags < 1:
        raise TaggerProblem("A tagger needs one tag or more; lower the least count of a tag.")
    if config.network == "onnx":
        return _onnx_tagger(config, n_tags, folder)
    tagger = Tagger(*_BUILDERS[config.network](config, n_tags))
    _try_size(tagger, config)
    return tagger


def _build_untaught(config: TaggerConfig, n_tags: int) -> Parts:
    """Our own network, or one of torchvision's, with a head that says nearly nothing yet."""
    if config.backbone == SMALL:
        network = SmallNetwork()
        parts = Parts(network, nn.Linear(network.width, n_tags))
    else:
        if config.backbone not in backbone_names():
            raise TaggerProblem(
                f'There is no backbone "{config.backbone}"; resnet18, resnet50, convnext_tiny and '
                "torchvision's other classification networks can be used."
            )
        from model.networks.torchvision_network import (  # noqa: PLC0415 - see above
            build_torchvision,
        )

        parts = build_torchvision(config, n_tags)
    nn.init.normal_(parts.head.weight, std=0.01)
    nn.init.zeros_(parts.head.bias)
    return parts


_BUILDERS: dict[str, Callable[[TaggerConfig, int], Parts]] = {
    "torchvision": _build_untaught,
    "timm": build_timm,
    "joytag": build_joytag,
    "deepdanbooru": build_deepdanbooru,
    "autotagger": build_autotagger,
}


def _onnx_tagger(config: TaggerConfig, n_tags: int, folder: Path | None) -> Tagger:
    if folder is None:
        raise TaggerProblem("An ONNX network is a file and cannot be built from its settings.")
    from model.networks.onnx_session import MODEL, OnnxBackbone  # noqa: PLC0415 - see above

    backbone = OnnxBackbone(folder / MODEL, config)
    kind = CorrectedTagger if backbone.gives else Tagger
    return kind(backbone, nn.Linear(backbone.width, n_tags))


def load_backbone(tagger: Tagger, origin: WeightsOrigin) -> None:
    """Copy pretrained weights into a tagger's backbone; the head stays as it is.

    Args:
        tagger: Changed in place.
        origin: Where the weights are; nothing happens for "scratch".

    Raises:
        TaggerProblem: The file cannot be read, or belongs to another network.
    """
    if origin.path is None:
        return
    state = read_state(origin.path)
    wanted = tagger.backbone.state_dict()
    wrong = [
        name
        for name, tensor in wanted.items()
        if name not in state or state[name].shape != tensor.shape
    ]
    if wrong:
        raise TaggerProblem(
            f"The weights file {origin.path} belongs to another network: {len(wrong)} of "
            f"{len(wanted)} tensors are missing or have another shape (the first is "
            f"{wrong[0]}). Choose the weights of the same backbone, or another backbone."
        )
    tagger.backbone.load_state_dict({name: state[name] for name in wanted})


def _try_size(tagger: Tagger, config: TaggerConfig) -> None:
    """Run one empty picture through, so that a size that cannot work is refused at once."""
    was_training = tagger.training
    tagger.eval()
    try:
        with torch.no_grad():
            tagger(torch.zeros(1, 3, config.input_size, config.input_size))
    except (RuntimeError, ValueError, AssertionError) as problem:
        raise wrong_size(config) from problem
    tagger.train(was_training)
