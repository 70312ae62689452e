"""Trains a network that tells characters apart, measures it, and keeps both."""

from __future__ import annotations

import math
import re
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.types import ChangeSet
from reviewer.jobs.characters.crops import cut_out
from reviewer.jobs.characters.faces import FEW, LEARN, gather_faces
from reviewer.jobs.characters.scoring import measure, score_faces
from reviewer.jobs.characters.sets import LEAST
from reviewer.jobs.context import stage
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.sources.characters import CONFIDENT
from reviewer.store.disk import replacing, writing

if TYPE_CHECKING:
    from pathlib import Path

    from model.characters import CharacterConfig, FaceModel
    from model.characters_training import FaceSet
    from reviewer.jobs.characters.faces import FaceList
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

FOLDER = "characters"
"""Of the networks, in the workspace."""
_NAME = re.compile(r"c(\d+)")


@dataclass(frozen=True, slots=True)
class CharacterChoices:
    """What a user may choose; `None` and empty are for the recipe to fill.

    Attributes:
        head: How characters are told apart; see `model.characters_heads`.
        least: Faces that a character needs to be learnt.
        floor: Confidence of the detection below which a face is left out, 0..1.
        level: Chance of being right from which a face is named at all, 0..1.
    """

    backbone: str = ""
    input_size: int | None = None
    head: Literal["softmax", "arcface", "subcentre", "balanced"] | None = None
    epochs: int | None = None
    seed: int = 0
    device: str = "auto"
    weights: Path | None = None
    least: int = LEAST
    floor: float = CONFIDENT
    level: float = 0.5


def train_and_measure(
    library: Library, listener: Listener, choices: CharacterChoices
) -> tuple[ChangeSet, str]:
    """Trains a network on the collection's faces and keeps it under a new name.

    Returns:
        What changed, and the name.

    Raises:
        UsageError: There are too few faces.
        TaggerError: Settings, weights or device cannot be used.
        StoreError: It cannot be written.
    """
    found = gather_faces(library, seed=choices.seed, least=choices.least, floor=choices.floor)
    _refuse_few(found, choices.least)
    listener.note(faces_line(found))
    from model.characters import save_characters
    from model.characters_training import FaceSet

    config = _recipe(choices, int((found.parts == LEARN).sum()))
    crops = cut_out(library, listener, found.faces, config.kept_px)
    if crops.problems:
        example = next(iter(crops.problems.values()))
        listener.note(f"{len(crops.problems):,} images cannot be opened, for example: {example}")
    found = replace(found, parts=np.where(crops.readable, found.parts, -1))
    names = library.vocabulary()
    faces = FaceSet(
        pixels=crops.pixels,
        labels=found.classes,
        names=tuple(names.name(tag_id) for tag_id in found.learnt.tolist()),
        learn=np.flatnonzero(found.parts == LEARN),
    )
    work = library.workspace.cache / "train-characters"
    model = _train(listener, faces, config, choices, work)
    scores = score_faces(listener, model, crops, found)
    figures = plain(measure(found, scores, choices.level))
    figures |= {"floor": choices.floor, "least": choices.least}
    model = replace(model, record=replace(model.record, figures=figures))
    name = _next_name(library)
    with replacing(network_folder(library, name)) as aside:
        save_characters(aside, model)
    shutil.rmtree(work, ignore_errors=True)
    _keep_few(library)
    overall = figures["overall"]
    summary: dict[str, int | float | str] = {
        "network": name,
        "head": config.head,
        "characters": len(found.learnt),
        "faces": len(found.faces),
        "tested": overall["faces"],
        "top1": overall["top1"],
        "top5": overall["top5"],
    }
    return ChangeSet(versions=True, summary=summary), name


def _train(
    listener: Listener,
    faces: FaceSet,
    config: CharacterConfig,
    choices: CharacterChoices,
    work: Path,
) -> FaceModel:
    """Trains a network, telling how far it is; what a cut off run left in `work` is taken up."""
    from model.characters_training import train_characters

    with tagger_errors(), writing(work), stage(listener, "train", 0, "faces") as told:

        def tell(done: int, total: int, note: str) -> None:
            if total:
                told.at(done, total)
            if note:
                listener.note(note)

        return train_characters(
            faces,
            config,
            tell,
            device=choices.device,
            weights_file=choices.weights,
            work=work,
        )


def faces_line(found: FaceList) -> str:
    """What there is to learn from, in a sentence."""
    few = np.unique(found.characters[found.parts == FEW])
    words = "whole images (no heads are known)" if found.whole else "faces"
    return (
        f"{len(found.faces):,} {words}; {len(found.learnt):,} characters have enough of them, "
        f"{len(few):,} too few; {int((found.characters < 0).sum()):,} are nobody's yet; "
        f"{found.doubtful:,} left out because their detection is not sure."
    )


def _refuse_few(found: FaceList, least: int) -> None:
    if len(found.learnt) < 2:
        raise UsageError(
            f"{len(found.learnt)} characters have {least} faces or more; two are needed. Lower "
            "the limit with --min-faces, import a set (reviewer characters import), or find heads "
            "with a detector (reviewer characters detect)."
        )


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Figures without what JSON cannot hold: shares of nothing become `None`."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def network_folder(library: Library, name: str) -> Path:
    """Where a network of characters is kept."""
    return library.workspace.path / FOLDER / name


def network_names(library: Library) -> list[str]:
    """The networks that are kept, the newest last."""
    place = library.workspace.path / FOLDER
    found = [path.name for path in place.iterdir()] if place.is_dir() else []
    return sorted((n for n in found if _NAME.fullmatch(n)), key=lambda n: int(n[1:]))


def newest_network(library: Library) -> str:
    """The network that questions are made with.

    Raises:
        UsageError: There is none yet.
    """
    names = network_names(library)
    if not names:
        raise UsageError(
            "No network of characters is trained yet. Train one: reviewer characters train"
        )
    return names[-1]


def _next_name(library: Library) -> str:
    names = network_names(library)
    return f"c{int(names[-1][1:]) + 1 if names else 1}"


_KEPT = 3


def _keep_few(library: Library) -> None:
    """Drops all networks but the last few."""
    for name in network_names(library)[:-_KEPT]:
        shutil.rmtree(network_folder(library, name), ignore_errors=True)


_SHOWN_ON_CPU = 90_000
"""Faces that a training on a CPU sees, all epochs together, about."""


def _recipe(choices: CharacterChoices, faces: int) -> CharacterConfig:
    from model.characters import CharacterConfig
    from model.device import choose_device

    with tagger_errors():
        kind = choose_device(choices.device).kind
    usual = CharacterConfig()
    if kind == "cpu":
        epochs = max(5, min(40, round(_SHOWN_ON_CPU / max(faces, 1))))
        usual = replace(usual, backbone="small", epochs=epochs)
    else:
        usual = replace(usual, input_size=112, embedding=256, batch_size=256)
    return replace(
        usual,
        backbone=choices.backbone or usual.backbone,
        input_size=choices.input_size or usual.input_size,
        head=choices.head or usual.head,
        epochs=choices.epochs or usual.epochs,
        seed=choices.seed,
    )
