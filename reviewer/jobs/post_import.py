"""From a dump of millions of posts to images and original tags, without opening the files.

Posts stream through in parts of a few thousand: memory does not grow with the collection, and an
import that was killed finds what it has written and goes on after it. What only the files tell
(whether they are whole, their sizes) is found out when they are scanned or shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import SourceError
from reviewer.core.tagwords import TagWords
from reviewer.core.types import ChangeSet, ImageState
from reviewer.jobs.context import Listener, stage
from reviewer.sources.base import Reading
from reviewer.sources.danbooru import DanbooruDump, post_blocks, post_tags, tag_category
from reviewer.sources.listing import ListedImages
from reviewer.sources.names import needed_implications, settle_names
from reviewer.sources.post import whole_number
from reviewer.sources.tag_list import read_tag_lists
from reviewer.store.packing import pack_rows
from reviewer.store.posts import PostRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from reviewer.core.types import Category
    from reviewer.sources.danbooru import Post, PostBlock
    from reviewer.store.library import Library

SITE = "danbooru"

WRITE_EVERY = 4000
"""Images of a transaction: a decision in a window waits some fifty milliseconds for one."""

IN_FLIGHT = 2
"""Transactions that may be on their way to the disk while the next posts are read."""


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
    work = _Import(library, listed, known | words.aliases, words.categories)
    with stage(listener, "import", len(listed), "images") as progress:
        for block in post_blocks(library.folder):
            progress.advance(work.take(block))
        progress.advance(work.take_untagged())
        work.finish()
    library.tags.add_implications(needed_implications(words.implications, work.names))
    library.tags.add_aliases(words.aliases)
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
        aliases: Mapping[str, str],
        categories: Mapping[str, Category],
    ) -> None:
        self._library = library
        self._listed = listed
        self._aliases = aliases
        self._categories = categories
        self._ids: dict[str, int] = {}
        self._words = TagWords()
        self._stored = library.tags.ids()
        self._next = max(self._stored.values(), default=0) + 1
        self._began_empty = not sum(library.images.counts().values())
        self._fresh = self._began_empty
        self._matched = np.zeros(len(listed), bool)
        self._writing: list[Future[None]] = []
        four = not self._began_empty and library.images.posts.has_rating_scheme(SITE, "gsqe")
        self._scheme = "gsqe" if four else "sqe"
        self.tally = _Tally()

    @property
    def names(self) -> Sequence[str]:
        """Names of all tags that were met, aliases among them."""
        return list(self._ids)

    def take(self, block: PostBlock) -> int:
        """Takes some posts; returns how many of them have an image."""
        self.tally.broken += block.broken
        posts = block.posts
        rows = self._listed.find([post.id for post in posts], [post.md5 for post in posts])
        if self._scheme == "sqe" and any(post.rating == "g" for post in posts):
            self._scheme = "gsqe"
            self._library.images.posts.settle_rating_scheme(SITE, "gsqe")
        there = np.flatnonzero(rows >= 0)
        # Of two posts of one image the last part's counts, and the first one in a part.
        _, once = np.unique(rows[there], return_index=True)
        there = np.sort(there[once])
        self.tally.unmatched += len(posts) - int((rows >= 0).sum())
        self._fresh = self._fresh and not self._matched[rows[there]].any()
        self._matched[rows[there]] = True
        for start in range(0, len(there), WRITE_EVERY):
            part = there[start : start + WRITE_EVERY].tolist()
            self._write([posts[place] for place in part], rows[part].tolist())
        return len(there)

    def take_untagged(self) -> int:
        """Takes the images that no post is about; returns how many."""
        rows = np.flatnonzero(~self._matched)
        for start in range(0, len(rows), WRITE_EVERY):
            part = rows[start : start + WRITE_EVERY].tolist()
            self._send([PostRow(self._listed.path(row), b"", *_NOTHING) for row in part])
        return len(rows)

    def _write(self, posts: Sequence[Post], rows: Sequence[int]) -> None:
        texts = [post.tag_string or " ".join(post_tags(post)) for post in posts]
        found = self._words.number(texts)
        if found.words:
            owners = np.searchsorted(found.rows.starts, found.unknown, side="right") - 1
            self._meet([posts[n] for n in owners.tolist()], found.words)
            found.rows.tags[found.unknown] = [self._ids[name] for name in found.words]
        self.tally.instances += found.rows.instances
        packed = pack_rows(found.rows.starts, found.rows.tags)
        path, scheme = self._listed.path, self._scheme
        # Column by column: a fifth of the time of building a row after the other.
        columns = (
            [path(row) for row in rows],
            [_digest(post.md5) for post in posts],
            [post.rating for post in posts],
            [scheme if post.rating else "" for post in posts],
            [p.score if type(p.score) is int else whole_number(p.score) for p in posts],
            [post.source or "" for post in posts],
            [SITE] * len(posts),
            [str(post.id) for post in posts],
            packed,
        )
        self._send(list(map(PostRow._make, zip(*columns, strict=True))))

    def _meet(self, posts: Sequence[Post], words: Sequence[str]) -> None:
        """Gives ids to names that were not met before, the frequent ones first.

        Args:
            posts: Of each of the words.
            words: The names, as often as they were met.
        """
        names = Counter(words)
        told: dict[str, Category | None] = {}
        for post, name in zip(posts, words, strict=True):
            if told.get(name) is None:
                told[name] = tag_category(post, name)
        told.update((name, kind) for name, kind in self._categories.items() if name in names)
        new: list[tuple[int, str, int]] = []
        kinds: list[tuple[int, int]] = []
        for name, _ in sorted(names.items(), key=lambda entry: (-entry[1], entry[0])):
            settled, kind = self._aliases.get(name, name), told.get(name)
            if settled not in self._stored:
                self._stored[settled] = self._next
                new.append((self._next, settled, int(kind or 0)))
                self._next += 1
            elif kind is not None:
                kinds.append((int(kind), self._stored[settled]))
            self._ids[name] = self._stored[settled]
        self._writing.append(self._library.tags.begin_to_add(new, kinds))
        self._words.add({name: self._ids[name] for name in names})

    def _send(self, rows: Sequence[PostRow]) -> None:
        """Puts rows in line to be written; waits where too many are."""
        new, changed = (rows, _NO_CHANGES) if self._fresh else self._compared(rows)
        self.tally.new += len(new)
        self.tally.changed += len(changed)
        if new or changed:
            self._writing.append(self._library.images.posts.write(new, changed))
        while len(self._writing) > IN_FLIGHT:
            self._writing.pop(0).result()

    def _compared(self, rows: Sequence[PostRow]) -> tuple[list[PostRow], list[tuple[int, PostRow]]]:
        """The rows that are new, and those that tell something else than is stored."""
        self.finish()  # of two posts of one image the second is to find the first
        known = self._library.images.posts.known([row.path for row in rows])
        new = [row for row in rows if row.path not in known]
        changed = []
        for row in rows:
            if row.path in known:
                image_id, state, *stored = known[row.path]
                if state == ImageState.GONE or tuple(stored) != tuple(row[2:]):
                    changed.append((int(image_id), row))
                else:
                    self.tally.unchanged += 1
        return new, changed

    def finish(self) -> None:
        """Waits until all is on disk."""
        while self._writing:
            self._writing.pop(0).result()

    def mark_gone(self) -> int:
        """Marks images whose files are not there any more; returns how many."""
        if self._began_empty:
            return 0
        gone = [
            image_id
            for image_id, path, state in self._library.images.posts.paths()
            if state != ImageState.GONE and not self._listed.holds(path)
        ]
        self._library.images.mark_gone(gone)
        return len(gone)

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


_NO_CHANGES: list[tuple[int, PostRow]] = []

_NOTHING = ("", "", None, "", "", "", b"")
"""What is known of an image that no post is about."""


def _digest(md5: str | None) -> bytes:
    """As much of an MD5 as a scan remembers to tell a changed file."""
    try:
        return bytes.fromhex((md5 or "")[:16])
    except ValueError:
        return b""


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
