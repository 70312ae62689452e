"""e621 and e926: a difference is sent with a reason; locked tags win over every edit.

Source: its `posts_controller.rb` and `post.rb`. `tag_string_diff` is the whole edit; what it does
not name stays. The reply is 200 whatever the server left out, so the post is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sites.base import RemotePost
from reviewer.sites.danbooru_api import DanbooruClient, TagRows, difference, place_of
from reviewer.sites.errors import RefusedError
from reviewer.sites.http import Http, Json
from reviewer.sites.ratings import rating_in, without_rating

if TYPE_CHECKING:
    from reviewer.core.outbox import Edit

LONGEST_REASON = 250
"""Characters that the site keeps of a reason."""


class E621(DanbooruClient):
    """A client of one e621."""

    def __init__(self, url: str, user: str, key: str) -> None:
        """Takes the site's address, a login and its API key."""
        http = Http(url, user, auth=(user, key))
        # Names of aliases and implications are split at spaces; only newer versions take commas.
        super().__init__(TagRows(http, "search[name]", "search[antecedent_name]", " ", 320))

    def read(self, remote_id: str) -> RemotePost:
        """The post with the tags that are locked out; its `change_seq` is its version."""
        return _post(self._http.get(place_of(remote_id)))

    def write(self, remote_id: str, before: RemotePost, edit: Edit, reason: str) -> None:
        """Sends the difference with its reason; the answer does not tell what was left out."""
        tags, rating = without_rating(edit)
        form = {"post[edit_reason]": reason[:LONGEST_REASON]}
        if rating:
            form["post[rating]"] = rating[:1]
        if not tags.empty:
            form["post[tag_string_diff]"] = difference(tags)
        self._http.send("PATCH", place_of(remote_id), form=form)


def _post(answer: Json) -> RemotePost:
    post = answer.get("post", answer) if isinstance(answer, dict) else None
    groups = post.get("tags") if isinstance(post, dict) else None
    if not isinstance(post, dict) or not isinstance(groups, dict):
        raise RefusedError("The answer is not an e621 post. Check the address and the post.")
    tags = frozenset(str(tag) for group in groups.values() for tag in group)
    locked = post.get("locked_tags") or []
    words = locked.split() if isinstance(locked, str) else [str(word) for word in locked]
    denied = frozenset(word[1:] for word in words if word.startswith("-"))
    tags |= rating_in(post.get("rating"), "sqe")
    return RemotePost(tags, str(post.get("change_seq", "")), denied)
