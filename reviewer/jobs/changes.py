"""What the answers change in the tags of each image: the basis of every export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.core.choices.ratings import TAGS, RatingIds, rating_now, rating_tag
from reviewer.core.labels import effective_tags
from reviewer.sources import write
from reviewer.sources.caption_text import Caption, Style, style_among, usual_style
from reviewer.sources.captions import CaptionFiles, named_style
from reviewer.sources.matching import key_for
from reviewer.sources.text import decoded, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from reviewer.core.types import Answer, Category, Image
    from reviewer.store.library import Library


@dataclass(frozen=True, slots=True)
class CorrectedImage:
    """One image with its tags before and after, by name.

    Attributes:
        image: The image.
        original: As the metadata has them.
        effective: As corrected.
        rating: The rating that the answers changed its own to, as a tag ("rating:explicit");
            empty where they did not, and where ratings are among the tags.
    """

    image: Image
    original: frozenset[str]
    effective: frozenset[str]
    rating: str = ""

    @property
    def added(self) -> list[str]:
        """Tags that the answers add, in order of name."""
        return sorted(self.effective - self.original)

    @property
    def removed(self) -> list[str]:
        """Tags that the answers take away, in order of name."""
        return sorted(self.original - self.effective)

    @property
    def rating_now(self) -> str:
        """The rating as it is corrected, as a tag; empty without one."""
        return self.rating or rating_tag(self.image.rating, self.image.rating_scheme)

    @property
    def changes(self) -> tuple[frozenset[str], frozenset[str]]:
        """All that is added and taken away, the rating as a tag among it."""
        before = rating_tag(self.image.rating, self.image.rating_scheme) if self.rating else ""
        return (
            frozenset([*self.added, *([self.rating] if self.rating else [])]),
            frozenset([*self.removed, *([before] if before else [])]),
        )


@dataclass(frozen=True, slots=True)
class FileEdit:
    """A file of the user as it is (empty if it is not there) and as it would be."""

    path: Path
    before: bytes
    after: bytes


def corrected_images(library: Library, *, changed_only: bool = False) -> Iterator[CorrectedImage]:
    """Every image with its corrected tags, by path.

    Args:
        library: The collection.
        changed_only: Leave out images whose tags stay as they are.
    """
    vocabulary = library.vocabulary()
    answers = answers_by_image(library)
    ratings = RatingIds.among(library.tags.ids_of(TAGS))
    images = library.images.some(answers) if changed_only else library.images.rows()
    for image, tag_ids in images:
        given = answers.get(image.id)
        effective, rating = tag_ids, ""
        if given:
            effective = effective_tags(tag_ids, given, vocabulary.implications)
            if not tag_ids & ratings.ids:
                rating = _corrected_rating(image, given, ratings)
                effective -= ratings.ids
        if changed_only and effective == tag_ids and not rating:
            continue
        yield CorrectedImage(
            image,
            frozenset(vocabulary.name(tag_id) for tag_id in tag_ids),
            frozenset(vocabulary.name(tag_id) for tag_id in effective),
            rating,
        )


def _corrected_rating(image: Image, given: Mapping[int, Answer], ratings: RatingIds) -> str:
    """The rating that an image is given in place of its own; empty where it keeps that."""
    said = {tag_id: answer for tag_id, answer in given.items() if tag_id in ratings.ids}
    if not said:
        return ""
    original = ratings.original(image.rating, image.rating_scheme, frozenset())
    now = rating_now(original, said)
    return "" if now is None or now in original else ratings.name(now)


@dataclass(frozen=True, slots=True)
class CaptionHabit:
    """How the collection's captions are written, for images that have none or do not tell.

    Attributes:
        style: How tags are set apart.
        named: Whether a person said so of all captions.
        spaces: Whether tags are written with spaces for underscores.
        key: The tag's name, from what a file writes.
        hydrus: Whether tags stand under Hydrus's namespaces.
        categories: Of all tags, by name.
        files: Finds the captions.
    """

    style: Style
    named: bool
    spaces: bool
    key: Callable[[str], str]
    hydrus: bool
    categories: Mapping[str, Category]
    files: CaptionFiles


def caption_habit(library: Library) -> CaptionHabit:
    """The habit of the first few hundred captions.

    Raises:
        SourceError: A caption cannot be read.
    """
    files = CaptionFiles()
    texts = [
        read_text(path).text
        for _, name, _ in library.images.askable()[:500]
        if (path := files.of(library.folder / name)) is not None
    ]
    source = library.state.get("source")
    named = named_style(source)
    return CaptionHabit(
        named or usual_style(texts),
        named=named is not None,
        spaces=not any("_" in text for text in texts),
        key=tag_key_of(library),
        hydrus=source == "hydrus",
        categories=tag_categories(library),
        files=files,
    )


def tag_key_of(library: Library) -> Callable[[str], str]:
    """The function from what the collection's files write to the name of the tag."""
    vocabulary = library.vocabulary()
    aliases = {alias: vocabulary.name(tag_id) for alias, tag_id in vocabulary.aliases.items()}
    return key_for(library.state.get("source"), aliases)


def tag_categories(library: Library) -> dict[str, Category]:
    """The category of every tag, by name."""
    return {tag.name: tag.category for tag in library.vocabulary().tags.values()}


def corrected_caption(library: Library, entry: CorrectedImage, habit: CaptionHabit) -> FileEdit:
    """An image's caption as it is and as corrected; a new one where it has none.

    Raises:
        SourceError: The caption cannot be read.
    """
    image = library.folder / entry.image.path
    path = habit.files.of(image)
    if habit.hydrus:
        return _hydrus_edit(image, path, entry, habit)
    if path is None:
        text = write.new_caption(sorted(entry.effective), habit.style, spaces=habit.spaces)
        return FileEdit(image.with_suffix(".txt"), b"", text.encode())
    decoded = read_text(path)
    style = _style(decoded.text, habit)
    after = write.caption(decoded.text, style, entry.added, entry.removed, habit.key)
    return FileEdit(path, decoded.encode(decoded.text), decoded.encode(after))


def reads_back(edit: FileEdit, entry: CorrectedImage, habit: CaptionHabit) -> bool:
    """Whether a corrected caption, read again, holds the tags that it should.

    A tag with a comma cannot stand where commas set tags apart.
    """
    before, after = (
        {
            tag
            for text in [decoded(content).text]
            for tag in Caption(text, _style(text, habit), habit.key).tags()
        }
        for content in (edit.before, edit.after)
    )
    if not edit.before:
        return after == entry.effective
    return after == (before | set(entry.added)) - set(entry.removed)


def _style(text: str, habit: CaptionHabit) -> Style:
    if habit.hydrus:
        return Style.LINES
    return habit.style if habit.named else style_among(text, habit.style)


def _hydrus_edit(
    image: Path, path: Path | None, entry: CorrectedImage, habit: CaptionHabit
) -> FileEdit:
    if path is None:
        target = image.with_name(f"{image.name}.txt")
        text = write.hydrus_sidecar("", sorted(entry.effective), (), habit.categories, habit.key)
        return FileEdit(target, b"", text.encode())
    decoded = read_text(path)
    after = write.hydrus_sidecar(
        decoded.text, entry.added, entry.removed, habit.categories, habit.key
    )
    return FileEdit(path, decoded.encode(decoded.text), decoded.encode(after))


def answers_by_image(library: Library) -> Mapping[int, Mapping[int, Answer]]:
    """The direct live answers of every answered image."""
    found: dict[int, dict[int, Answer]] = {}
    for decision in library.decisions.live():
        found.setdefault(decision.image_id, {})[decision.tag_id] = decision.answer
    return found
