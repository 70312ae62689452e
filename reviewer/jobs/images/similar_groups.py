"""Duplicates and variant sets of a collection, as a table and as a page with the pictures."""

from __future__ import annotations

import csv
import html
import io
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from reviewer.core.nearest import bits_apart
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.pages.html import page
from reviewer.jobs.scans.there import present_rows, scanned
from reviewer.store.disk import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.store.library import Library

LIKE = 0.98
"""Cosine from which on two images that are each other's nearest belong together."""
NEAREST = 5
"""Among so many nearest each must have the other."""
SHOWN = 500
"""Groups on the page; the table has all of them."""


class Relation(StrEnum):
    """What an image of a group is to the group's first."""

    FIRST = "first"
    COPY = "copy"
    """The same picture, laid over each other."""
    HASH = "near by hash"
    """Nearly the same picture: a variant, or a copy that was not compared yet."""
    SITE = "parent or child"
    """The site says that they belong together."""
    LOOK = "alike"
    """Each other's nearest by embedding, in this group through it alone."""


@dataclass(frozen=True, slots=True)
class Member:
    """One image of a group.

    Attributes:
        bits: In which its hash differs from that of the group's first.
    """

    image_id: int
    path: str
    relation: Relation
    bits: int


Group = tuple[Member, ...]


def find_groups(library: Library, listener: Listener, *, like: float = LIKE) -> list[Group]:
    """Images that belong together, the largest group first.

    By hash, by what the site says of parents and children, and, where a refresh has found each
    image's nearest ones, by embedding.

    Args:
        library: A collection with a scan.
        listener: Hears of progress.
        like: Cosine from which on two images belong together; above 1 for never.

    Raises:
        UsageError: Nothing is scanned.
    """
    from model.split import group_duplicates

    name, files = scanned(library)
    paths = {image_id: path for image_id, path, _ in library.images.askable()}
    records = files.rows()[present_rows(library, files)]
    ids, hashes = records["image"].astype(np.int64), records["hash"]
    with stage(listener, "groups", 0, "images"):
        by_hash = group_duplicates(hashes)
        known = library.copies.compared()
        links = [*library.facts.families(), *_alike(library, name, like)]
        together = _joined(ids, by_hash, links)
    copies = frozenset(known_copies(library, known))
    families = {frozenset(pair) for pair in library.facts.families()}
    found = []
    for rows in _several(together):
        first = int(ids[rows[0]])
        members = [Member(first, paths[first], Relation.FIRST, 0)]
        bits = bits_apart(hashes[rows], int(hashes[rows[0]])).tolist()
        for row, far in zip(rows[1:], bits[1:], strict=True):
            pair = frozenset((first, int(ids[row])))
            relation = Relation.LOOK
            if pair in copies:
                relation = Relation.COPY
            elif by_hash[row] == by_hash[rows[0]]:
                relation = Relation.HASH
            elif pair in families:
                relation = Relation.SITE
            members.append(Member(int(ids[row]), paths[int(ids[row])], relation, far))
        found.append(tuple(members))
    return sorted(found, key=lambda group: (-len(group), group[0].image_id))


def known_copies(library: Library, compared: Iterable[tuple[int, int]]) -> Iterable[frozenset[int]]:
    """Pairs of images that were laid over each other and are the same picture."""
    firsts = {first for first, _ in compared}
    return (frozenset((one, other)) for one in firsts for other in library.copies.of(one))


def _alike(library: Library, version: str, like: float) -> list[tuple[int, int]]:
    """Pairs of image ids that are among each other's nearest, and near enough."""
    crossfit = library.crossfit(version).load()
    if crossfit is None:
        return []
    near = np.asarray(crossfit.neighbours[:, :NEAREST])
    close = np.asarray(crossfit.similarities[:, :NEAREST]) >= like
    rows, columns = np.nonzero(close & (near >= 0))
    others = near[rows, columns].astype(np.int64)
    count = len(crossfit.images)
    keys, back = rows * count + others, others * count + rows
    mutual = np.isin(keys, back) & (rows < others)
    images = np.asarray(crossfit.images)
    return list(zip(images[rows[mutual]].tolist(), images[others[mutual]].tolist(), strict=True))


def _joined(
    ids: NDArray[np.int64], groups: NDArray[np.int64], links: Sequence[tuple[int, int]]
) -> NDArray[np.int64]:
    """(N,) group numbers when images that are linked are put together too."""
    pairs = np.array(links, np.int64).reshape(-1, 2)
    pairs = pairs[np.isin(pairs, ids).all(axis=1)]
    places = np.searchsorted(ids, pairs)
    count = int(groups.max()) + 1 if len(groups) else 0
    edges = groups[places]
    graph = sparse.coo_matrix((np.ones(len(edges), bool), (edges[:, 0], edges[:, 1])), (count,) * 2)
    _, component = connected_components(graph, directed=False)
    joined: NDArray[np.int64] = component[groups].astype(np.int64)
    return joined


def _several(groups: NDArray[np.int64]) -> list[list[int]]:
    """Rows of each group that has more than one."""
    members = defaultdict(list)
    sizes = np.bincount(groups) if len(groups) else np.zeros(0, np.int64)
    for row in np.flatnonzero(sizes[groups] > 1).tolist():
        members[int(groups[row])].append(row)
    return list(members.values())


def group_lines(groups: Sequence[Group]) -> list[str]:
    """What was found, for a terminal."""
    images = sum(len(group) for group in groups)
    copies = [group for group in groups if all(m.relation is Relation.COPY for m in group[1:])]
    told = (
        f"{len(groups):,} groups of {images:,} images belong together; in {len(copies):,} all are "
        "copies of one picture, the others are variant sets."
    )
    lines = [told]
    for relation in Relation:
        count = sum(member.relation is relation for group in groups for member in group)
        if count and relation is not Relation.FIRST:
            lines.append(f"{count:>8,}  {relation}")
    lines += [
        f"{len(group)} images: " + ", ".join(member.path for member in group[:4])
        for group in groups[:10]
    ]
    return lines


def write_groups(library: Library, groups: Sequence[Group], target: Path) -> ChangeSet:
    """Writes `groups.csv` and `groups.html`.

    Args:
        library: For its name, and where the files are.
        groups: What belongs together.
        target: A folder; it is made if it is not there.

    Raises:
        StoreError: It cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["group", "image_id", "relative_path", "relation", "bits"])
    for number, group in enumerate(groups, start=1):
        writer.writerows((number, m.image_id, m.path, m.relation, m.bits) for m in group)
    body = "".join(_group_html(library.folder, group) for group in groups[:SHOWN])
    note = f"{len(groups):,} groups; the first {min(len(groups), SHOWN):,} are shown here."
    whole = page(f"{library.name}: what belongs together", f'<p class="note">{note}</p>{body}')
    for name, content in (("groups.csv", text.getvalue()), ("groups.html", whole)):
        write_whole(target / name, content)
    return ChangeSet(
        summary={
            "groups": len(groups),
            "images": sum(len(group) for group in groups),
            "report": str(target / "groups.html"),
        }
    )


def _group_html(folder: Path, group: Group) -> str:
    cells = "".join(
        f'<figure style="margin:0"><img loading="lazy" height="180" '
        f'src="{(folder / member.path).as_uri()}" '
        f'alt="{html.escape(member.path)}"><figcaption class="note">{html.escape(member.path)}'
        f"<br>{member.relation}, {member.bits} bits</figcaption></figure>"
        for member in group
    )
    return (
        f"<h2>{len(group)} images</h2>"
        f'<div style="display:flex;flex-wrap:wrap;gap:1rem">{cells}</div>'
    )
