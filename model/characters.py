"""A network that tells whose a face is: trained on head crops, saved, loaded, and run.

Folder of a network: `weights.safetensors`, and `record.json` with its settings, its characters and
what was measured. No pickle.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from model.backbones import create_tagger, load_backbone
from model.characters_heads import HEADS, HeadName, usual_scale
from model.config import TaggerConfig
from model.device import choose_device
from model.errors import TaggerProblem
from model.saving import save_tensors
from model.weights import find_weights

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from model.weights import WeightsOrigin

WEIGHTS, RECORD = "weights.safetensors", "record.json"
EDGE = 1.125
"""Crops are kept this much larger than the network's input: room to move while learning."""
_BATCH = 128


@dataclass(frozen=True, slots=True)
class CharacterConfig:
    """One network and how it is trained.

    Attributes:
        backbone: As `model.config.TaggerConfig` has it.
        input_size: Side of the square input in pixels.
        embedding: D, numbers that describe a face.
        head: A key of `model.characters_heads.HEADS`.
        scale: What a cosine of 1 is worth; 0 for what suits the number of classes.
        margin: Of ArcFace, radians.
        warm: Share of the epochs in which the margin rises from 0.
        learning_rate: The peak of the one-cycle schedule.
        backbone_rate: The backbone's learning rate as a share of the others', for weights from a
            file.
    """

    backbone: str = "resnet18"
    input_size: int = 64
    embedding: int = 128
    head: HeadName = "arcface"
    scale: float = 0.0
    margin: float = 0.3
    warm: float = 0.3
    epochs: int = 30
    batch_size: int = 64
    learning_rate: float = 3e-3
    backbone_rate: float = 0.3
    weight_decay: float = 0.05
    seed: int = 0

    @property
    def kept_px(self) -> int:
        """Side of the crops that the network wants, pixels."""
        return round(self.input_size * EDGE)


@dataclass(frozen=True, slots=True)
class CharacterRecord:
    """What is known of a network.

    Attributes:
        names: (C,) characters in the order of the classes.
        counts: (C,) faces that each was learnt from.
        figures: What was measured, as plain JSON.
    """

    config: CharacterConfig
    names: tuple[str, ...]
    counts: tuple[int, ...]
    origin: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


class FaceNetwork(nn.Module):
    """Faces in, embeddings and logits out."""

    def __init__(self, config: CharacterConfig, counts: Sequence[int]) -> None:
        """Builds it with random weights.

        Raises:
            TaggerProblem: The backbone is unknown or cannot take the size.
        """
        super().__init__()
        self.tagger = create_tagger(
            TaggerConfig(backbone=config.backbone, input_size=config.input_size), config.embedding
        )
        # The one normalisation gives every number of the embedding the same say in the cosine.
        self.norm = nn.BatchNorm1d(config.embedding)
        scale = config.scale or usual_scale(len(counts))
        self.head = HEADS[config.head](
            config.embedding, torch.tensor(counts, dtype=torch.float32), scale, config.margin
        )

    def embed(self, x: Tensor) -> Tensor:
        """(B, 3, S, S) float, normalised, to (B, D) of any length."""
        found: Tensor = self.norm(self.tagger(x)[0])
        return found

    def forward(self, x: Tensor, labels: Tensor | None = None, share: float = 1.0) -> Tensor:
        """(B, 3, S, S) to (B, C) logits; with labels, those that are learnt from."""
        found: Tensor = self.head(self.embed(x), labels, share)
        return found

    def load_pretrained(self, config: CharacterConfig, file: Path | None) -> WeightsOrigin:
        """Copies pretrained weights into the backbone where there are any.

        Raises:
            TaggerProblem: The file is not there, cannot be read or belongs to another backbone.
        """
        origin = find_weights(TaggerConfig(backbone=config.backbone), file)
        load_backbone(self.tagger, origin)
        return origin


@dataclass(frozen=True, slots=True)
class FaceModel:
    """A trained network at work.

    Attributes:
        network: In evaluation mode, on `place`.
        record: Its settings and characters.
        place: Where it runs.
    """

    network: FaceNetwork
    record: CharacterRecord
    place: torch.device

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> FaceModel:
        """Loads a network from its folder.

        Raises:
            TaggerProblem: It is not there, damaged, or the device cannot be used.
        """
        place = choose_device(device).place
        record = read_character_record(folder)
        network = FaceNetwork(record.config, record.counts)
        try:
            network.load_state_dict(load_file(folder / WEIGHTS))
        except (OSError, RuntimeError, SafetensorError) as problem:
            raise TaggerProblem(
                f"{folder / WEIGHTS} cannot be used: {problem}. Train the characters again."
            ) from problem
        return cls(network.eval().to(place), record, place)

    def embed(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embeddings of crops: the mean of theirs and their mirror images'.

        Args:
            pixels: (N, P, P, 3) uint8, P of `config.kept_px`.

        Returns:
            (N, D) float32 of any length; what counts is their direction.
        """
        parts = [np.zeros((0, self.record.config.embedding), np.float32)]
        with torch.inference_mode():
            for start in range(0, len(pixels), _BATCH):
                x = middle(to_faces(pixels[start : start + _BATCH], self.place), self.record.config)
                both = self.network.embed(x) + self.network.embed(x.flip(3))
                parts.append((both / 2).float().cpu().numpy())
        return np.concatenate(parts)

    def logits(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, C) float32 logits of (N, D) embeddings."""
        with torch.inference_mode():
            x = torch.from_numpy(embeddings).to(self.place)
            found: Tensor = self.network.head(x, None, 1.0)
            return np.asarray(found.float().cpu().numpy(), np.float32)


def save_characters(folder: Path, model: FaceModel) -> None:
    """Writes a network into a new folder.

    Raises:
        OSError: The disk refuses.
    """
    folder.mkdir(parents=True)
    state = {name: tensor.contiguous().cpu() for name, tensor in model.network.state_dict().items()}
    save_tensors(state, folder / WEIGHTS)
    write_character_record(folder, model.record)


def write_character_record(folder: Path, record: CharacterRecord) -> None:
    """Writes what is known of a network beside its weights.

    Raises:
        OSError: The disk refuses.
    """
    text = json.dumps(asdict(record), indent=1, ensure_ascii=False)
    (folder / RECORD).write_text(text, encoding="utf-8")


def read_character_record(folder: Path) -> CharacterRecord:
    """Reads what is known of a network.

    Raises:
        TaggerProblem: The file is not there, or damaged.
    """
    try:
        return msgspec.json.decode((folder / RECORD).read_bytes(), type=CharacterRecord)
    except (OSError, msgspec.DecodeError) as problem:
        raise TaggerProblem(
            f"{folder / RECORD} cannot be read: {problem}. Train the characters again: "
            "reviewer characters train"
        ) from problem


def to_faces(pixels: NDArray[np.uint8], place: torch.device) -> Tensor:
    """(B, P, P, 3) uint8 to (B, 3, P, P) float in -1..1."""
    moved = torch.from_numpy(np.ascontiguousarray(pixels)).to(place).permute(0, 3, 1, 2)
    return moved.float() / 127.5 - 1


def middle(x: Tensor, config: CharacterConfig) -> Tensor:
    """The middle of crops, at the size of the network's input."""
    side, off = config.input_size, (x.shape[-1] - config.input_size) // 2
    return x[:, :, off : off + side, off : off + side]
