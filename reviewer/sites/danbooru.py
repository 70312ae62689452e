"""Danbooru: an edit is merged into whatever the post has; a reply of 200 does not say it was.

Source: its `post_edit.rb`. The text of tags is a little language (`rating:e`, `-tag`), so every
word is checked by the policy before it comes here. With an empty `old_tag_string` the new one is
a plain difference: `tag` adds, `-tag` takes away, and nothing else is touched. Deprecated and
invalid tags are left out by the server with a warning; automatic and implied ones are put back.
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


class Danbooru(DanbooruClient):
    """A client of one Danbooru."""

    def __init__(self, url: str, user: str, key: str) -> None:
        """Takes the site's address, a login and its API key."""
        http = Http(url, user, auth=(user, key))
        super().__init__(
            TagRows(http, "search[name_comma]", "search[antecedent_name_comma]", ",", 1000)
        )

    def read(self, remote_id: str) -> RemotePost:
        """The post; it has no version."""
        return _post(self._http.get(place_of(remote_id)))

    def write(self, remote_id: str, before: RemotePost, edit: Edit, reason: str) -> None:
        """Sends the difference; the answer may show what was asked for, not what was stored."""
        tags, rating = without_rating(edit)
        form = {"post[rating]": rating[:1]} if rating else {}
        if not tags.empty:
            form |= {"post[tag_string]": difference(tags), "post[old_tag_string]": ""}
        self._http.send("PUT", place_of(remote_id), form=form)


def _post(answer: Json) -> RemotePost:
    if not isinstance(answer, dict) or not isinstance(answer.get("tag_string"), str):
        raise RefusedError("The answer is not a Danbooru post. Check the address and the post.")
    tags = frozenset(answer["tag_string"].split())
    return RemotePost(tags | rating_in(answer.get("rating"), "gsqe"))
