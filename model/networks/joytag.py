"""JoyTag's vision transformer, with the names of its published weights.

Layout (github.com/fpgaminer/joytag, Apache-2.0): a stem of strided convolutions or one patch
convolution; blocks with layer scale (`skip_init`); sine positions or learnt ones; layer norm, mean
over the patches, one linear layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from model.errors import TaggerProblem
from model.networks.parts import Parts, take_off

if TYPE_CHECKING:
    from model.config import TaggerConfig

_NEEDED = ("image_size", "num_blocks", "patch_size", "d_model", "mlp_dim", "num_heads", "use_sine")


def build_joytag(config: TaggerConfig, n_tags: int) -> Parts:
    """Build the network with random weights, its head taken off.

    Args:
        config: `arguments` are those of JoyTag's `config.json`.
        n_tags: T.

    Raises:
        TaggerProblem: An argument is missing or cannot be used.
    """
    missing = [name for name in _NEEDED if name not in config.arguments]
    if missing:
        raise TaggerProblem(f"A JoyTag's config.json needs {', '.join(missing)}; copy it again.")
    try:
        network = _JoyTag(config.arguments, n_tags)
    except (TypeError, ValueError, KeyError, RuntimeError, ZeroDivisionError) as problem:
        raise TaggerProblem(f"JoyTag's config.json cannot be used: {problem!r}.") from problem
    return Parts(network, take_off(network, "head"))


class _JoyTag(nn.Module):
    """(B, 3, S, S) to (B, T) with its head, to (B, D) without."""

    def __init__(self, arguments: dict[str, Any], n_tags: int) -> None:
        super().__init__()
        width, patch = int(arguments["d_model"]), int(arguments["patch_size"])
        stem = arguments.get("cnn_stem")
        self.patch_embeddings: nn.Module = (
            nn.Conv2d(3, width, patch, stride=patch) if stem is None else _Stem(str(stem))
        )
        places = (int(arguments["image_size"]) // patch) ** 2
        self.pos_embedding = _Positions(width, places, sine=bool(arguments["use_sine"]))
        self.blocks = nn.ModuleList(
            _Block(width, int(arguments["mlp_dim"]), int(arguments["num_heads"]))
            for _ in range(int(arguments["num_blocks"]))
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, n_tags)

    def forward(self, x: Tensor) -> Tensor:
        """Embed and score a batch."""
        seen = self.patch_embeddings(x)
        rows, columns = seen.shape[-2:]
        tokens = self.pos_embedding(seen.flatten(2).transpose(1, 2), rows, columns)
        for block in self.blocks:
            tokens = block(tokens)
        return cast("Tensor", self.head(self.norm(tokens).mean(dim=1)))


class _ChannelNorm(nn.Module):
    """Layer norm over the channels of a map."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to the same shape."""
        return cast("Tensor", self.norm(x.transpose(1, 3)).transpose(1, 3))


class _Stem(nn.Module):
    """Convolutions as a text says them: `conv:c=64;ln;relu;conv:c=128,s=1,k=1,p=0`."""

    def __init__(self, words: str) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        simple = {"relu": nn.ReLU, "gelu": nn.GELU}
        for word in words.split(";"):
            kind, _, rest = word.partition(":")
            options = dict(part.split("=") for part in rest.split(",")) if rest else {}
            if kind == "conv":
                size, stride, pad = (
                    int(options.get(key, default))
                    for key, default in (("k", 3), ("s", 2), ("p", 1))
                )
                layers.append(nn.Conv2d(channels, int(options["c"]), size, stride, pad))
                channels = int(options["c"])
            elif kind == "ln":
                layers.append(_ChannelNorm(channels))
            elif kind == "bn":
                layers.append(nn.BatchNorm2d(channels))
            else:
                layers.append(simple[kind]())
        self.conv = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) to (B, C, H, W)."""
        return cast("Tensor", self.conv(x))


class _Positions(nn.Module):
    """Where a patch is: sines of its place, or a vector learnt for it."""

    def __init__(self, width: int, places: int, *, sine: bool) -> None:
        super().__init__()
        self.embedding = None if sine else nn.Embedding(places, width)
        if not sine:
            self.register_buffer("position_ids", torch.arange(places))

    def forward(self, tokens: Tensor, rows: int, columns: int) -> Tensor:
        """Add to (B, rows x columns, D) tokens."""
        if self.embedding is not None:
            return tokens + self.embedding.weight
        return tokens + _sines(rows, columns, tokens.shape[-1]).to(tokens)


def _sines(rows: int, columns: int, width: int) -> Tensor:
    """(rows x columns, D) sines and cosines of the two coordinates, wavelengths to 10,000."""
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    steps = torch.arange(width // 4) / (width // 4 - 1)
    omega = 1.0 / 10_000**steps
    across, down = (place.flatten()[:, None] * omega[None, :] for place in (x, y))
    return torch.cat([across.sin(), across.cos(), down.sin(), down.cos()], dim=1)


class _Scale(nn.Module):
    """One learnt factor a channel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.skip = nn.Parameter(torch.full((width,), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, D) to the same shape."""
        return x * self.skip


class _Mlp(nn.Module):
    """Two linear layers with a GELU between them."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(width, inner)
        self.linear2 = nn.Linear(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, D) to the same shape."""
        return cast("Tensor", self.linear2(functional.gelu(self.linear1(x))))


class _Block(nn.Module):
    """Attention and perceptron, each beside a short cut and scaled."""

    def __init__(self, width: int, inner: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv_proj = nn.Linear(width, 3 * width)
        self.out_proj = nn.Linear(width, width)
        self.skip_init1 = _Scale(width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = _Mlp(width, inner)
        self.skip_init2 = _Scale(width)

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, D) to the same shape."""
        count, length, width = x.shape
        split = self.qkv_proj(self.norm1(x)).view(count, length, 3, self.heads, -1)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value)
        x = x + self.skip_init1(self.out_proj(seen.transpose(1, 2).reshape(count, length, width)))
        return x + cast("Tensor", self.skip_init2(self.mlp(self.norm2(x))))
