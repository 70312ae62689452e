"""JoyTag and DeepDanbooru: their computation step by step on the tensors, as their layouts say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch.nn import functional as f

from tests.unit.model.taggers.folders import (
    CLIP,
    GENERAL,
    PLAIN,
    Made,
    normalised,
    sigmoid,
    white_square,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

JOYTAG = {
    "class": "ViT", "n_tags": len(GENERAL), "image_size": 32, "num_blocks": 2, "patch_size": 8,
    "d_model": 16, "mlp_dim": 32, "num_heads": 4, "stochdepth_rate": 0.05, "use_sine": True,
    "loss_type": "ce", "layerscale_init": None, "head_mean_after": False,
    "cnn_stem": "conv:c=4;ln;relu;conv:c=8;ln;relu;conv:c=12;ln;relu;conv:c=16,s=1,k=1,p=0",
    "patch_dropout": 0.0,
}  # fmt: skip


def joytag_state(chance: torch.Generator) -> dict[str, torch.Tensor]:
    width, inner, channels = 16, 32, (3, 4, 8, 12)

    def draw(*shape: int, scale: float = 0.3) -> torch.Tensor:
        return torch.randn(shape, generator=chance) * scale

    state = {}
    for number in range(3):
        before, after = channels[number], channels[number + 1]
        state[f"patch_embeddings.conv.{3 * number}.weight"] = draw(after, before, 3, 3)
        state[f"patch_embeddings.conv.{3 * number}.bias"] = draw(after)
        state[f"patch_embeddings.conv.{3 * number + 1}.norm.weight"] = 1 + draw(after)
        state[f"patch_embeddings.conv.{3 * number + 1}.norm.bias"] = draw(after)
    state["patch_embeddings.conv.9.weight"] = draw(width, 12, 1, 1)
    state["patch_embeddings.conv.9.bias"] = draw(width)
    for block in range(2):
        shapes = {
            "norm1.weight": (width,), "norm1.bias": (width,), "norm2.weight": (width,),
            "norm2.bias": (width,), "qkv_proj.weight": (3 * width, width),
            "qkv_proj.bias": (3 * width,), "out_proj.weight": (width, width),
            "out_proj.bias": (width,), "skip_init1.skip": (width,), "skip_init2.skip": (width,),
            "mlp.linear1.weight": (inner, width), "mlp.linear1.bias": (inner,),
            "mlp.linear2.weight": (width, inner), "mlp.linear2.bias": (width,),
        }  # fmt: skip
        state |= {f"blocks.{block}.{name}": draw(*shape) for name, shape in shapes.items()}
    state |= {"norm.weight": 1 + draw(width), "norm.bias": draw(width)}
    return state | {
        "head.weight": draw(len(GENERAL), width, scale=2),
        "head.bias": draw(len(GENERAL)),
    }


def joytag_logits(state: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    for number in range(3):
        stem = f"patch_embeddings.conv.{3 * number}"
        x = f.conv2d(x, state[f"{stem}.weight"], state[f"{stem}.bias"], stride=2, padding=1)
        norm = f"patch_embeddings.conv.{3 * number + 1}.norm"
        x = x.permute(0, 2, 3, 1)
        x = f.layer_norm(x, x.shape[-1:], state[f"{norm}.weight"], state[f"{norm}.bias"])
        x = x.permute(0, 3, 1, 2).relu()
    stem = "patch_embeddings.conv.9"
    x = f.conv2d(x, state[f"{stem}.weight"], state[f"{stem}.bias"])
    side, width = x.shape[-1], x.shape[1]
    places = np.zeros((side * side, width))
    for row in range(side):
        for column in range(side):
            steps = 1 / 10000 ** (np.arange(width // 4) / (width // 4 - 1))
            places[row * side + column] = np.concatenate(
                [
                    np.sin(column * steps),
                    np.cos(column * steps),
                    np.sin(row * steps),
                    np.cos(row * steps),
                ]
            )
    x = x.flatten(2).transpose(1, 2) + torch.from_numpy(places).float()
    for block in range(2):
        part = {
            key.removeprefix(f"blocks.{block}."): tensor
            for key, tensor in state.items()
            if key.startswith(f"blocks.{block}.")
        }
        seen = f.layer_norm(x, (width,), part["norm1.weight"], part["norm1.bias"])
        q, k, v = f.linear(seen, part["qkv_proj.weight"], part["qkv_proj.bias"]).split(width, -1)
        heads = []
        for head in range(4):
            cut = slice(4 * head, 4 * head + 4)
            shares = (q[..., cut] @ k[..., cut].transpose(1, 2) / 2).softmax(-1)
            heads.append(shares @ v[..., cut])
        seen = f.linear(torch.cat(heads, -1), part["out_proj.weight"], part["out_proj.bias"])
        x = x + seen * part["skip_init1.skip"]
        seen = f.layer_norm(x, (width,), part["norm2.weight"], part["norm2.bias"])
        seen = f.gelu(f.linear(seen, part["mlp.linear1.weight"], part["mlp.linear1.bias"]))
        x = (
            x
            + f.linear(seen, part["mlp.linear2.weight"], part["mlp.linear2.bias"])
            * part["skip_init2.skip"]
        )
    x = f.layer_norm(x, (width,), state["norm.weight"], state["norm.bias"]).mean(1)
    return f.linear(x, state["head.weight"], state["head.bias"])


def joytag(folder: Path) -> Made:
    folder.mkdir(parents=True)
    state = joytag_state(torch.Generator().manual_seed(3))
    (folder / "config.json").write_text(json.dumps(JOYTAG))
    (folder / "top_tags.txt").write_text("\n".join(GENERAL) + "\n", encoding="utf-8")
    save_file(state, folder / "model.safetensors")

    def reference(picture: Image.Image) -> NDArray[np.float64]:
        with torch.inference_mode():
            return sigmoid(
                joytag_logits(state, normalised(white_square(picture, 32), CLIP))[0].numpy()
            )

    return Made(folder, reference, list(GENERAL))


STAGES = ((16, 2), (32, 7), (64, 19), (64, 19), (128, 2), (256, 2))
"""Width and further blocks of each stage, a sixteenth of the published width."""


def deepdanbooru_state(chance: torch.Generator) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = {}

    def add(before: int, after: int, size: int, share: float = 1.0) -> None:
        # Sums of 53 blocks stay small where each adds a share.
        number = len(state) // 2
        spread = share * (2 / (before * size * size)) ** 0.5
        state[f"n_Conv_{number}.weight"] = (
            torch.randn((after, before, size, size), generator=chance) * spread
        )
        state[f"n_Conv_{number}.bias"] = torch.randn(after, generator=chance) * 0.05

    add(3, 4, 7)
    before = 4
    for stage, (width, repeat) in enumerate(STAGES):
        inner = width // 4
        if stage != 3:
            add(before, width, 1)
        add(before, inner, 1)
        add(inner, inner, 3)
        add(inner, width, 1)
        if stage == 3:
            add(before, width, 1)
        for _ in range(repeat):
            add(width, inner, 1)
            add(inner, inner, 3)
            add(inner, width, 1, share=0.2)
        before = width
    # Deep sums grow; the last widening keeps them small.
    state["n_Conv_178.weight"] = torch.randn((len(GENERAL), 256, 1, 1), generator=chance)
    return state


def deepdanbooru_logits(state: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """(1, S, S, 3) in 0..1 to (1, T)."""

    def conv(number: int, x: torch.Tensor, stride: int = 1) -> torch.Tensor:
        tensor = state[f"n_Conv_{number}.weight"]
        return f.conv2d(x, tensor, state.get(f"n_Conv_{number}.bias"), stride=stride)

    x = conv(0, f.pad(x.permute(0, 3, 1, 2), (2, 3, 2, 3)), 2).relu()
    x = f.max_pool2d(f.pad(x, (0, 1, 0, 1), value=float("-inf")), 3, 2)
    number = 1
    for stage, (_, repeat) in enumerate(STAGES):
        stride = 1 if stage == 0 else 2
        around = (1, 1, 1, 1) if stage == 0 else (0, 1, 0, 1)
        beside, first = (number + 3, number) if stage == 3 else (number, number + 1)
        inner = conv(first + 1, f.pad(conv(first, x).relu(), around), stride).relu()
        x = (conv(first + 2, inner) + conv(beside, x, stride)).relu()
        number += 4
        for _ in range(repeat):
            inner = conv(number + 1, f.pad(conv(number, x).relu(), (1, 1, 1, 1))).relu()
            x = (conv(number + 2, inner) + x).relu()
            number += 3
    x = conv(number, x)
    return f.avg_pool2d(x, x.shape[-2:]).flatten(1)


def deepdanbooru(folder: Path) -> Made:
    folder.mkdir(parents=True)
    state = deepdanbooru_state(torch.Generator().manual_seed(9))
    # Residual sums grow over 53 blocks: the head is made as small as they are large.
    with torch.inference_mode():
        seen = deepdanbooru_logits(state, torch.rand(1, 512, 512, 3))
    state["n_Conv_178.weight"] *= 2 / seen.std()
    torch.save({**state, "tags": list(GENERAL)}, folder / "model-resnet_custom_v3.pt")

    def reference(picture: Image.Image) -> NDArray[np.float64]:
        scale = 512 / max(picture.size)
        small = picture.resize(
            (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BOX
        )
        left, top = (512 - small.width) // 2, (512 - small.height) // 2
        around = ((top, 512 - small.height - top), (left, 512 - small.width - left), (0, 0))
        square = np.pad(np.asarray(small), around, mode="edge")
        x = normalised(Image.fromarray(square), PLAIN).permute(0, 2, 3, 1)
        with torch.inference_mode():
            return deepdanbooru_logits(state, x)[0].sigmoid().double().numpy()

    return Made(folder, reference, list(GENERAL))
