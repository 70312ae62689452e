"""Trains a tagger version on the collection, from the beginning or on from another version."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.types import ChangeSet
from reviewer.jobs.choices.learning import rating_labels
from reviewer.jobs.context import Stage
from reviewer.jobs.labels import choose_tags, gather_labels
from reviewer.jobs.learning.doubts import doubted_labels
from reviewer.jobs.learning.events import TrainingEvents
from reviewer.jobs.learning.fewest import FEWEST
from reviewer.jobs.learning.recipes import most_frequent, plain_labels, shares_for
from reviewer.jobs.pictures import opener_in
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.sources.away import refuse_if_away
from reviewer.store.versions import VersionInfo, VersionState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from model.config import TaggerConfig, TrainConfig
    from model.labels import LabelMatrix
    from reviewer.core.types import Tag
    from reviewer.jobs.context import Listener
    from reviewer.jobs.labels import Labels
    from reviewer.store.library import Library


@dataclass(frozen=True, slots=True)
class TrainChoices:
    """What a user may choose about training; `None` and empty are for the recipe to fill.

    Attributes:
        minimum: Images that a tag needs to be learnt.
        weights: A file of pretrained weights.
        parent: Version to go on from.
        tune: What of the parent's network is learnt; `None` for what suits it and the machine.
        loss: Cross entropy, or the asymmetric loss that lets easy absences count for little.
        recipe: Name of a published way to train, which the other choices are laid over.
    """

    backbone: str = ""
    input_size: int | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    seed: int | None = None
    device: str = "auto"
    minimum: int = 20
    weights: Path | None = None
    parent: str = ""
    tune: Literal["all", "blocks", "lora", "heads"] | None = None
    loss: Literal["bce", "asymmetric"] | None = None
    recipe: str = ""


def nothing_to_learn(minimum: int, *, untagged: bool = False) -> str:
    """Why no tagger can be trained, and what helps.

    Args:
        minimum: Images that a tag needs.
        untagged: Whether the collection knows no tag at all.
    """
    if untagged:
        return (
            "No image here has a tag, so there is nothing to learn from. Use a tagger that "
            "somebody trained (WD and others): choose it when the folder is opened, or: reviewer "
            "open FOLDER --tagger TAGGER. Its tags are taken for the collection's, and what it "
            "sees is asked."
        )
    sentence = (
        f"No tag is on {minimum} images or more, so there is nothing to learn. Use a tagger that "
        "somebody trained: choose it when the folder is opened, or: reviewer bring TAGGER FOLDER"
    )
    if minimum > FEWEST:
        sentence += f". Or lower the limit: reviewer train FOLDER --min-images {FEWEST}"
    return sentence


def train_version(library: Library, listener: Listener, choices: TrainChoices) -> ChangeSet:
    """Trains a version on all images that are there; the first one becomes active.

    A run that was cut off goes on from its last epoch when it is started again alike.

    Raises:
        SourceError: The folder of the images is not there; what was trained so far is kept.
        UsageError: There are no images, or no tag has enough of them.
        TaggerError: The settings, weights or device cannot be used.
        StoreFullError: The disk is full; what was trained so far is kept.
    """
    askable = library.images.askable()
    if not askable:
        raise UsageError("There are no images to train on. Import first: reviewer import FOLDER")
    refuse_if_away(library.folder)
    vocabulary = library.vocabulary()
    labels = gather_labels(library, [image_id for image_id, _, _ in askable], vocabulary)
    choice = choose_tags(labels, vocabulary, choices.minimum)
    with tagger_errors():
        choice = most_frequent(choice, labels, choices.recipe) if choices.recipe else choice
    if not choice.tags:
        raise UsageError(nothing_to_learn(choices.minimum, untagged=not vocabulary.tags))
    listener.note(f"{len(askable):,} images, {len(choice.tags):,} tags are learnt.")
    for reason, count in choice.left_out.items():
        some = "1 tag is" if count == 1 else f"{count:,} tags are"
        listener.note(f"{some} left out: {reason}.")
    # PyTorch takes seconds to load, minutes on a busy machine: the stage before is over.
    Stage(listener, "read images", 0, "images").at(0)
    from model.request import TrainRequest
    from model.train import train

    name = library.versions.next_name()
    work = library.workspace.cache / f"train-{name}"
    with tagger_errors():
        tagger, training = settings_for(library, choices, len(askable))
        shares = shares_for(choices.recipe, [digest for _, _, digest in askable])
        result = train(
            TrainRequest(
                paths=[library.folder / path for _, path, _ in askable],
                labels=_labels(library, labels, choice.tags, choices),
                tags=[(tag.name, int(tag.category)) for tag in choice.tags],
                tagger=tagger,
                training=training,
                open_image=opener_in(library.folder),
                work_folder=work,
                version_folder=library.version_folder(name),
                weights_file=choices.weights,
                parent=library.version_folder(choices.parent) if choices.parent else None,
                device=choices.device,
                held_out=shares.checked,
                tested=shares.tested,
                fixed=_fixed(library, choices, labels, choice.tags),
                note={"decisions": labels.decided, "recipe": choices.recipe},
                ratings=None if choices.recipe else rating_labels(library, labels.images),
            ),
            TrainingEvents(listener, training.epochs),
        )
    _set_aside(library, listener, [(askable[f.position][0], f.reason) for f in result.failures])
    shutil.rmtree(work, ignore_errors=True)
    figures = _keep(library, choices, name, (tagger.backbone, len(choice.tags), labels.decided))
    shown = ", ".join(f"{key} {value:.3f}" for key, value in figures.items())
    listener.note(f"Version {name} is trained ({shown} against the collection's own tags).")
    return ChangeSet(versions=True, images=True, summary={"version": name, **figures})


def _keep(
    library: Library, choices: TrainChoices, name: str, about: tuple[str, int, int]
) -> dict[str, float]:
    """Enters a trained version with its figures; the first one is put into use.

    Args:
        library: The collection.
        choices: That it was trained with.
        name: Of the version.
        about: Its backbone, number of tags, and the last decision that it learnt from.
    """
    backbone, n_tags, decided = about
    first = library.versions.active() is None
    figures = version_figures(library.version_folder(name))
    library.versions.put(
        VersionInfo(
            name=name,
            state=VersionState.ACTIVE if first else VersionState.CANDIDATE,
            created_at=int(time.time() * 1000),
            parent=choices.parent,
            backbone=backbone,
            n_tags=n_tags,
            decisions=decided,
            metrics=figures,
        )
    )
    return figures


def settings_for(
    library: Library, choices: TrainChoices, n_images: int
) -> tuple[TaggerConfig, TrainConfig]:
    """The settings that suit the machine, with the user's choices laid over them.

    Args:
        library: The collection.
        choices: What the user chose.
        n_images: Images to train on.

    Raises:
        TaggerProblem: The weights or the device cannot be used.
    """
    from model.config import quick_recipe
    from model.device import choose_device
    from model.recipes import recipe_named
    from model.record import read_record
    from model.weights import find_weights

    if choices.recipe:
        named = recipe_named(choices.recipe)
        return laid_over(choices, named.tagger, named.training)
    kind = choose_device(choices.device).kind
    tagger, training = quick_recipe(kind, n_images, from_scratch=False)
    wanted = replace(tagger, backbone=choices.backbone or tagger.backbone)
    if find_weights(wanted, choices.weights).path is None:
        tagger, training = quick_recipe(kind, n_images, from_scratch=True)
    if choices.parent:
        tagger = read_record(library.version_folder(choices.parent)).config
        training = training.warm()
    # The labels bring the weight of each tag's absences with them.
    return laid_over(choices, tagger, replace(training, absent_weight=1.0))


def laid_over(
    choices: TrainChoices, tagger: TaggerConfig, training: TrainConfig
) -> tuple[TaggerConfig, TrainConfig]:
    """Settings with the user's choices laid over them."""
    if choices.backbone:
        tagger = replace(tagger, backbone=choices.backbone)
    if choices.input_size is not None:
        tagger = replace(tagger, input_size=choices.input_size)
    return tagger, replace(
        training,
        epochs=choices.epochs or training.epochs,
        batch_size=choices.batch_size or training.batch_size,
        learning_rate=choices.learning_rate or training.learning_rate,
        seed=training.seed if choices.seed is None else choices.seed,
        tune=choices.tune or "all",
        loss=choices.loss or training.loss,
    )


def _labels(
    library: Library, labels: Labels, tags: Sequence[Tag], choices: TrainChoices
) -> LabelMatrix:
    """What is learnt: as the ranking doubts it; for a recipe every pair as it stands."""
    ids = [tag.id for tag in tags]
    return plain_labels(labels, ids) if choices.recipe else doubted_labels(library, labels, ids)


def _fixed(
    library: Library, choices: TrainChoices, labels: Labels, tags: Sequence[Tag]
) -> NDArray[np.bool_] | None:
    """Rows of a brought parent's head that no answer is about: they stay bit for bit."""
    from model.record import read_record

    if not choices.parent or read_record(library.version_folder(choices.parent)).brought is None:
        return None
    known = {name for name, _ in read_record(library.version_folder(choices.parent)).tags}
    answered = {tag_id for answers in labels.answers.values() for tag_id in answers}
    return np.array([tag.name in known and tag.id not in answered for tag in tags], bool)


def _set_aside(library: Library, listener: Listener, failures: list[tuple[int, str]]) -> None:
    if failures:
        library.images.set_aside_many(failures)
        listener.note(f"{len(failures):,} images could not be read and were set aside.")


def version_figures(folder: Path) -> dict[str, float]:
    """The figures of a version that are shown in lists."""
    from model.record import read_record

    metrics = read_record(folder).metrics
    return {
        "mAP": float(metrics["map"] or 0.0),
        "micro F1": float(metrics["micro"]["f1"] or 0.0),
        "macro F1": float(metrics["macro"]["f1"] or 0.0),
    }
