"""From a folder and its metadata to images and original tags; again, to take what changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from reviewer.core.types import ChangeSet, Image, ImageState
from reviewer.jobs.characters.sets import take_faces
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.imports.contradicted import Contradicted
from reviewer.jobs.imports.defining import take_lists
from reviewer.jobs.imports.image_files import ImageFile, examined
from reviewer.jobs.imports.pulled import pulled_source
from reviewer.jobs.imports.same_image import SameImages, former_name
from reviewer.pictures import PictureFacts
from reviewer.sources.away import refuse_if_away
from reviewer.sources.base import NOTHING
from reviewer.sources.folder import find_images, others_there, read_folder, source_for
from reviewer.sources.left_out import LeftOut
from reviewer.sources.names import needed_implications
from reviewer.store.images import ImageRow, KnownFile
from reviewer.store.packing import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from reviewer.sources.base import Reading, Records, SourceRecord
    from reviewer.store.library import Library

Item = TypeVar("Item")

WRITE_EVERY = 2000
"""Images between writes: an import that is killed loses no more work than this."""


@dataclass
class _Tally:
    contradicted: Contradicted
    new: int = 0
    changed: int = 0
    moved: int = 0
    unchanged: int = 0
    replaced: int = 0
    set_aside: list[tuple[str, str]] = field(default_factory=list)


def import_folder(
    library: Library,
    listener: Listener,
    *,
    source_name: str = "",
    tag_lists: Sequence[Path] = (),
    begun: Callable[[], None] | None = None,
) -> ChangeSet:
    """Imports the collection's folder, or takes what changed since the last import.

    Decisions stay whatever happens: an image whose file was moved or renamed is known by its
    content, one whose file is gone is kept as gone. Nothing in the folder is written.

    Args:
        library: The collection.
        listener: Hears of progress.
        source_name: The format of the metadata; empty for the one chosen at an earlier import,
            or to tell by what is there.
        tag_lists: Lists of tags (categories, aliases, implications) from outside the folder.
        begun: Called in a first import when all images and tags are known, before the files are
            read: to hash them takes longest on a slow disk, and the tags alone can be asked about.

    Raises:
        SourceError: The folder holds no images, is gone now, or its metadata cannot be read.
        StoreError: The collection cannot be written.
    """
    left_out = LeftOut()
    images = find_images(library.folder, left_out)
    for sentence in left_out.sentences():
        listener.note(sentence)
    chosen = source_name or library.state.get("chosen_source")
    source = pulled_source(library, chosen) or source_for(library.folder, images, chosen)
    listener.note(f"{len(images):,} image files; tags from {source.title}.")
    if not chosen:
        for other in others_there(library.folder, images, source):
            listener.note(f"Not read: {other.title}. To read those instead: --source {other.name}")
    vocabulary = library.vocabulary()
    aliases = {alias: vocabulary.name(tag_id) for alias, tag_id in vocabulary.aliases.items()}
    with stage(listener, "read", unit="images") as progress:
        reading = read_folder(
            library.folder,
            images,
            source,
            tag_lists,
            aliases,
            lambda count: progress.at(count, len(images)),
        )
    counts = reading.records.counts()
    categories = {name: reading.categories.get(name) for name in counts}
    found = _Found(reading.records, library.tags.add(categories))
    library.tags.add_implications(needed_implications(reading.implications, categories))
    library.tags.add_aliases(reading.aliases)
    take_lists(library, reading)
    if begun is not None and not library.images.posts.last_id():
        _take_names(library, images, found)
        begun()
    tally = _take_files(library, listener, images, found)
    gone = _mark_gone(library, images, left_out)
    told = reading.records.told.items()
    library.facts.set_parents({name: record.parent for name, record in told if record.parent})
    _tell(listener, reading, tally, gone)
    if source.name == "characters" and reading.records:
        take_faces(library, listener)
    library.state.set("source", source.name)
    library.state.set("chosen_source", chosen)
    summary: dict[str, int | float | str] = {
        "images": len(images),
        "new": tally.new,
        "changed": tally.changed,
        "moved": tally.moved,
        "unchanged": tally.unchanged,
        "replaced": tally.replaced,
        "contradicted": len(tally.contradicted.pairs),
        "gone": gone,
        "set_aside": len(tally.set_aside),
        "untagged": len(images) - reading.records.tagged(),
        "named_but_missing": len(reading.missing),
        "tags": len(counts),
        "tag_instances": sum(counts.values()),
        "source": source.name,
    }
    return ChangeSet(images=True, tags=True, summary=summary)


class _Found:
    """What was read of each image, with the ids of its tags."""

    def __init__(self, records: Records, ids: Mapping[str, int]) -> None:
        self._records = records
        self._ids = [ids.get(name, 0) for name in records.names]

    def of(self, name: str) -> tuple[SourceRecord, frozenset[int]]:
        """What is told of an image beside its tags, and these."""
        ids = self._ids
        tags = frozenset([ids[number] for number in self._records.numbers(name)])
        return self._records.told.get(name, NOTHING), tags


def _take_files(
    library: Library,
    listener: Listener,
    images: Mapping[str, Path],
    found: _Found,
) -> _Tally:
    known = library.images.known_files()
    same = SameImages(library, images, known)
    tally = _Tally(Contradicted(library))
    with stage(listener, "import", len(images), "images") as progress:
        for batch in _batches(same.match(examined(images, known)), WRITE_EVERY):
            # First of all: two images of one name are one too many after a kill.
            replaced = {row.id: former_name(row) for row in same.replaced[tally.replaced :]}
            library.images.mark_gone(list(replaced), replaced)
            tally.replaced = len(same.replaced)
            rows, retagged = [], []
            for file, before in batch:
                if file.facts.problem:
                    refuse_if_away(library.folder)
                record, tags = found.of(file.name)
                rating = (record.rating, record.rating_scheme)
                if _count(tally, file, before, tags, rating):
                    rows.append(_row(file, before, record, tags))
                    if before is not None and before.sha256:
                        retagged.append((before.id, frozenset(unpack(before.tags).tolist()), tags))
                progress.advance()
            library.images.write(rows)
            for image_id, earlier, now in retagged:
                tally.contradicted.look(image_id, earlier, now)
    return tally


def _take_names(library: Library, images: Mapping[str, Path], found: _Found) -> None:
    """Takes the images of a new collection without a look at their files."""
    unread = (ImageFile(name, 0, 0, b"", PictureFacts()) for name in images)
    for batch in _batches(unread, WRITE_EVERY):
        library.images.write([_row(file, None, *found.of(file.name)) for file in batch])


def _batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while batch := list(islice(items, size)):
        yield batch


def _count(
    tally: _Tally,
    file: ImageFile,
    before: KnownFile | None,
    tags: frozenset[int],
    rating: tuple[str, str],
) -> bool:
    """Counts a file as new, changed, moved or unchanged; tells whether to write it."""
    if file.facts.problem:
        tally.set_aside.append((file.name, file.facts.problem))
    if before is None or not before.sha256:
        tally.new += 1
    elif before.path != file.name:
        tally.moved += 1
    elif _same(file, before, tags) and rating == (before.rating, before.rating_scheme):
        tally.unchanged += 1
        return False
    else:
        tally.changed += 1
    return True


def _same(file: ImageFile, before: KnownFile, tags: frozenset[int]) -> bool:
    return (
        file.sha256 == before.sha256
        and file.mtime_ns == before.mtime_ns
        and pack(tags) == before.tags
        and file.facts.problem == before.problem
        and before.state is not ImageState.GONE
    )


def _row(
    file: ImageFile, before: KnownFile | None, record: SourceRecord, tags: frozenset[int]
) -> ImageRow:
    image = Image(
        id=0,
        path=file.name,
        size=file.size,
        sha256=file.sha256,
        width=file.facts.width,
        height=file.facts.height,
        rating=record.rating,
        rating_scheme=record.rating_scheme,
        score=record.score,
        source=record.source,
        site=record.site,
        remote_id=record.remote_id,
        state=ImageState.SET_ASIDE if file.facts.problem else ImageState.OK,
        problem=file.facts.problem,
    )
    return ImageRow(before.id if before else None, image, file.mtime_ns, tags)


def _mark_gone(library: Library, images: Mapping[str, Path], left_out: LeftOut) -> int:
    gone = [
        row.id
        for name, row in library.images.known_files().items()
        if name not in images and row.state is not ImageState.GONE and not left_out.hides(name)
    ]
    library.images.mark_gone(gone)
    return len(gone)


def _tell(listener: Listener, reading: Reading, tally: _Tally, gone: int) -> None:
    for text in reading.notes:
        listener.note(text)
    if reading.missing:
        listener.note(
            f"{len(reading.missing):,} images are named in the metadata but are not in the "
            f"folder: {_some(reading.missing)}."
        )
    if tally.set_aside:
        examples = [f"{name} ({problem})" for name, problem in tally.set_aside]
        listener.note(
            f"{len(tally.set_aside):,} files cannot be used and were set aside: {_some(examples)}."
        )
    if tally.replaced:
        listener.note(
            f"{tally.replaced:,} files show other pictures than before under the same names: they "
            "are new images. What was answered of the former pictures is kept with those."
        )
    if sentence := tally.contradicted.sentence():
        listener.note(sentence)
    if gone:
        listener.note(f"{gone:,} images are no longer in the folder; their decisions are kept.")


def _some(names: Iterable[str], count: int = 3) -> str:
    listed = list(names)
    more = f" and {len(listed) - count:,} more" if len(listed) > count else ""
    return ", ".join(listed[:count]) + more
