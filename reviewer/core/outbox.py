"""The outbox: edits on their way to a site, and what to do with one after a look at the post.

An entry is one image's edit for one destination. It is looked at before it is written: what the
post has now decides between writing, nothing to do, and a conflict that a person settles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class EntryState(StrEnum):
    """Where an edit is on its way."""

    DRAFT = "draft"
    """Shown in a diff; nothing was asked for yet."""
    QUEUED = "queued"
    """A person said Send."""
    SENDING = "sending"
    """A write was begun and its outcome is not known: looked at before anything else."""
    DONE = "done"
    NO_CHANGE = "no change"
    """The post was already as wanted."""
    CONFLICT = "conflict"
    """Somebody changed a part of it meanwhile; a person settles it."""
    FAILED = "failed"
    """Refused by the site, or not applied as asked."""
    CANCELLED = "cancelled"


Tags = frozenset[str]
NOTHING: Tags = frozenset()


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to change, in the words of the destination.

    Attributes:
        add: Tags that the post is to have.
        remove: Tags that it is to lose.
        follows: Tags that the site may add by itself because of `add`; never sent.
        new: Tags of `add` that the site does not know yet.
    """

    add: Tags = NOTHING
    remove: Tags = NOTHING
    follows: Tags = NOTHING
    new: Tags = NOTHING

    @property
    def empty(self) -> bool:
        """Whether there is nothing to change."""
        return not self.add and not self.remove


@dataclass(frozen=True, slots=True)
class Entry:
    """One edit of one post, as stored.

    Attributes:
        batch: Number of the plan or undo that it belongs to.
        path: Of the image, relative to the collection's folder.
        remote_id: How the destination names the post.
        problem: Why it waits, failed or is a conflict, for people; in a draft what the look showed.
        settled: A person looked at the conflict and wants the rest of the edit sent.
        new_allowed: A person allowed tags that the site does not know.
        attempts: Tries so far.
        next_try: Unix time in milliseconds before which it is not tried again.
        before: Tags of the post when the last write began; `None` if none was begun.
        after: Tags of the post when the entry was settled.
        did_add, did_remove: What really changed, for undo.
        undoes: Id of the entry that this one takes back; `None` for none.
        changed_at: Unix time in milliseconds of the last change of state.
    """

    id: int
    batch: int
    destination: str
    image_id: int
    path: str
    remote_id: str
    edit: Edit
    state: EntryState = EntryState.DRAFT
    problem: str = ""
    settled: bool = False
    new_allowed: bool = False
    attempts: int = 0
    next_try: int = 0
    before: Tags | None = None
    before_version: str = ""
    after: Tags | None = None
    after_version: str = ""
    did_add: Tags = NOTHING
    did_remove: Tags = NOTHING
    undoes: int | None = None
    changed_at: int = 0


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that corrections are written back to, as a person set it up.

    Attributes:
        name: The person's own name for it; also that of its key in the keyring.
        kind: A name out of the table of sites ("szurubooru").
        url: Where it is, without a slash at the end; empty for files.
        user: Login; empty where the key alone tells.
        service: Hydrus: the tag service that is written to.
        site: What imported images call the site ("danbooru"); empty for the kind's usual words.
        daily_cap: Most writes in 24 hours; 0 for the policy's own.
        approved_by: Who of the site's staff agreed to edits in batches; empty for nobody.
        paused: Nothing is sent until it is resumed.
    """

    name: str
    kind: str
    url: str = ""
    user: str = ""
    service: str = ""
    site: str = ""
    daily_cap: int = 0
    approved_by: str = ""
    paused: bool = False


class Verdict(StrEnum):
    """What a look at the post calls for."""

    WRITE = "write"
    AS_WANTED = "as wanted"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Look:
    """The judgement of an edit against the post as it is.

    Attributes:
        write: What of the edit is left to write.
        there, gone: What of it was done by somebody else.
        denied: Tags to add that somebody keeps off the post.
    """

    verdict: Verdict
    write: Edit = field(default_factory=Edit)
    there: Tags = NOTHING
    gone: Tags = NOTHING
    denied: Tags = NOTHING

    @property
    def sentence(self) -> str:
        """Why it is a conflict, for people."""
        parts = []
        if self.there:
            parts.append(f"{names(self.there)} was added by somebody else")
        if self.gone:
            parts.append(f"{names(self.gone)} was taken away by somebody else")
        if self.denied:
            parts.append(f"{names(self.denied)} is kept off the post on purpose")
        return "; ".join(parts)


def judge(edit: Edit, now: Tags, *, denied: Tags = NOTHING, settled: bool = False) -> Look:
    """Compares an edit with the post as it is.

    Sites that merge never report a conflict: where a tag that is to go is already gone, somebody
    chose something else for it, and adding ours beside it would be wrong (`blue_hair` to
    `green_hair` there, to `aqua_hair` here).

    Args:
        edit: What is wanted.
        now: Tags of the post.
        denied: Tags that somebody deleted from the post on purpose.
        settled: A person saw the conflict and wants the rest written.
    """
    there, gone = edit.add & now, edit.remove - now
    rest = Edit(edit.add - there, edit.remove - gone, edit.follows, edit.new - there)
    if rest.empty:
        return Look(Verdict.AS_WANTED, rest)
    refused = edit.add & denied
    if (there or gone or refused) and not settled:
        return Look(Verdict.CONFLICT, rest, there, gone, refused)
    return Look(Verdict.WRITE, rest)


def in_words_of(edit: Edit, there: Tags, key: Callable[[str], str]) -> Edit:
    """An edit with its tags as the post writes them, where it has them.

    Hydrus may hold `hatsune_miku` without its namespace, or with spaces: one tag to a person.

    Args:
        edit: As this program would write it.
        there: Tags of the post, now and when a write was begun.
        key: The name of a tag, from how the site writes it.
    """
    words: dict[str, set[str]] = {}
    for tag in there:
        words.setdefault(key(tag), set()).add(tag)
    return Edit(
        frozenset(word for tag in edit.add for word in words.get(key(tag), {tag})),
        frozenset(word for tag in edit.remove for word in words.get(key(tag), {tag})),
        edit.follows,
        edit.new,
    )


@dataclass(frozen=True, slots=True)
class Effect:
    """What a write changed.

    Attributes:
        added, removed: What of the edit took place; what undo takes back.
        extra: Tags that appeared beside it, by the site or by somebody else.
        refused: What the site did not apply, in words; empty if all was.
    """

    added: Tags
    removed: Tags
    extra: Tags
    refused: str


def effect(edit: Edit, before: Tags, after: Tags) -> Effect:
    """What an edit changed in a post, told from the post before and after.

    Only what was asked for, or follows from it, counts as ours: another person's edit in the
    same second is theirs.
    """
    added = (after - before) & (edit.add | edit.follows)
    removed = (before - after) & edit.remove
    missing, left = edit.add - after, edit.remove & after
    parts = []
    if missing:
        parts.append(f"{names(missing)} was not added")
    if left:
        parts.append(f"{names(left)} was not taken away")
    return Effect(added, removed, after - before - added, "; ".join(parts))


FIRST_WAIT_MS, LONGEST_WAIT_MS = 1000, 300_000


def backoff_ms(attempt: int, jitter: float) -> int:
    """How long to wait before the next try: doubled each time, and spread.

    Args:
        attempt: Failed tries so far, from 1.
        jitter: Uniform in 0..1.
    """
    usual = min(FIRST_WAIT_MS * 2 ** min(attempt - 1, 20), LONGEST_WAIT_MS)
    return int(usual * (0.5 + jitter))


def names(tags: Tags, most: int = 4) -> str:
    """A few tags in words, in order of name."""
    listed = sorted(tags)
    text = ", ".join(listed[:most])
    return text if len(listed) <= most else f"{text} and {len(listed) - most} more"
