"""Brings a tagger that somebody else trained, and keeps the table of what its tags mean here."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from reviewer.core.errors import ReviewerError, UsageError
from reviewer.core.tags.tag_mapping import (
    Kind,
    Knowledge,
    TagMapping,
    corrected,
    map_outputs,
    plain,
    read_table,
    table_of,
)
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import stage
from reviewer.jobs.labels import choose_tags, gather_labels
from reviewer.jobs.learning.fewest import images_needed
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.jobs.taggers.seen import seen_key
from reviewer.sources.base import Reading
from reviewer.sources.tag_list import read_tag_lists
from reviewer.store.disk import write_whole
from reviewer.store.versions import VersionInfo, VersionState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from model.record import VersionRecord
    from reviewer.core.types import Tag
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

MAPPING = "mapping.csv"
"""The table, in the version's folder; `model.version` reads it."""

_LOOKED_AT = 5000
"""Images whose site is looked at."""

_SAME_LABELS = {"danbooru": frozenset({"danbooru", "safebooru", "gelbooru"})}
"""Sites whose tags are those of another in large part."""

_SEEN = {
    "yes": (
        "It was trained on the tags of {site}, where images of this collection come from: it may "
        "have seen these labels, and then its own scores hide their errors. Questions are ranked "
        "by heads that saw none of an image's labels."
    ),
    "may": (
        "It was trained on the tags of {site}; where this collection comes from is not known, so "
        "it may have seen these labels. Questions are ranked by heads that saw none of an image's "
        "labels."
    ),
    "no": "It was trained on the tags of {site}, and this collection comes from elsewhere.",
    "unknown": "What it was trained on is not known: it may have seen these labels.",
}


class QuestionsOpen(UsageError):  # noqa: N818 - read by people
    """A tagger's files do not tell how it wants its pictures.

    Attributes:
        questions: Key, words and choices of each; no choices where any text will do.
    """

    def __init__(self, text: str, questions: tuple[tuple[str, str, tuple[str, ...]], ...]) -> None:
        """Takes the sentence for people and the questions for a program."""
        super().__init__(text)
        self.questions = questions


@dataclass(frozen=True, slots=True)
class BringChoices:
    """What a user may choose.

    Attributes:
        answers: What the tagger's files do not tell, and what to do otherwise than they say.
        minimum: Images that a tag of the collection needs to count as missed in the tagger.
        aliases: A site's list of aliases, for tags that were renamed since.
        use: Put it into use, even where another version is.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    minimum: int = 20
    aliases: Path | None = None
    use: bool = False


def inspect_tagger(path: Path, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a folder is and how it wants its pictures, without loading its weights.

    Raises:
        QuestionsOpen: Something must be answered first.
        TaggerError: No family of taggers knows it, or a file is damaged.
    """
    from model.taggers.bring import inspect
    from model.taggers.family import NeedsAnswers

    with tagger_errors():
        try:
            return inspect(path, answers).words
        except NeedsAnswers as problem:
            asked = tuple((q.key, q.words, q.choices) for q in problem.questions)
            raise QuestionsOpen(str(problem), asked) from problem


def family_lines() -> list[str]:
    """The families that are known, for people."""
    from model.taggers.table import FAMILIES

    return [f"{family.key:<14}{family.words:<40}{family.licence}" for family in FAMILIES]


def bring_tagger(
    library: Library, listener: Listener, path: Path, choices: BringChoices
) -> ChangeSet:
    """Makes a version of a tagger: its weights are copied, its tags mapped to the collection's.

    Args:
        library: The collection.
        listener: Hears of what was found.
        path: The tagger's folder, or its checkpoint.
        choices: The user's.

    Raises:
        QuestionsOpen: Something must be answered first.
        TaggerError: It cannot be used.
        StoreError: The collection cannot be written.
    """
    for what, how in inspect_tagger(path, choices.answers):
        listener.note(f"{what}: {how}")
    from model.taggers.bring import bring, inspect

    known = _learnable(library, choices.minimum)
    name = library.versions.next_name()
    with stage(listener, "bring", 0, "steps"), tagger_errors():
        inspected = inspect(path, choices.answers)
        record = bring(
            inspected,
            library.version_folder(name),
            choices.answers,
            tags=[(tag.name, int(tag.category)) for tag in known],
        )
    seen = _seen(library, inspected.family.trained_on)
    library.state.set(seen_key(name), seen)
    try:
        mapping = _mapped(library, record, [tag.name for tag in known], choices.aliases)
        _keep(library, name, mapping)
    except ReviewerError:
        shutil.rmtree(library.version_folder(name), ignore_errors=True)
        raise
    if all(meaning.kind in {Kind.CHOSEN, Kind.NO_TAG} for meaning in mapping.meanings):
        listener.note(
            "These images have no tags of their own: the tagger's are taken for the collection's, "
            "and what it sees is asked. Nothing counts as a tag before you say Yes."
        )
    else:
        listener.note(_SEEN[seen].format(site=inspected.family.trained_on))
    _say(listener, mapping)
    first = library.versions.active() is None
    library.versions.put(
        VersionInfo(
            name=name,
            state=VersionState.CANDIDATE,
            created_at=int(time.time() * 1000),
            backbone=inspected.family.key,
            n_tags=sum(bool(meaning.tag) for meaning in mapping.meanings),
        )
    )
    if first or choices.use:
        library.versions.activate(name)
    else:
        listener.note(f"Use it with: reviewer versions --use {name}")
    return ChangeSet(versions=True, summary={"version": name, **mapping.counts})


def mapping_of(library: Library, version: str = "") -> tuple[str, TagMapping]:
    """The table of a brought version, with what the tagger lacks.

    Args:
        library: The collection.
        version: Its name; the one in use where empty.

    Raises:
        UsageError: There is no such version, or it was not brought.
    """
    name = library.versions.meant(version)
    path = library.version_folder(name) / MAPPING
    if not path.is_file():
        raise UsageError(
            f"Version {name} was trained here: its tags are the collection's own. Only a tagger "
            "that was brought has a table."
        )
    mapping = read_table(path.read_text(encoding="utf-8"))
    return name, corrected(mapping, "own,tag\n", library.vocabulary())


def correct_mapping(
    library: Library, listener: Listener, text: str, *, version: str = ""
) -> ChangeSet:
    """Takes a person's changes into a version's table.

    Args:
        library: The collection.
        listener: Hears what changed.
        text: CSV with the columns `own` and `tag`.
        version: Its name; the one in use where empty.

    Raises:
        UsageError: The text does not fit the table.
        StoreError: It cannot be written.
    """
    name, before = mapping_of(library, version)
    mapping = corrected(before, text, library.vocabulary())
    pairs = zip(before.meanings, mapping.meanings, strict=True)
    changed = sum(old.tag != new.tag for old, new in pairs)
    _keep(library, name, mapping)
    _say(listener, mapping)
    if changed and library.scan(name) is not None:
        listener.note("The scan fits the table again after: reviewer scan")
    return ChangeSet(versions=True, tags=True, summary={"version": name, "changed": changed})


def map_again(library: Library, listener: Listener, *, version: str = "") -> ChangeSet:
    """Makes a version's table anew, without what was chosen by hand.

    Raises:
        UsageError: There is no such version, or it was not brought.
        TaggerError: The version cannot be read.
        StoreError: It cannot be written.
    """
    from model.record import read_record

    name = library.versions.meant(version)
    folder = library.version_folder(name)
    (folder / MAPPING).unlink(missing_ok=True)
    with tagger_errors():
        record = read_record(folder)
    if record.brought is None:
        raise UsageError(f"Version {name} was trained here: it needs no table.")
    wanted = [tag.name for tag in _learnable(library, images_needed(library))]
    mapping = _mapped(library, record, wanted, None)
    _keep(library, name, mapping)
    _say(listener, mapping)
    return ChangeSet(versions=True, tags=True, summary={"version": name, **mapping.counts})


def _learnable(library: Library, minimum: int) -> tuple[Tag, ...]:
    """Tags of the collection that occur often enough to be asked about."""
    vocabulary = library.vocabulary()
    labels = gather_labels(library, library.images.askable_ids(), vocabulary)
    return choose_tags(labels, vocabulary, minimum).tags


def _mapped(
    library: Library, record: VersionRecord, wanted: list[str], aliases: Path | None
) -> TagMapping:
    reading = Reading()
    if aliases is not None:
        read_tag_lists(aliases.parent, reading, [aliases])
    brought = record.brought or {}
    knowledge = Knowledge(renamed=brought.get("renamed", {}), aliases=reading.aliases)
    mapping = map_outputs(record.outputs, library.vocabulary(), knowledge, wanted=wanted)
    if not any(meaning.tag for meaning in mapping.meanings):
        if not wanted:
            return _taken_over(mapping, library)
        raise UsageError(
            f"None of the tagger's {len(record.outputs):,} tags is one of this collection's. "
            "Import the collection's tags first, or choose another tagger."
        )
    return mapping


def _taken_over(mapping: TagMapping, library: Library) -> TagMapping:
    """The tagger's tags as new ones, for images that have none: what it sees is asked about."""
    named = {plain(m.own): m.own for m in reversed(mapping.meanings) if m.kind is not Kind.NO_TAG}
    rows = table_of([(own, name) for name, own in named.items()])
    return corrected(mapping, rows, library.vocabulary())


def _keep(library: Library, name: str, mapping: TagMapping) -> None:
    """Writes the table into the version's folder; new tags join the collection's."""
    ids = library.tags.ids()
    from reviewer.store.tags import category_of

    new = {m.tag: category_of(m.category) for m in mapping.meanings if m.tag and m.tag not in ids}
    if new:
        library.tags.add(new)
    categories = {tag.name: int(tag.category) for tag in library.vocabulary().tags.values()}
    write_whole(library.version_folder(name) / MAPPING, mapping.as_csv(categories))


def _say(listener: Listener, mapping: TagMapping) -> None:
    counted = ", ".join(f"{count:,} {kind}" for kind, count in mapping.counts.items() if count)
    listener.note(f"Its tags and this collection's: {counted}.")
    if mapping.lacking:
        shown = ", ".join(mapping.lacking[:5])
        listener.note(
            f"Tags that it lacks ({shown}{', ...' if len(mapping.lacking) > 5 else ''}) get heads "
            "on its embeddings when it is refreshed."
        )


def _seen(library: Library, trained_on: str) -> str:
    """Whether the tagger may have been trained on the labels of these images."""
    if not trained_on:
        return "unknown"
    rows = islice(library.images.rows(), _LOOKED_AT)
    sites = Counter(image.site.lower() for image, _ in rows)
    same = _SAME_LABELS.get(trained_on, frozenset({trained_on}))
    if any(name in site for site in sites for name in same):
        return "yes"
    return "may" if not (sites.keys() - {""}) else "no"
