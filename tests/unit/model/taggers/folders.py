"""Folders of taggers in the layouts that their makers publish, with small random networks.

Each maker writes the files as they are found in the wild and gives the reference computation: what
that project's own code does with a picture, written here without any of ours.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import timm
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from torchvision import models

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

Reference = Callable[[Image.Image], "NDArray[np.float64]"]
"""From a picture to the (T,) scores."""

GENERAL = ("1girl", "long_hair", "smile", "^_^", "cat_ears", "hat", "nan", ":d", "fate_(series)")
WD_ROWS = [
    ("9999999", "general", 9),
    ("9999998", "sensitive", 9),
    ("9999997", "questionable", 9),
    ("9999996", "explicit", 9),
    *((str(470 + n), name, 0) for n, name in enumerate(GENERAL)),
    ("9001", "saber", 4),
]
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CLIP = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
HALF = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
PLAIN = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Made:
    """A folder as it is found, and what its own code would say."""

    folder: Path
    reference: Reference
    names: list[str]


def sigmoid(x: NDArray[np.floating]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.asarray(x, np.float64)))


def write_wd_list(folder: Path, rows: list[tuple[str, str, int]] = WD_ROWS) -> list[str]:
    with (folder / "selected_tags.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("tag_id", "name", "category", "count"))
        writer.writerows((number, name, category, 100) for number, name, category in rows)
    return [name for _, name, _ in rows]


def white_square(picture: Image.Image, size: int) -> Image.Image:
    longest = max(picture.size)
    canvas = Image.new("RGB", (longest, longest), (255, 255, 255))
    canvas.paste(picture, ((longest - picture.width) // 2, (longest - picture.height) // 2))
    return canvas.resize((size, size), Image.Resampling.BICUBIC)


def normalised(picture: Image.Image, norm: tuple[tuple[float, ...], ...]) -> torch.Tensor:
    x = torch.from_numpy(np.asarray(picture, np.float32) / 255).permute(2, 0, 1)
    mean, std = (torch.tensor(part).view(3, 1, 1) for part in norm)
    return ((x - mean) / std)[None].float()


def tuned(network: nn.Module, side: int = 48) -> nn.Module:
    """Batch norms that saw something, and a head whose scores differ and are not all 0 or 1."""
    chance = torch.Generator().manual_seed(5)
    noise = torch.randn(8, 3, side, side, generator=chance)
    for part in network.modules():
        if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d):
            part.momentum = None
    with torch.inference_mode():
        network.train()(noise)
        seen = network.eval()(noise)
        middle = seen.mean(dim=1, keepdim=True)
    with torch.no_grad():
        last_linear(network).weight.mul_(2 / (seen - middle).std().clamp(min=1e-6))
    return network


def last_linear(network: nn.Module) -> nn.Linear:
    """The layer that gives the logits."""
    return [part for part in network.modules() if isinstance(part, nn.Linear)][-1]


# --- timm -----------------------------------------------------------------------------------------

WD_ARCHITECTURES = {
    "vit": ("vit_tiny_patch16_224", {"class_token": False, "fc_norm": False, "global_pool": "avg",
                                     "act_layer": "gelu_tanh", "img_size": 32, "depth": 3}),
    "convnext": ("convnext_atto", {"depths": [1, 1, 2, 1]}),
    "swinv2": ("swinv2_tiny_window8_256", {"act_layer": "gelu_tanh", "img_size": 64,
                                           "window_size": 2, "embed_dim": 32,
                                           "depths": [1, 1, 2, 1], "num_heads": [1, 2, 4, 8]}),
    "eva02": ("eva02_tiny_patch14_224", {"img_size": 28, "ref_feat_shape": [2, 2], "depth": 3}),
}  # fmt: skip


def wd_timm(folder: Path, kind: str = "vit") -> Made:
    architecture, arguments = WD_ARCHITECTURES[kind]
    folder.mkdir(parents=True)
    names = write_wd_list(folder)
    torch.manual_seed(1)
    size = arguments.get("img_size", 32)
    network = tuned(timm.create_model(architecture, num_classes=len(names), **arguments), size)
    config = {
        "architecture": architecture,
        "num_classes": len(names),
        "num_features": network.num_features,
        "global_pool": "avg",
        "model_args": arguments,
        "pretrained_cfg": {
            "custom_load": False, "input_size": [3, size, size], "fixed_input_size": False,
            "interpolation": "bicubic", "crop_pct": 1.0, "crop_mode": "center",
            "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "num_classes": len(names),
            "pool_size": None, "first_conv": None, "classifier": None,
        },
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    save_file(network.state_dict(), folder / "model.safetensors")

    def reference(picture: Image.Image) -> NDArray[np.float64]:
        x = normalised(white_square(picture, size), HALF)[:, [2, 1, 0]]
        with torch.inference_mode():
            return sigmoid(network(x)[0].numpy())

    return Made(folder, reference, names)


def animetimm(folder: Path, architecture: str = "mobilenetv4_conv_small") -> Made:
    folder.mkdir(parents=True)
    rows = [(str(n), name, 0) for n, name in enumerate(GENERAL)] + [("77", "saber", 4)]
    with (folder / "selected_tags.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "name", "category", "count", "best_threshold"))
        writer.writerows((n, name, kind, 5, 0.3 if kind == 0 else "") for n, name, kind in rows)
    torch.manual_seed(2)
    network = tuned(timm.create_model(architecture, num_classes=len(rows)))
    with torch.no_grad():
        # Drawings move random batch norms far more than noise does: logits of 70 are none.
        last_linear(network).weight.mul_(0.25)
    mean, std = IMAGENET
    config = {
        "architecture": architecture, "num_classes": len(rows), "global_pool": "avg",
        "pretrained_cfg": {"input_size": [3, 48, 48], "mean": mean, "std": std, "tag": "x"},
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    stages = [
        {"type": "pad_to_size", "size": [64, 64], "background_color": "white",
         "interpolation": "bilinear"},
        {"type": "resize", "size": 48, "interpolation": "bicubic", "max_size": None,
         "antialias": True},
        {"type": "center_crop", "size": [48, 48]},
        {"type": "maybe_to_tensor"},
        {"type": "normalize", "mean": mean, "std": std},
    ]  # fmt: skip
    (folder / "preprocess.json").write_text(json.dumps({"test": stages, "val": stages}))
    (folder / "categories.json").write_text('[{"category": 0, "name": "general"}]')
    (folder / "thresholds.csv").write_text(
        "category,name,alpha,threshold\n0,general,1,0.39\n4,character,1,0.47\n"
    )
    (folder / "meta.json").write_text("{}")
    save_file(network.state_dict(), folder / "model.safetensors")

    def reference(picture: Image.Image) -> NDArray[np.float64]:
        ratio = min(64 / picture.width, 64 / picture.height)
        small = picture.resize(
            (round(picture.width * ratio), round(picture.height * ratio)), Image.Resampling.BILINEAR
        )
        canvas = Image.new("RGB", (64, 64), "white")
        canvas.paste(small, ((64 - small.width) // 2, (64 - small.height) // 2))
        x = normalised(canvas.resize((48, 48), Image.Resampling.BICUBIC), IMAGENET)
        with torch.inference_mode():
            return sigmoid(network(x)[0].numpy())

    return Made(folder, reference, [name for _, name, _ in rows])


# --- ONNX graphs, written by hand as exporters of these projects leave them -----------------------


def weight(name: str, *shape: int, seed: int = 0, scale: float = 0.3) -> TensorProto:
    values = np.random.default_rng(seed + len(name)).standard_normal(shape) * scale
    return numpy_helper.from_array(values.astype(np.float32), name)


def save_graph(
    path: Path, nodes: list[Any], weights: list[Any], inputs: list[Any], outputs: list[Any]
) -> None:
    graph = helper.make_graph(nodes, "tagger", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def value(name: str, *shape: int | str, kind: int = TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, list(shape))


def body(source: str, *, nhwc: bool, width: int = 6) -> tuple[list, list]:
    """Two convolutions and a mean: `features` (N, width), `map` (N, width, H, W)."""
    nodes = []
    if nhwc:
        nodes.append(helper.make_node("Transpose", [source], ["planes"], perm=[0, 3, 1, 2]))
        source = "planes"
    nodes += [
        helper.make_node("Conv", [source, "c1", "cb"], ["h1"], kernel_shape=[3, 3], strides=[2, 2]),
        helper.make_node("Relu", ["h1"], ["r1"]),
        helper.make_node("Conv", ["r1", "c2"], ["h2"], kernel_shape=[3, 3]),
        helper.make_node("Tanh", ["h2"], ["map"]),
        helper.make_node("GlobalAveragePool", ["map"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"]),
    ]
    scale = 0.002 if nhwc else 0.4
    return nodes, [
        weight("c1", 5, 3, 3, 3, scale=scale),
        weight("cb", 5),
        weight("c2", width, 5, 3, 3, seed=3),
    ]


def run_graph(path: Path, feed: NDArray[np.float32], output: str) -> NDArray[np.float64]:
    """What ONNX's own evaluator says: slow, in numpy, none of ONNX Runtime."""
    from onnx.reference import ReferenceEvaluator

    session = ReferenceEvaluator(str(path))
    name = onnx.load(str(path)).graph.input[0].name
    return np.asarray(session.run([output], {name: feed})[0][0], np.float64)


def wd_onnx(folder: Path, *, batch: int | str = "batch", side: int = 24) -> Made:
    folder.mkdir(parents=True)
    names = write_wd_list(folder)
    nodes, weights = body("input_1:0", nhwc=True)
    nodes += [
        helper.make_node("MatMul", ["features", "w"], ["product"]),
        helper.make_node("Add", ["product", "b"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["predictions_sigmoid"]),
    ]
    weights += [weight("w", 6, len(names), scale=3.0), weight("b", len(names))]
    path = folder / "model.onnx"
    save_graph(
        path, nodes, weights,
        [value("input_1:0", batch, side, side, 3)],
        [value("predictions_sigmoid", batch, len(names))],
    )  # fmt: skip

    def reference(picture: Image.Image) -> NDArray[np.float64]:
        pixels = np.asarray(white_square(picture, side), np.float32)[None, :, :, ::-1]
        return run_graph(path, np.ascontiguousarray(pixels), "predictions_sigmoid")

    return Made(folder, reference, names)


def deepghs_onnx(folder: Path) -> Made:
    """As PixAI's re-published graph: stretched, mean and std of one half, three outputs."""
    folder.mkdir(parents=True)
    names = [*GENERAL, "saber"]
    with (folder / "selected_tags.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "name", "category", "count", "ips"))
        writer.writerows((n, name, 4 * (name == "saber"), 5, "[]") for n, name in enumerate(names))
    stages = [
        {"type": "resize", "size": [24, 24], "interpolation": "bilinear"},
        {"type": "to_tensor"},
        {"type": "normalize", "mean": [0.5] * 3, "std": [0.5] * 3},
    ]
    (folder / "preprocess.json").write_text(json.dumps({"stages": stages}))
    nodes, weights = body("input", nhwc=False)
    nodes += [
        helper.make_node("Identity", ["features"], ["embedding"]),
        helper.make_node("Gemm", ["features", "w", "b"], ["logits"], transB=1),
        helper.make_node("Sigmoid", ["logits"], ["prediction"]),
    ]
    weights += [weight("w", len(names), 6, scale=2.0), weight("b", len(names))]
    path = folder / "model.onnx"
    outputs = [value("embedding", "n", 6), value("logits", "n", len(names))]
    outputs.append(value("prediction", "n", len(names)))
    save_graph(path, nodes, weights, [value("input", "n", 3, "h", "w")], outputs)

    def reference(picture: Image.Image) -> NDArray[np.float64]:
        x = normalised(picture.resize((24, 24), Image.Resampling.BILINEAR), HALF)
        return run_graph(path, x.numpy(), "prediction")

    return Made(folder, reference, names)


def camie(folder: Path) -> Made:
    """Two stages: first scores, then scores refined by the best tags' own vectors."""
    folder.mkdir(parents=True)
    names = [*GENERAL, "saber", "some_artist", "general", "year_2020"]
    kinds = ["general"] * len(GENERAL) + ["character", "artist", "rating", "year"]
    mapping = {
        "idx_to_tag": {
            str(n): name for n, name in sorted(enumerate(names), key=lambda e: str(e[0]))
        },
        "tag_to_category": dict(zip(names, kinds, strict=True)),
    }
    record = {"model_info": {"img_size": 32}, "dataset_info": {"tag_mapping": mapping}}
    (folder / "camie-tagger-v2-metadata.json").write_text(json.dumps(record))
    total = len(names)
    nodes, weights = body("input", nhwc=False)
    nodes += [
        helper.make_node("Gemm", ["features", "w1", "b1"], ["initial_predictions"], transB=1),
        helper.make_node("TopK", ["initial_predictions", "three"], ["best", "selected_candidates"]),
        helper.make_node("Gather", ["vectors", "selected_candidates"], ["chosen"]),
        helper.make_node("ReduceMean", ["chosen"], ["context"], axes=[1], keepdims=0),
        helper.make_node("Add", ["features", "context"], ["joined"]),
        helper.make_node("Gemm", ["joined", "w2", "b2"], ["second"], transB=1),
        helper.make_node("Add", ["second", "initial_predictions"], ["refined_predictions"]),
    ]
    weights += [
        weight("w1", total, 6, scale=2.0), weight("b1", total), weight("w2", total, 6, seed=8),
        weight("b2", total), weight("vectors", total, 6),
        numpy_helper.from_array(np.array([3], np.int64), "three"),
    ]  # fmt: skip
    path = folder / "camie-tagger-v2.onnx"
    outputs = [value("initial_predictions", "n", total), value("refined_predictions", "n", total)]
    outputs.append(value("selected_candidates", "n", 3, kind=TensorProto.INT64))
    save_graph(path, nodes, weights, [value("input", "n", 3, 32, 32)], outputs)

    def reference(picture: Image.Image) -> NDArray[np.float64]:
        scale = 32 / max(picture.size)
        small = picture.resize(
            (round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS
        )
        canvas = Image.new("RGB", (32, 32), (124, 116, 104))
        canvas.paste(small, ((32 - small.width) // 2, (32 - small.height) // 2))
        return sigmoid(run_graph(path, normalised(canvas, IMAGENET).numpy(), "refined_predictions"))

    return Made(folder, reference, names)


def ml_danbooru(folder: Path, *, listed: str = "class.json") -> Made:
    """A decoder: queries of groups attend to the map, each group has weights of its own."""
    folder.mkdir(parents=True)
    names = list(GENERAL)
    total, groups = len(names), 3
    factor = -(-total // groups)
    if listed == "class.json":
        (folder / listed).write_text(json.dumps({str(n): name for n, name in enumerate(names)}))
    else:
        lines = [f'{n},"{name}","{name}"' for n, name in enumerate(names)]
        lines[4] = f'4,"{names[4]}","kemonomimi"'
        (folder / listed).write_text("\n".join(["id,name,real_name", *lines]) + "\n")
    nodes, weights = body("input", nhwc=False)
    nodes += [
        helper.make_node("Reshape", ["map", "flat"], ["places"]),
        helper.make_node("Transpose", ["places"], ["tokens"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["queries", "places"], ["attention"]),
        helper.make_node("Softmax", ["attention"], ["shares"], axis=-1),
        helper.make_node("MatMul", ["shares", "tokens"], ["seen"]),
        helper.make_node("Unsqueeze", ["seen", "two"], ["rows"]),
        helper.make_node("MatMul", ["rows", "group_weights"], ["columns"]),
        helper.make_node("Reshape", ["columns", "all"], ["padded"]),
        helper.make_node("Slice", ["padded", "none", "wanted", "one"], ["joined"]),
        helper.make_node("Add", ["joined", "b"], ["output"]),
    ]
    weights += [
        weight("queries", groups, 6, scale=4.0), weight("b", total),
        weight("group_weights", groups, 6, factor, scale=3.0),
        numpy_helper.from_array(np.array([0, 6, -1], np.int64), "flat"),
        numpy_helper.from_array(np.array([2], np.int64), "two"),
        numpy_helper.from_array(np.array([0, groups * factor], np.int64), "all"),
        *(
            numpy_helper.from_array(np.array([number], np.int64), name)
            for name, number in (("none", 0), ("wanted", total), ("one", 1))
        ),
    ]  # fmt: skip
    path = folder / "ml_caformer_m36_dec-5-97527.onnx"
    save_graph(
        path, nodes, weights, [value("input", "n", 3, 28, 28)], [value("output", "n", total)]
    )

    def reference(picture: Image.Image) -> NDArray[np.float64]:
        x = normalised(picture.resize((28, 28), Image.Resampling.BILINEAR), PLAIN)
        return sigmoid(run_graph(path, x.numpy(), "output"))

    return Made(folder, reference, names)


# --- torch ----------------------------------------------------------------------------------------


def torchvision_checkpoint(folder: Path, network: str = "shufflenet_v2_x0_5") -> Made:
    folder.mkdir(parents=True)
    names = list(GENERAL)
    torch.manual_seed(4)
    built = tuned(models.get_model(network, weights=None, num_classes=len(names)))
    torch.save(built.state_dict(), folder / f"{network}-abcdef12.pth")
    (folder / "tags.txt").write_text("\n".join(names) + "\n", encoding="utf-8")

    def reference(picture: Image.Image) -> NDArray[np.float64]:
        preset = models.get_model_weights(network).DEFAULT.transforms()
        longest = max(picture.size)
        canvas = Image.new("RGB", (longest, longest), (255, 255, 255))
        canvas.paste(picture, ((longest - picture.width) // 2, (longest - picture.height) // 2))
        side = preset.crop_size[0]
        filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
        small = canvas.resize((side, side), filters[preset.interpolation.value])
        with torch.inference_mode():
            return sigmoid(built(normalised(small, IMAGENET))[0].numpy())

    return Made(folder, reference, names)


def autotagger(folder: Path) -> Made:
    (folder / "models").mkdir(parents=True)
    (folder / "data").mkdir()
    names = ["1girl", "cat_ears", "hat", "rating:g", "rating:s", "rating:q", "rating:e"]
    torch.manual_seed(6)
    network = tuned(Fastai(len(names)))
    torch.save(network.state_dict(), folder / "models" / "model.pth")
    (folder / "data" / "tags.json").write_text(json.dumps(names))

    def reference(picture: Image.Image) -> NDArray[np.float64]:
        x = normalised(picture.resize((224, 224), Image.Resampling.BILINEAR), PLAIN)
        with torch.inference_mode():
            return sigmoid(network(x)[0].numpy())

    return Made(folder, reference, names)


class Fastai(nn.Sequential):
    """`vision_learner(dls, "resnet18")`, as fastai 2.7 lays it out."""

    def __init__(self, n_tags: int) -> None:
        body = nn.Module()
        body.model = timm.create_model("resnet18", num_classes=0)
        body.forward = body.model.forward_features
        head = nn.Sequential(
            ConcatPool(), nn.Flatten(), nn.BatchNorm1d(1024), nn.Dropout(0.25),
            nn.Linear(1024, 512, bias=False), nn.ReLU(inplace=True), nn.BatchNorm1d(512),
            nn.Dropout(0.5), nn.Linear(512, n_tags, bias=False),
        )  # fmt: skip
        super().__init__(body, head)


class ConcatPool(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pools = nn.functional.adaptive_max_pool2d(x, 1), nn.functional.adaptive_avg_pool2d(x, 1)
        return torch.cat(pools, dim=1)
