"""Which image of the collection a file is: answers belong to pictures, not to names of files.

Files are renamed, numbered anew, and replaced by other pictures under the same names. A file is
the image whose content it holds, wherever that was before. Where the content is new, it is the
image of its name as long as it shows the same picture (saved again, scaled, touched up); else the
image of that name is gone, its answers with it, and the file is a new image.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import SourceError
from reviewer.pictures import open_picture
from reviewer.store.images import SHA256_BYTES
from reviewer.store.scans import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from reviewer.jobs.imports.image_files import ImageFile
    from reviewer.store.images import KnownFile
    from reviewer.store.library import Library

SAME_BITS = 10
"""Bits of 64 in which the hashes of a picture and of what was made of it may differ. Of 450
pictures (drawings and two sets of icons) one in a hundred differs in more when it is saved at half
the size as JPEG of quality 60. Of pairs of different drawings fewer than one in a thousand differ
in less, of icons one in a hundred."""

LONGER = 1.1
"""A file that is this much longer for its width shows another picture."""

HASHED_PX = (512, 256, 128, 96)
"""Long sides at which a picture is hashed: a tagger's own is among them or near, and the hash of a
picture that is nearly plain depends on that. With all four each of 2,995 drawings that were saved
again was known, with the first alone three were not."""


@dataclass
class SameImages:
    """Tells which known image each file is.

    Attributes:
        replaced: Images whose names now belong to other pictures; filled while `match` runs.
    """

    library: Library
    images: Mapping[str, Path]
    known: Mapping[str, KnownFile]
    replaced: list[KnownFile] = field(default_factory=list)

    def match(self, files: Iterable[ImageFile]) -> Iterator[tuple[ImageFile, KnownFile | None]]:
        """Each file with the image that it is; `None` for a new one.

        Files with another content than their names had, and those whose content had another name,
        come last: who is who can be told only when all of them were read.
        """
        altered: list[ImageFile] = []
        for file in files:
            before = self.known.get(file.name)
            if before is None:
                late = file.sha256 in self._contents
            else:
                late = _was_read(before) and file.sha256 != before.sha256
            if late and not file.facts.problem:
                altered.append(file)
            else:
                yield file, before
        yield from self._settle(altered)

    @cached_property
    def _contents(self) -> frozenset[bytes]:
        """What the known images hold; worked out for the first file with a new name."""
        return frozenset(row.sha256 for row in self.known.values() if _was_read(row))

    def _settle(self, altered: list[ImageFile]) -> Iterator[tuple[ImageFile, KnownFile | None]]:
        names = {file.name for file in altered}
        # Images whose content is not where it was: their files are lost, or hold something else.
        free: dict[bytes, list[KnownFile]] = defaultdict(list)
        for name, row in self.known.items():
            if _was_read(row) and (name in names or name not in self.images):
                free[row.sha256].append(row)
        found = {file.name: rows.pop(0) for file in altered if (rows := free.get(file.sha256))}
        moved = {row.path for row in found.values()}
        rest = [file for file in altered if file.name not in found]
        claimed = [self.known[f.name] for f in rest if f.name in self.known and f.name not in moved]
        hashes = scanned_hashes(self.library, claimed)
        kept = set()
        for file in rest:
            before = self.known.get(file.name)
            if before is None or file.name in moved:
                continue
            if _shows_the_same(self.images[file.name], file, before, hashes.get(before.id)):
                found[file.name] = before
                kept.add(file.name)
        self.replaced += [
            self.known[name]
            for name in sorted(names)
            if name in self.known and name not in moved and name not in kept
        ]
        for file in altered:
            yield file, found.get(file.name)


def former_name(row: KnownFile) -> str:
    """What to call an image whose name belongs to another picture now."""
    return f"{row.path} (replaced, {row.sha256.hex()[:8]})"


def _was_read(row: KnownFile) -> bool:
    """Whether an import opened the file, so that its content is known."""
    return len(row.sha256) == SHA256_BYTES


def _shows_the_same(path: Path, file: ImageFile, before: KnownFile, known: int | None) -> bool:
    """Whether a file shows the picture that had its name before, as far as can be told."""
    if before.width and before.height:
        shape = file.facts.width / file.facts.height / (before.width / before.height)
        if not 1 / LONGER <= shape <= LONGER:
            return False
    if known is None:
        # No scan saw the picture before.
        return True
    # It needs nothing of torch.
    from model.images import difference_hash

    try:
        picture = open_picture(path, HASHED_PX[0])
    except SourceError:
        # The scan will set it aside; until then nothing is known of it.
        return True
    far = []
    for side in HASHED_PX:
        # From the one before: each is smaller.
        picture.thumbnail((side, side))
        far.append((difference_hash(np.asarray(picture)) ^ known).bit_count())
    return min(far) <= SAME_BITS


def scanned_hashes(library: Library, rows: Iterable[KnownFile]) -> dict[int, int]:
    """The difference hashes of images as the last scan saw them, by id; those that it saw."""
    wanted = {row.id: digest_of(row.sha256) for row in rows}
    hashes: dict[int, int] = {}
    if not wanted:
        return hashes
    for version in library.versions.all():
        files = library.scan(version.name)
        if files is not None:
            records = files.rows()
            ours = records[np.isin(records["image"], list(wanted))]
            hashes |= {
                image: seen for image, digest, seen in ours.tolist() if wanted[image] == digest
            }
    return hashes
