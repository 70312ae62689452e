"""What a destination would be sent: a plan of the answers, made without asking anybody.

Only what a person answered is ever in a plan, with what follows from an answer with certainty: a
Yes to `cat_ears` is a Yes to `animal_ears`, a No to `animal_ears` a No to `cat_ears`. A score
alone never is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reviewer.core.choices.ratings import is_rating, rating_tag
from reviewer.core.labels import effective_tags, settled
from reviewer.core.outbox import Destination, Edit, Tags
from reviewer.core.types import Answer, Decision, ImageState, Origin
from reviewer.jobs.writing.places import reader, writer
from reviewer.sites.policy import KnownBy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Image
    from reviewer.sites.policy import Policy
    from reviewer.store.library import Library


NOT_LOOKED_AT = frozenset({Origin.COPY, Origin.BATCH})
"""Answers that were carried over to an image that was not on screen."""

DISPUTED = "reviewers answered it differently; the queue Disagreements settles it"
"""Why an answer is not sent that another reviewer contradicts."""

SIMULATED = "simulated"
"""Reviewer of answers that the program gave to itself."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A change that is not sent, with the reason for people.

    Attributes:
        path: Of the image.
        tag: As the destination writes it; empty where the whole image is skipped.
        action: "add" or "remove"; empty for the whole image.
    """

    path: str
    tag: str
    action: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlannedEdit:
    """One image's edit.

    Attributes:
        remote_id: Of its post; empty where it is not known yet.
        problem: What a look at the post showed; empty before one.
        version: Of the post as the plan saw it; empty where that is not known.
    """

    image_id: int
    path: str
    sha256: str
    remote_id: str
    edit: Edit
    problem: str = ""
    version: str = ""


@dataclass(slots=True)
class Plan:
    """All that a destination would be sent.

    Attributes:
        waiting: Paths of images whose last edit is still on its way.
        looked: Whether the posts were looked at.
    """

    destination: str
    edits: list[PlannedEdit] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    looked: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """Figures for people."""
        return {
            "images": len(self.edits),
            "adds": sum(len(e.edit.add) for e in self.edits),
            "removes": sum(len(e.edit.remove) for e in self.edits),
            "new_tags": sum(len(e.edit.new) for e in self.edits),
            "conflicts": sum(bool(e.problem) for e in self.edits),
            "skipped": len(self.skipped),
            "on_their_way": len(self.waiting),
        }


def make_plan(library: Library, destination: Destination, policy: Policy) -> Plan:
    """Compares the answers with what the destination is known to have.

    What it has is what the last edit left there, else the original tags.

    Args:
        library: The collection.
        destination: Where to.
        policy: Its rules.
    """
    plan = Plan(destination.name)
    vocabulary = library.vocabulary()
    aliases = {alias: vocabulary.name(tag_id) for alias, tag_id in vocabulary.aliases.items()}
    read = reader(policy.style, aliases)
    judge = _Judge(vocabulary, policy, plan)
    answers, others = _answers(library)
    seen = library.outbox.seen(destination.name)
    busy = library.outbox.open_posts(destination.name)
    left_alone = library.outbox.left_alone(destination.name)
    for image_id in sorted(answers.keys() | others.keys()):
        image = library.images.get(image_id)
        judge.leave_out(image.path, others.get(image_id, {}))
        given = answers.get(image_id)
        if not given or image.state is ImageState.GONE:
            continue
        remote_id, left = seen.get(image_id, (_post_of(image, destination, policy), None))
        if remote_id and remote_id in busy:
            plan.waiting.append(image.path)
            continue
        original = library.images.original_tags(image_id)
        there = _names_there(left, original, vocabulary, read)
        if left is None and policy.ratings:
            there |= _rating_there(image)
        given = judge.still_wanted(image.path, given, left_alone.get(image_id, {}))
        edit = judge.edit(image.path, _words(given), original, there)
        if not edit.empty:
            plan.edits.append(
                PlannedEdit(image_id, image.path, image.sha256.hex(), remote_id, edit)
            )
    plan.edits.sort(key=lambda edit: edit.path)
    plan.skipped.sort(key=lambda skipped: skipped.path)
    return plan


Answers = dict[int, dict[int, Decision]]
"""By image id and tag id."""


def _answers(library: Library) -> tuple[Answers, Answers]:
    """The live answers that a person gave with the image on screen, and all the others.

    What reviewers disagree about is among the others until it is settled.
    """
    people: Answers = {}
    others: Answers = {}
    disputed = library.reviewers.open_pairs()
    for decision in library.decisions.live():
        sure = _is_a_persons(decision) and decision.pair not in disputed
        answers = people if sure else others
        answers.setdefault(decision.image_id, {})[decision.tag_id] = decision
    return people, others


def _is_a_persons(decision: Decision) -> bool:
    return decision.reviewer != SIMULATED and decision.origin not in NOT_LOOKED_AT


def _words(given: Mapping[int, Decision]) -> dict[int, Answer]:
    return {tag_id: decision.answer for tag_id, decision in given.items()}


def _names_there(
    left: Tags | None,
    original: frozenset[int],
    vocabulary: Vocabulary,
    read: Callable[[str], str],
) -> Tags:
    if left is None:
        return frozenset(vocabulary.name(tag_id) for tag_id in original)
    return frozenset(read(tag) for tag in left)


def _rating_there(image: Image) -> Tags:
    """The rating that the metadata give a post, as the tag that stands for it."""
    name = rating_tag(image.rating, image.rating_scheme)
    return frozenset({name} if name else ())


def _post_of(image: Image, destination: Destination, policy: Policy) -> str:
    """How a destination names the post of an image; empty where that is not known."""
    if policy.known_by is KnownBy.HASH:
        return image.sha256.hex()
    if policy.known_by is KnownBy.PATH:
        return image.path
    words = {destination.site} if destination.site else policy.words_at(destination.url)
    return image.remote_id if image.site and image.site in words else ""


def _action(answer: Answer) -> str:
    return "add" if answer is Answer.YES else "remove"


class _Judge:
    """Turns the answers of one image after the other into edits."""

    def __init__(self, vocabulary: Vocabulary, policy: Policy, plan: Plan) -> None:
        self._vocabulary = vocabulary
        self._policy = policy
        self._plan = plan
        self._write = writer(policy.style)

    def edit(
        self, path: str, given: Mapping[int, Answer], original: frozenset[int], there: Tags
    ) -> Edit:
        """What the answers of an image change in the tags that are there."""
        implications = self._vocabulary.implications
        known = settled(given, implications)
        add: set[int] = set()
        remove: set[int] = set()
        follows: set[int] = set()
        for tag_id, answer in known.items():
            name = self._vocabulary.name(tag_id)
            if answer is Answer.YES and name not in there:
                # A site that adds it itself is not told; it may, and undo takes it back.
                own = tag_id in given or not self._policy.implies
                (add if own else follows).add(tag_id)
            elif answer is Answer.NO and name in there:
                remove.add(tag_id)
        if self._policy.implies:
            for tag_id in sorted(remove):
                if self._is_implied(tag_id, known, there):
                    remove.discard(tag_id)
                    self._skip(path, tag_id, "remove", "another tag that stays implies it")
        orphans = original - effective_tags(original, given, implications) - set(known)
        for tag_id in sorted(orphans):
            if self._vocabulary.name(tag_id) in there:
                self._skip(path, tag_id, "remove", "nobody answered it: it only lost its child")
        added = self._allowed(path, add, "add")
        removed = self._allowed(path, remove, "remove")
        if self._policy.ratings and not any(map(is_rating, added)):
            # A post always has a rating: it is replaced, never taken away.
            removed = frozenset(tag for tag in removed if not is_rating(tag))
        return Edit(
            added,
            removed,
            frozenset(self._word(tag_id) for tag_id in follows),
        )

    def leave_out(self, path: str, answers: Mapping[int, Decision]) -> None:
        """Notes answers that are never sent: nobody looked at the image, or reviewers differ."""
        for tag_id, decision in sorted(answers.items()):
            if decision.answer is not Answer.UNSURE:
                looked = _is_a_persons(decision)
                reason = DISPUTED if looked else "nobody looked at it on this image"
                self._skip(path, tag_id, _action(decision.answer), reason)

    def still_wanted(
        self, path: str, given: Mapping[int, Decision], left_alone: Mapping[str, int]
    ) -> dict[int, Decision]:
        """The answers without those whose edit was taken back, or left as the site has it."""
        kept = {}
        for tag_id, decision in given.items():
            if decision.answered_at < left_alone.get(self._word(tag_id), 0):
                reason = "taken back or left as it is there; answer it again to send it"
                self._skip(path, tag_id, _action(decision.answer), reason)
            else:
                kept[tag_id] = decision
        return kept

    def _is_implied(self, tag_id: int, known: Mapping[int, Answer], there: Tags) -> bool:
        """Whether a tag that the post keeps or gets brings this one back."""
        return any(
            known.get(child) is Answer.YES
            or (known.get(child) is not Answer.NO and self._vocabulary.name(child) in there)
            for child in self._vocabulary.implications.descendants(tag_id)
        )

    def _allowed(self, path: str, tag_ids: set[int], action: str) -> Tags:
        kept = set()
        for tag_id in sorted(tag_ids):
            reason = self._policy.refusal(self._word(tag_id))
            if reason:
                self._skip(path, tag_id, action, reason)
            else:
                kept.add(self._word(tag_id))
        return frozenset(kept)

    def _word(self, tag_id: int) -> str:
        tag = self._vocabulary.tags.get(tag_id)
        name = self._vocabulary.name(tag_id)
        return self._write(name, tag.category if tag else None)

    def _skip(self, path: str, tag_id: int, action: str, reason: str) -> None:
        self._plan.skipped.append(Skipped(path, self._word(tag_id), action, reason))
