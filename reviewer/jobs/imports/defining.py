"""Takes in what tags mean, and which tags lists know beside those of the collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.types import ChangeSet
from reviewer.sources.definitions import read_definitions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reviewer.jobs.context import Listener
    from reviewer.sources.base import Reading
    from reviewer.store.library import Library


def define_tags(library: Library, listener: Listener, files: Sequence[Path]) -> ChangeSet:
    """Stores the definitions of the collection's tags from dumps of a wiki.

    A page under another name of a tag defines that tag, unless its own name has a page.

    Args:
        library: The collection; its notes stay as they are.
        listener: Hears what was found.
        files: Dumps, the later ones stand above the earlier ones.

    Raises:
        SourceError: A file cannot be read or holds no pages.
        StoreError: The collection cannot be written.
    """
    vocabulary = library.vocabulary()
    defined: dict[int, str] = {}
    for file in files:
        pages = read_definitions(file)
        own = {tag.id: pages[name] for name, tag in vocabulary.by_name.items() if name in pages}
        others = {
            tag_id: pages[alias] for alias, tag_id in vocabulary.aliases.items() if alias in pages
        }
        defined |= {**others, **own}
        listener.note(
            f"{len(pages):,} definitions in {file.name}; {len({**others, **own}):,} are of tags "
            "of this collection."
        )
    library.aids.texts.add_definitions(defined)
    return ChangeSet(tags=True, summary={"definitions": len(defined)})


def take_lists(library: Library, reading: Reading) -> None:
    """Keeps the names of imported lists of tags, to complete to them, and what is deprecated.

    Raises:
        StoreError: The collection cannot be written.
    """
    tags = {
        name: (reading.categories[name], posts)
        for name, posts in reading.listed.items()
        if name in reading.categories
    }
    library.aids.listed.add(tags, reading.aliases)
    library.tags.note_deprecated(reading.deprecated)
