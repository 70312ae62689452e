"""How pictures are prepared and how a tagger is trained: two frozen values that travel as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import msgspec

from model.errors import TaggerProblem

Resample = Literal["bicubic", "bilinear", "lanczos", "box"]
Network = Literal["torchvision", "timm", "joytag", "deepdanbooru", "autotagger", "onnx"]
Channels = Literal["rgb", "bgr"]
Fit = Literal["inside", "square", "stretch", "crop"]
Tune = Literal["all", "blocks", "lora", "heads"]
LossName = Literal["bce", "asymmetric"]
Optimizer = Literal["adamw", "adam"]
Schedule = Literal["cycle", "constant"]

GIBIBYTE = 2**30


@dataclass(frozen=True, slots=True)
class TaggerConfig:
    """The network and the preprocessing that belongs to it; stored with every version.

    The fields from `network` on are for taggers that were brought: their own training decided
    them, and they are pinned as that training had them.

    Attributes:
        backbone: A name of `model.backbones.backbone_names()`, or of an architecture of timm.
        input_size: Side of the square input in pixels, 16..2048.
        mean, std: Per channel, in the order of `channels`, on the scale 0..`peak`.
        pad_colour: What fills the square beside the picture, 0..255 for red, green, blue.
        resample: Pillow's filter for the resize.
        network: Who builds the network, a key of `model.backbones`' table.
        arguments: JSON values for that builder.
        channels: Order in which the network takes the colours.
        peak: What white is before mean and std: 1 or 255.
        fit: How a picture becomes a square. "inside": resized until it fits, then padded.
            "square": padded to a square, then resized. "stretch": resized, its shape lost.
            "crop": the shorter side resized to `crop_from`, the middle taken.
        pad_edge: Repeat the outermost pixels instead of `pad_colour` ("inside" alone).
        first_side, first_resample: Where above 0, the picture is first fitted inside a square of
            this side and padded, with this filter; then the square is resized.
        crop_from: The shorter side before the middle is taken; for "crop" alone.
        reducing_gap: Pillow's; 0 for an exact resize.
    """

    backbone: str = "resnet18"
    input_size: int = 224
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    pad_colour: tuple[int, int, int] = (255, 255, 255)
    resample: Resample = "bicubic"
    network: Network = "torchvision"
    arguments: dict[str, Any] = field(default_factory=dict)
    channels: Channels = "rgb"
    peak: Literal[1, 255] = 1
    fit: Fit = "inside"
    pad_edge: bool = False
    first_side: int = 0
    first_resample: Resample = "bilinear"
    crop_from: int = 0
    # Three makes large reductions several times cheaper and cannot be told from none.
    reducing_gap: float = 3.0

    def __post_init__(self) -> None:
        """Refuse what no tagger can be.

        Raises:
            TaggerProblem: A value is out of its range.
        """
        _require(16 <= self.input_size <= 2048, f"input_size is {self.input_size}; use 16 to 2048")
        _require(all(value > 0 for value in self.std), "every std must be above 0")
        _require(all(0 <= value <= 255 for value in self.pad_colour), "pad_colour is 0 to 255")
        _require(0 <= self.first_side <= 4096, f"first_side is {self.first_side}; use 0 to 4096")
        _require(
            self.fit != "crop" or self.crop_from >= self.input_size,
            f"crop_from is {self.crop_from}; it must be input_size or more",
        )

    @property
    def wanted_px(self) -> int:
        """Long side that a picture needs when it is decoded, in pixels.

        An exact resize starts from twice the size at least: decoders that halve as they read
        would otherwise leave their own traces (0.7 of 255 on average; at twice the size 0.5).
        """
        side = max(self.input_size, self.first_side, self.crop_from)
        return side if self.reducing_gap else 2 * side

    def to_json(self) -> dict[str, Any]:
        """The values as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: object) -> TaggerConfig:
        """Read what `to_json` wrote.

        Raises:
            TaggerProblem: A value has the wrong type or is out of its range.
        """
        try:
            return msgspec.convert(values, cls)
        except msgspec.ValidationError as problem:
            raise TaggerProblem(f"These tagger settings cannot be used: {problem}.") from problem


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """One training run.

    Attributes:
        learning_rate: The peak of the one-cycle schedule.
        backbone_rate: The backbone's learning rate as a share of the head's, for a warm start.
        warm_up: Share of all steps in which the rate rises, 0..1.
        patience: Epochs without a better validation mAP before training stops; 0 never stops.
        validation_share: Share of the images kept out for validation, 0 < share <= 0.5.
        workers: Threads that decode and, on a CPU, share the pictures of a batch.
        augment: Flip, shrink within the frame, and rotate; unless they are rotated, nothing of
            the pictures is ever cut off.
        rotate: Largest angle either way, degrees, 0..180.
        shrink: Largest share of the side by which a picture shrinks, 0..0.5.
        optimizer: AdamW, or plain Adam.
        schedule: Of the learning rate: one cycle, or the same throughout.
        absent_weight: Factor on the weight of unreviewed absences, 0..1: many are missing tags.
        cache_bytes: Decoded pictures are kept on disk if they need no more than this.
        tune: What of the network is learnt: all of it, its last blocks, a product of low rank
            beside each linear layer, or the heads alone.
        lora_rank: Of those products.
        blocks: How many of the last blocks.
    """

    epochs: int = 12
    batch_size: int = 64
    learning_rate: float = 2e-3
    backbone_rate: float = 1.0
    weight_decay: float = 0.02
    warm_up: float = 0.25
    seed: int = 0
    patience: int = 0
    validation_share: float = 0.15
    workers: int = 2
    augment: bool = True
    absent_weight: float = 0.7
    cache_bytes: int = 8 * GIBIBYTE
    loss: LossName = "bce"
    rotate: float = 0.0
    shrink: float = 0.15
    optimizer: Optimizer = "adamw"
    schedule: Schedule = "cycle"
    tune: Tune = "all"
    lora_rank: int = 16
    blocks: int = 2

    def __post_init__(self) -> None:
        """Refuse what cannot be run.

        Raises:
            TaggerProblem: A value is out of its range.
        """
        _require(self.epochs >= 1, "epochs must be 1 or more")
        _require(self.batch_size >= 2, "batch_size must be 2 or more")
        _require(0 < self.learning_rate <= 1, "learning_rate must be above 0 and at most 1")
        _require(0 <= self.backbone_rate <= 1, "backbone_rate must be 0 to 1")
        _require(self.weight_decay >= 0, "weight_decay must be 0 or more")
        _require(0 <= self.warm_up < 1, "warm_up must be 0 or more and below 1")
        _require(0 < self.validation_share <= 0.5, "validation_share must be above 0, at most 0.5")
        _require(0 <= self.absent_weight <= 1, "absent_weight must be 0 to 1")
        _require(0 <= self.rotate <= 180, "rotate must be 0 to 180")
        _require(0 <= self.shrink <= 0.5, "shrink must be 0 to 0.5")
        _require(self.workers >= 1, "workers must be 1 or more")
        _require(self.patience >= 0, "patience must be 0 or more")
        _require(self.lora_rank >= 1, "lora_rank must be 1 or more")
        _require(self.blocks >= 1, "blocks must be 1 or more")
        _require(self.cache_bytes >= 0, "cache_bytes must be 0 or more")

    def warm(self) -> TrainConfig:
        """The same for going on from a trained version: half the epochs, a third of the rate."""
        return replace(
            self,
            epochs=max(2, self.epochs // 2),
            learning_rate=self.learning_rate / 3,
            backbone_rate=0.3,
        )

    def to_json(self) -> dict[str, Any]:
        """The values as plain JSON types."""
        return asdict(self)


def quick_recipe(
    device: str, n_images: int, *, from_scratch: bool
) -> tuple[TaggerConfig, TrainConfig]:
    """Settings that suit a machine and a collection.

    Args:
        device: "cpu", "cuda" or "mps".
        n_images: Images to train on.
        from_scratch: Whether no pretrained weights were found.

    Returns:
        The tagger's and the training's settings.
    """
    if device == "cpu":
        return _cpu_recipe(n_images, from_scratch=from_scratch)
    tagger = TaggerConfig(backbone="resnet50", input_size=224)
    epochs = _epochs_for(n_images, images_in_all=600_000 if from_scratch else 200_000)
    rate = 2e-3 if from_scratch else 5e-4
    share = 1.0 if from_scratch else 0.3
    return tagger, TrainConfig(
        epochs=epochs, batch_size=64, learning_rate=rate, backbone_rate=share, patience=5, workers=8
    )


def _cpu_recipe(n_images: int, *, from_scratch: bool) -> tuple[TaggerConfig, TrainConfig]:
    """About a minute of two cores from scratch; a few minutes from pretrained weights."""
    if from_scratch:
        tagger = TaggerConfig(backbone="small", input_size=96)
        epochs = _epochs_for(n_images, images_in_all=36_000)
        return tagger, TrainConfig(epochs=epochs, batch_size=32, learning_rate=5e-3, warm_up=0.15)
    tagger = TaggerConfig(backbone="resnet18", input_size=160)
    epochs = _epochs_for(n_images, images_in_all=12_000)
    return tagger, TrainConfig(epochs=epochs, batch_size=32, learning_rate=1e-3, backbone_rate=0.3)


def _epochs_for(n_images: int, *, images_in_all: int) -> int:
    """Epochs that show about `images_in_all` pictures, 2 to 40."""
    return max(2, min(40, round(images_in_all / max(n_images, 1))))


def _require(condition: bool, words: str) -> None:
    if not condition:
        raise TaggerProblem(f"These tagger settings cannot be used: {words}.")
