"""Which pictures to decode, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.ui.image_loader import THUMB_PX, PictureKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reviewer.core.session import ReviewSession
    from reviewer.ui.grid_view import GridView
    from reviewer.ui.image_view import ImageView


def wanted(
    session: ReviewSession,
    view: ImageView,
    *,
    ahead: int,
    behind: int,
    thumbs: Iterable[int] = (),
) -> list[PictureKey]:
    """The pictures round the question on screen, the most urgent first.

    The question on screen comes first, in full resolution too while it is zoomed; then the next
    two, the one before, and the rest; last the small pictures of answers.

    Args:
        session: What is shown and comes next.
        view: Where it is shown.
        ahead: Questions to look forward.
        behind: Questions to look back.
        thumbs: Image ids that a small picture is wanted of.
    """
    keys: list[PictureKey] = []
    current = session.current
    if current is not None:
        keys.append(view.key(current.image_id))
        if view.zoomed:
            keys.append(PictureKey(current.image_id))
    coming = [view.key(question.image_id) for question in session.upcoming(ahead)]
    gone = [view.key(question.image_id) for question in session.trail.behind(behind)]
    keys += [*coming[:2], *gone[:1], *coming[2:], *gone[1:]]
    keys += [PictureKey(image_id, THUMB_PX, THUMB_PX) for image_id in thumbs]
    return list(dict.fromkeys(keys))


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
