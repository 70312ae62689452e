"""Which pictures to decode, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.ui.pictures.decoding import THUMB_PX, PictureKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reviewer.core.review.session import ReviewSession
    from reviewer.ui.grid.view import GridView
    from reviewer.ui.pictures.view import ImageView

BYTES = 4
"""Of a decoded pixel."""
MOST_LIKELY = 24
"""Pictures decoded beyond the questions that are taken from the queues."""


def wanted(
    session: ReviewSession,
    view: ImageView,
    *,
    ahead: int,
    behind: int,
    room: int,
    thumbs: Iterable[int] = (),
) -> list[PictureKey]:
    """The pictures round the question on screen, the most urgent first.

    The question on screen comes first, in full resolution too while it is zoomed; then the next
    two, the one before, and the rest; then the small pictures of answers; last, as far as there
    is room, what is likely to follow.

    Args:
        session: What is shown and comes next.
        view: Where it is shown.
        ahead: Questions to look forward.
        behind: Questions to look back.
        room: Bytes for decoded pictures.
        thumbs: Image ids that a small picture is wanted of.
    """
    keys: list[PictureKey] = []
    current = session.current
    if current is not None:
        keys += keys_as_shown(view, current.image_id)
    coming = [view.key(question.image_id) for question in session.upcoming(ahead)]
    gone = [view.key(question.image_id) for question in session.trail.behind(behind)]
    keys += [*coming[:2], *gone[:1], *coming[2:], *gone[1:]]
    keys += [PictureKey(image_id, THUMB_PX, THUMB_PX) for image_id in thumbs]
    # Taking questions from the queues far ahead would fix their order before the answers that
    # change it; their pictures can be decoded without.
    size = view.key(0)
    fits = room // max(size.width * size.height * BYTES, 1) // 2 - len(keys)
    likely = session.feed.likely(min(fits, MOST_LIKELY)) if fits > 0 else []
    keys += [view.key(question.image_id) for question in likely]
    return list(dict.fromkeys(keys))


def keys_as_shown(view: ImageView, image_id: int) -> list[PictureKey]:
    """What to decode so that an image is sharp as it is shown now: fitted, and while zoomed too."""
    return [view.key(image_id), *([PictureKey(image_id)] if view.zoomed else [])]


def wanted_page(
    session: ReviewSession, view: GridView, *, thumbs: Iterable[int] = ()
) -> list[PictureKey]:
    """The pictures of a page and of the next one, the most urgent first.

    Args:
        session: What is shown and comes next.
        view: Where it is shown.
        thumbs: Image ids that a small picture is wanted of.
    """
    large = view.large.key()
    keys = [] if large is None else [large]
    page = session.pages.current
    keys += [view.key(question.image_id) for question in (page.questions if page else ())]
    keys += [view.key(question.image_id) for question in session.pages.upcoming()]
    keys += [PictureKey(image_id, THUMB_PX, THUMB_PX) for image_id in thumbs]
    return list(dict.fromkeys(keys))
