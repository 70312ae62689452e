"""Trains a network that tells characters apart, measures it, and keeps both."""

from __future__ import annotations

import math
import re
import shutil
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from reviewer.core.character_scores import (
    UNKNOWN,
    Sureness,
    accuracy,
    by_band,
    directions,
    few_shot,
    fit_sureness,
    open_set,
    places_of,
    prototypes,
)
from reviewer.core.errors import UsageError
from reviewer.core.few_faces import FewSureness, fit_few, nearest, sums_of
from reviewer.core.types import ChangeSet
from reviewer.jobs.character_faces import CHECK, FEW, LEARN, TEST, gather_faces
from reviewer.jobs.context import stage
from reviewer.jobs.face_crops import cut_out
from reviewer.jobs.face_sets import LEAST
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.sources.characters import CONFIDENT
from reviewer.store.disk import replacing, writing

if TYPE_CHECKING:
    from pathlib import Path

    from model.characters import CharacterConfig, FaceModel
    from reviewer.core.character_scores import Accuracy, Floats, Ints
    from reviewer.jobs.character_faces import FaceList
    from reviewer.jobs.context import Listener
    from reviewer.jobs.face_crops import Crops
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


@dataclass(frozen=True)
class FaceScores:
    """What a network says of all faces.

    Attributes:
        logits: (N, C) float32.
        embeddings: (N, D) float32.
        cosines: (N,) of each face to the prototype of its first guess.
    """

    logits: Floats
    embeddings: Floats
    cosines: Floats


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
    from model.characters_training import FaceSet, train_characters

    config = _recipe(choices, int((found.parts == LEARN).sum()))
    crops = cut_out(library, listener, found.faces, config.kept_px)
    if crops.problems:
        example = next(iter(crops.problems.values()))
        listener.note(f"{len(crops.problems):,} images cannot be opened, for example: {example}")
    parts = np.where(crops.readable, found.parts, -1)
    found = replace(found, parts=parts)
    names = library.vocabulary()
    work = library.workspace.cache / "train-characters"
    with tagger_errors(), writing(work), stage(listener, "train", 0, "faces") as told:

        def tell(done: int, total: int, note: str) -> None:
            if total:
                told.at(done, total)
            if note:
                listener.note(note)

        model = train_characters(
            FaceSet(
                pixels=crops.pixels,
                labels=found.classes,
                names=tuple(names.name(tag_id) for tag_id in found.learnt.tolist()),
                learn=np.flatnonzero(parts == LEARN),
            ),
            config,
            tell,
            device=choices.device,
            weights_file=choices.weights,
            work=work,
        )
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


def score_faces(listener: Listener, model: FaceModel, crops: Crops, found: FaceList) -> FaceScores:
    """Runs a network over all crops; the prototypes are of the faces that it learnt from."""
    parts = []
    with stage(listener, "look at heads", len(crops.pixels), "heads") as told:
        for start in range(0, len(crops.pixels), 1024):
            parts.append(model.embed(crops.pixels[start : start + 1024]))
            told.advance(len(parts[-1]))
    embeddings = np.concatenate(parts)
    logits = model.logits(embeddings)
    learn = (found.parts == LEARN) & (found.classes >= 0)
    means = prototypes(embeddings[learn], found.classes[learn], len(model.record.names))
    first = logits.argmax(axis=1)
    cosines = (directions(embeddings) * means[first]).sum(axis=1)
    return FaceScores(logits, embeddings, np.asarray(cosines, np.float32))


def measure(found: FaceList, scores: FaceScores, level: float) -> dict[str, Any]:
    """Accuracy on faces that nothing was learnt from, as plain JSON values.

    Half of the characters with too few faces stand for strangers when it is calibrated when to
    say "unknown", the other half when that is measured.
    """
    classes = found.classes
    counts = np.bincount(classes[found.parts == LEARN], minlength=len(found.learnt))
    test = found.parts == TEST
    places = places_of(scores.logits[test], classes[test])
    means = prototypes(
        scores.embeddings[found.parts == LEARN], classes[found.parts == LEARN], len(found.learnt)
    )
    nearest = places_of(directions(scores.embeddings[test]) @ means.T, classes[test])
    few = found.parts == FEW
    strangers, members = np.unique(found.characters[few], return_inverse=True)
    odd = np.zeros(len(few), bool)
    odd[few] = members % 2 == 1
    labels = np.where(few, UNKNOWN, classes)
    check, tested = (found.parts == CHECK) | (few & ~odd), test | (few & odd)
    sureness = fit_sureness(scores.logits[check], scores.cosines[check], labels[check], level)
    opened = open_set(sureness, scores.logits[tested], scores.cosines[tested], labels[tested])
    return {
        "overall": asdict(accuracy(places, classes[test])),
        "prototypes": asdict(accuracy(nearest, classes[test])),
        "bands": {k: asdict(v) for k, v in by_band(places, classes[test], counts).items()},
        "few_weights": list(_few_sureness(found, scores).weights),
        "few": asdict(few_shot(scores.embeddings[few], members)),
        "few_among_all": asdict(few_shot(scores.embeddings[few], members, means)),
        "few_characters": len(strangers),
        "open_set": asdict(opened),
        "sureness": asdict(sureness),
        "each": _each(places, classes[test], counts),
        "faces": {name: int((found.parts == part).sum()) for name, part in _PART_NAMES.items()},
        "learnt": found.learnt.tolist(),
    }


def _few_sureness(found: FaceList, scores: FaceScores) -> FewSureness:
    """When the nearest of the characters with few faces is right; others are told as not."""
    few, others = np.flatnonzero(found.parts == FEW), np.flatnonzero(found.parts == CHECK)
    if len(few) == 0:
        return FewSureness()
    names, members = np.unique(found.characters[few], return_inverse=True)
    sums = sums_of(scores.embeddings[few], members, len(names))
    rows = np.concatenate([few, others])
    labels = np.concatenate([members, np.full(len(others), UNKNOWN)])
    # Enough to tell a chance from, and no more: each is compared with every character.
    some = np.linspace(0, len(rows) - 1, min(len(rows), _COMPARED)).astype(np.int64)
    return fit_few(nearest(scores.embeddings[rows[some]], sums, labels[some]), labels[some])


_COMPARED = 10_000

_PART_NAMES = {"learnt": LEARN, "calibrated on": CHECK, "tested": TEST, "of few": FEW}


def _each(places: Ints, labels: Ints, counts: Ints) -> list[dict[str, Any]]:
    """For every character: the images learnt from, and accuracy on those tested."""
    each: list[Accuracy] = [
        accuracy(places[labels == c], labels[labels == c]) for c in range(len(counts))
    ]
    return [
        {"learnt": int(n), "tested": a.faces, "top1": a.top1, "top5": a.top5}
        for n, a in zip(counts, each, strict=True)
    ]


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Figures without what JSON cannot hold: shares of nothing become `None`."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def sureness_of(figures: dict[str, Any]) -> Sureness:
    """The calibration that `measure` kept."""
    kept = figures["sureness"]
    first, second, third = kept["weights"]
    return Sureness((first, second, third), kept["temperature"], kept["level"])


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
