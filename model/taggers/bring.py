"""From a stranger's folder to a version: recognised, read, tried once, written down."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torch import nn

from model.data import to_input
from model.errors import TaggerProblem
from model.images import prepare
from model.record import read_record
from model.taggers.asking import words_for
from model.taggers.facts import FolderFacts
from model.taggers.table import recognise
from model.version import save_version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from model.backbones import Tagger
    from model.config import TaggerConfig
    from model.record import VersionRecord
    from model.taggers.family import Answers, Described, Family


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a folder is, before its weights are loaded.

    Attributes:
        facts: The folder.
        family: Its family.
        described: How the family reads it.
    """

    facts: FolderFacts
    family: Family
    described: Described

    @property
    def words(self) -> list[tuple[str, str]]:
        """For people: what it is, its licence, its tags, and how it wants its pictures."""
        outputs = len(self.described.outputs)
        return [
            ("family", self.family.words),
            ("licence", self.family.licence),
            ("trained on", self.family.trained_on or "not known"),
            ("network", self.described.config.backbone),
            ("files", ", ".join(self.described.files)),
            ("tags", f"{outputs:,}" if outputs else "none of its own"),
            *words_for(self.described.config),
            *(("note", note) for note in self.described.notes),
        ]


def inspect(path: Path, answers: Answers) -> Inspected:
    """Recognise a folder and read its small files.

    Args:
        path: The folder, or a checkpoint.
        answers: What a person said of it, by the keys of `model.taggers.asking.QUESTIONS`.

    Raises:
        NeedsAnswers: Something must be known that the files do not tell.
        TaggerProblem: No family knows it, or a file is damaged.
    """
    facts = FolderFacts.of(path)
    family = recognise(facts)
    return Inspected(facts, family, family.describe(facts, answers))


def bring(
    inspected: Inspected,
    folder: Path,
    answers: Answers,
    *,
    tags: Sequence[tuple[str, int]] = (),
) -> VersionRecord:
    """Load a tagger, try it on one picture, and keep it as a version.

    Args:
        inspected: What is brought.
        folder: Of the version; must not be there yet.
        answers: As given to `inspect`; stored.
        tags: Names and categories for a tagger without a list of its own; its heads start at zero.

    Returns:
        The record of the version.

    Raises:
        TaggerProblem: The weights cannot be used, or do not fit the list of tags.
        OSError: The disk refuses.
    """
    facts, family, described = inspected.facts, inspected.family, inspected.described
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".bring-", dir=folder.parent) as work:
        tagger, config = family.load(facts, described, type(folder)(work))
        outputs = [(output.name, output.category) for output in described.outputs]
        if not outputs:
            outputs = list(tags)
            _forget_head(tagger, len(outputs), facts)
        probe = _try(tagger, config, facts)
        thresholds = {o.name: o.threshold for o in described.outputs if o.threshold == o.threshold}
        save_version(
            folder,
            tagger,
            config,
            outputs,
            {"thresholds": thresholds} if thresholds else {},
            {"parent": None, "brought": _provenance(inspected, answers, probe)},
        )
    return read_record(folder)


def _forget_head(tagger: Tagger, n_tags: int, facts: FolderFacts) -> None:
    """Heads of zero for the collection's tags, in place of outputs that nobody named."""
    if not n_tags:
        raise TaggerProblem(
            f"{facts.folder} has no list of tags and none are given for it; put a file beside the "
            "weights that names one tag a line."
        )
    head = nn.Linear(tagger.head.in_features, n_tags)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    tagger.head = head


def _try(tagger: Tagger, config: TaggerConfig, facts: FolderFacts) -> dict[str, Any]:
    """Run one drawn picture through, as a scan would."""
    pixels = np.stack([prepare(probe_picture(), config)])
    with torch.inference_mode():
        logits, embeddings = tagger.eval()(to_input(pixels, config, torch.device("cpu")))
    if not (torch.isfinite(logits).all() and torch.isfinite(embeddings).all()):
        raise TaggerProblem(
            f"The tagger in {facts.folder} gives no numbers for a plain picture; its weights are "
            "damaged. Copy the whole folder again."
        )
    scores = torch.sigmoid(logits.float())
    return {
        "embedding": int(embeddings.shape[1]),
        "lowest_score": float(scores.min()),
        "highest_score": float(scores.max()),
    }


def probe_picture() -> Image.Image:
    """A wide picture of smooth colours: no square, and no colour like another."""
    across, down = np.meshgrid(np.linspace(0, 255, 96), np.linspace(0, 255, 64))
    planes = np.stack([across, down, 255 - (across + down) / 2], axis=2)
    return Image.fromarray(planes.astype(np.uint8))


def _provenance(inspected: Inspected, answers: Answers, probe: dict[str, Any]) -> dict[str, Any]:
    facts, family = inspected.facts, inspected.family
    return {
        "family": family.key,
        "words": family.words,
        "licence": family.licence,
        "trained_on": family.trained_on,
        "folder": str(facts.folder.resolve()),
        "files": {name: _sha256(facts.path(name)) for name in inspected.described.files},
        "answers": dict(answers),
        "preprocessing": dict(inspected.words),
        "renamed": {o.name: o.renamed for o in inspected.described.outputs if o.renamed},
        "notes": list(inspected.described.notes),
        "probe": probe,
        "torch": torch.__version__,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
