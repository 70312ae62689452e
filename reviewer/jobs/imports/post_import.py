"""From a dump of millions of posts to images and original tags, without opening the files.

Posts stream through in parts of a few thousand: memory does not grow with the collection, and an
import that was killed finds what it has written and goes on after it. What only the files tell
(whether they are whole, their sizes) is found out when they are scanned or shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import SourceError
from reviewer.core.tags.tagwords import TagWords
from reviewer.core.types import ChangeSet, ImageState
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.imports.defining import take_lists
from reviewer.sources.base import Reading
from reviewer.sources.danbooru import DanbooruDump
from reviewer.sources.listing import ListedImages
from reviewer.sources.names import needed_implications, settle_names
from reviewer.sources.post_blocks import post_blocks
from reviewer.sources.post_lines import Field
from reviewer.sources.tag_list import read_tag_lists
from reviewer.store.packing import pack_rows
from reviewer.store.posts import PostColumns
from reviewer.store.rowpages import Numbers, Texts
from reviewer.store.tags import MetTags

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.core.types import Category
    from reviewer.sources.post_blocks import PostBlock
    from reviewer.store.library import Library
    from reviewer.store.rowpages import Records

SITE = "danbooru"

WRITE_EVERY = 4000
"""Images of a transaction: a decision in a window waits some fifty milliseconds for one."""

IN_FLIGHT = 6
"""Transactions that may be on their way to the disk while the next posts are read: as many as
come while the write-ahead log is taken into the database."""


@dataclass
class _Tally:
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    unmatched: int = 0
    instances: int = 0
    broken: list[str] = field(default_factory=list)


def import_posts(
    library: Library, listener: Listener, *, tag_lists: Sequence[Path] = ()
) -> ChangeSet:
    """Imports a folder with a dump of posts, taking the posts' word for the files.

    Args:
        library: The collection.
        listener: Hears of progress.
        tag_lists: Lists of tags (categories, aliases, implications) from outside the folder.

    Raises:
        SourceError: The folder holds no images or no dump.
        StoreFullError: The disk is full; what was imported so far is kept, and an import after
            some space was freed goes on from there.
        StoreError: The collection cannot be written.
    """
    listener.note("Listing the image files.")
    listed = ListedImages(library.folder)
    for sentence in listed.left_out.sentences():
        listener.note(sentence)
    first = {listed.path(row): library.folder for row in range(min(len(listed), 1))}
    if not DanbooruDump().recognises(library.folder, first) or not len(listed):
        raise SourceError(
            f"{library.folder} holds no images with a dump of posts (JSON lines). Import it "
            "without --unopened."
        )
    listener.note(f"{len(listed):,} image files; tags from {DanbooruDump.title}.")
    words = Reading()
    read_tag_lists(library.folder, words, tag_lists)
    vocabulary = library.vocabulary()
    known = {alias: vocabulary.name(tag_id) for alias, tag_id in vocabulary.aliases.items()}
    settle_names(words, known)
    with stage(listener, "known", library.images.posts.last_id(), "images") as progress:
        work = _Import(library, listed, (known | words.aliases, words.categories), progress.advance)
    with stage(listener, "import", len(listed), "images") as progress:
        for block in post_blocks(library.folder):
            progress.advance(work.take(block))
        progress.advance(work.take_untagged())
        work.finish()
    library.tags.add_implications(needed_implications(words.implications, work.names))
    library.tags.add_aliases(words.aliases)
    take_lists(library, words)
    gone = work.mark_gone()
    _tell(listener, work.tally, gone)
    library.state.set("source", DanbooruDump.name)
    library.state.set("chosen_source", DanbooruDump.name)
    return ChangeSet(images=True, tags=True, summary=work.summary(gone))


class _Import:
    """An import on its way: what was given ids, what was matched, what is being written."""

    def __init__(
        self,
        library: Library,
        listed: ListedImages,
        names: tuple[Mapping[str, str], Mapping[str, Category]],
        told: Callable[[int], None],
    ) -> None:
        """Reads what the collection knows.

        Args:
            library: The collection.
            listed: The files.
            names: Names by their aliases, and categories by name.
            told: Hears of images that were looked at, so many at a time.
        """
        self._library = library
        self._listed = listed
        self._aliases, self._categories = names
        self._ids: dict[str, int] = {}
        self._words = TagWords()
        self._rows: list[Records] = []
        self._gathered = 0
        self._met = MetTags([], [])
        self._stored = library.tags.ids()
        self._next = max(self._stored.values(), default=0) + 1
        self._matched = np.zeros(len(listed), bool)
        self._writing: list[Future[int]] = []
        self._told = 0
        posts = library.images.posts
        self._last = self._sent = posts.last_id()
        self._images, self._lost = self._stored_images(told)
        four = self._last and posts.has_rating_scheme(SITE, "gsqe")
        self._scheme = "gsqe" if four else "sqe"
        self.tally = _Tally()

    @property
    def names(self) -> Sequence[str]:
        """Names of all tags that were met, aliases among them."""
        return list(self._ids)

    def _stored_images(self, told: Callable[[int], None]) -> tuple[NDArray[np.int64], list[int]]:
        """Ids of the images by the rows of their files, 0 for new ones; those without a file."""
        ids = np.zeros(len(self._listed), np.int64)
        lost: list[int] = []
        stored = self._library.images.posts.paths()
        while part := list(islice(stored, WRITE_EVERY)):
            rows = self._listed.rows_of([path for _, path, _ in part])
            for (image_id, _, state), row in zip(part, rows.tolist(), strict=True):
                if row >= 0:
                    ids[row] = image_id
                elif state != ImageState.GONE:
                    lost.append(image_id)
            told(len(part))
        return ids, lost

    def take(self, block: PostBlock) -> int:
        """Takes some posts; returns how many of them have an image."""
        self.tally.broken += block.broken
        rows = self._listed.find(block.ids, block.md5s, block.written)
        if self._scheme == "sqe" and block.has_rating("g"):
            self._scheme = "gsqe"
            self.finish()
            self._library.images.posts.settle_rating_scheme(SITE, "gsqe")
        there = np.flatnonzero(rows >= 0)
        # Of two posts of one image the last part's counts, and the first one in a part.
        _, once = np.unique(rows[there], return_index=True)
        there = np.sort(there[once])
        self.tally.unmatched += len(block) - int((rows >= 0).sum())
        self._matched[rows[there]] = True
        for start in range(0, len(there), WRITE_EVERY):
            part = there[start : start + WRITE_EVERY]
            self._write(block if len(part) == len(block) else block.take(part), rows[part])
        return len(there)

    def take_untagged(self) -> int:
        """Takes the images that no post is about; returns how many."""
        rows = np.flatnonzero(~self._matched).astype(np.int32)
        for start in range(0, len(rows), WRITE_EVERY):
            part = rows[start : start + WRITE_EVERY]
            self._send(PostColumns.untold(Texts(*self._listed.paths(part))), part)
        return len(rows)

    def _write(self, block: PostBlock, rows: NDArray[np.int32]) -> None:
        found = block.tags(self._words)
        if found.words:
            owners = np.searchsorted(found.rows.starts, found.unknown, side="right") - 1
            self._meet(found.words, block.categories(owners, found.places))
            found.rows.tags[found.unknown] = [self._ids[name] for name in found.words]
        self.tally.instances += found.rows.instances
        raw, spans = block.raw, block.spans
        rated = spans[:, Field.RATING, 1] > spans[:, Field.RATING, 0]
        columns = PostColumns(
            path=Texts(*self._listed.paths(rows)),
            sha256=Texts(*block.digests(), blobs=True),
            rating=Texts(raw, spans[:, Field.RATING]),
            rating_scheme=_wherever(self._scheme, rated),
            score=Numbers(block.scores, block.scored),
            source=Texts(raw, spans[:, Field.SOURCE]),
            site=_wherever(SITE, np.ones(len(block), bool)),
            remote_id=Texts(raw, spans[:, Field.ID]),
            tags=Texts(*pack_rows(found.rows.starts, found.rows.tags), blobs=True),
        )
        self._send(columns, rows)

    def _meet(self, words: Sequence[str], kinds: Sequence[Category | None]) -> None:
        """Gives ids to names that were not met before, the frequent ones first.

        Args:
            words: The names, as often as they were met.
            kinds: Their categories, where the post of each tells them.
        """
        names = Counter(words)
        told: dict[str, Category] = {}
        for name, kind in zip(words, kinds, strict=True):
            if kind is not None:
                told.setdefault(name, kind)
        for name in sorted(sorted(names), key=names.__getitem__, reverse=True):
            settled = self._aliases.get(name, name)
            kind = self._categories.get(name, told.get(name))
            if settled not in self._stored:
                self._stored[settled] = self._next
                self._met.new.append((self._next, settled, int(kind or 0)))
                self._next += 1
            elif kind is not None:
                self._met.told.append((int(kind), self._stored[settled]))
            self._ids[name] = self._stored[settled]
        self._words.add({name: self._ids[name] for name in names})

    def _numbered(self, files: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The images' ids, given to those that have none yet; and which these are."""
        ids = self._images[files]
        new = ids == 0
        ids[new] = np.arange(self._last + 1, self._last + 1 + int(new.sum()))
        self._last += int(new.sum())
        self._images[files] = ids
        return ids, new

    def _send(self, columns: PostColumns, files: NDArray[np.int32]) -> None:
        """Puts what is told of some files in line to be written; waits where too much is."""
        ids, new = self._numbered(files)
        if not new.all():
            self._tell_known(columns.take(np.flatnonzero(~new)), ids[~new])
            columns = columns.take(np.flatnonzero(new))
        if new.any():
            self._rows.append(columns.records())
        self._gathered += int(new.sum())
        self.tally.new += int(new.sum())
        if self._gathered >= WRITE_EVERY:
            self._begin_to_write()
        while len(self._writing) > IN_FLIGHT:
            self._heed()

    def _begin_to_write(self) -> None:
        """Puts what has gathered in line, as one transaction."""
        posts = self._library.images.posts
        self._writing.append(posts.write(self._sent + 1, self._rows, self._take_met()))
        self._sent += self._gathered
        self._rows, self._gathered = [], 0

    def _tell_known(self, columns: PostColumns, ids: NDArray[np.int64]) -> None:
        """Puts what is told of known images in line, to be compared with what is stored."""
        if ids.max() > self._sent:
            # Of two posts of one image the second is to find the first.
            self._begin_to_write()
        self._told += len(ids)
        posts = self._library.images.posts
        self._writing.append(posts.tell(columns.known(ids), self._take_met()))

    def _take_met(self) -> MetTags:
        """The tags to be written now; none of them is left to be written later."""
        met, self._met = self._met, MetTags([], [])
        return met

    def _heed(self) -> None:
        """Waits for the first thing in line."""
        self.tally.changed += self._writing.pop(0).result()
        self.tally.unchanged = self._told - self.tally.changed

    def finish(self) -> None:
        """Waits until all is on disk."""
        if self._rows or any(self._met):
            self._begin_to_write()
        while self._writing:
            self._heed()

    def mark_gone(self) -> int:
        """Marks images whose files are not there any more; returns how many."""
        self._library.images.mark_gone(self._lost)
        return len(self._lost)

    def summary(self, gone: int) -> dict[str, int | float | str]:
        """What the import did, for people and programs."""
        return {
            "images": len(self._listed),
            "new": self.tally.new,
            "changed": self.tally.changed,
            "unchanged": self.tally.unchanged,
            "gone": gone,
            "untagged": int((~self._matched).sum()),
            "tags": len(set(self._ids.values())),
            "tag_instances": self.tally.instances,
            "source": DanbooruDump.name,
        }


def _wherever(text: str, there: NDArray[np.bool_]) -> Texts:
    """A column with one text in some of the rows and nothing in the others."""
    raw = np.frombuffer(text.encode(), np.uint8)
    return Texts(raw, np.column_stack([np.zeros(len(there), np.int64), len(text) * there]))


def _tell(listener: Listener, tally: _Tally, gone: int) -> None:
    if tally.broken:
        listener.note(
            f"{len(tally.broken):,} lines are not posts and were left out, for example "
            f"{tally.broken[0]}."
        )
    if tally.unmatched:
        listener.note(f"{tally.unmatched:,} posts in the metadata have no image here.")
    if gone:
        listener.note(f"{gone:,} images are no longer in the folder; their decisions are kept.")
