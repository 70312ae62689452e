"""The Hydrus client: tags of a file on one service, added and deleted by idempotent actions.

Source: its `developer_api.md`. There is no locking and no reply. What somebody deleted on purpose
stays deleted (`override_previously_deleted_mappings` is false), and a delete leaves no new record
where there was no tag (`create_new_deleted_mappings` is false): that guards both kinds of edit.
An unknown file is answered with 200 and nothing, so the file is looked for first.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reviewer.core.outbox import NOTHING, Edit, Tags
from reviewer.sites.base import FileHash, RemotePost
from reviewer.sites.errors import NoPostError, RefusedError
from reviewer.sites.http import Http, HttpClient, Json
from reviewer.sites.live import LivePost

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

ADD, DELETE = "0", "1"
"""Actions on a local tag service."""
CURRENT, DELETED = "0", "2"
"""Kinds of stored tags."""

PEND, RESCIND_PEND, PETITION, RESCIND_PETITION = "2", "3", "4", "5"
"""Actions on a tag repository: what is asked of it, and what is no longer asked."""
PENDING, PETITIONED = "1", "3"
"""Kinds of a repository's stored tags: asked to be added, and to be removed."""

LOCAL_TAGS, REPOSITORY = 5, 0
"""Types of tag services. What goes to a repository waits in the client, where the person looks at
it once more and uploads it: nothing is committed from here."""


class Hydrus(HttpClient):
    """A client of one Hydrus client."""

    files_at_once = 100

    def __init__(self, url: str, service: str, key: str) -> None:
        """Takes the client's address, a tag service (key or name), and an access key."""
        headers = {"Hydrus-Client-API-Access-Key": key}
        super().__init__(Http(url, "", headers=headers))
        self._service = service
        self._key = ""
        self._shared = False

    def find(self, file: FileHash) -> str | None:
        """The file's SHA-256, where Hydrus has the file."""
        return file.sha256 if self._metadata(file.sha256) is not None else None

    def posts(self, files: Sequence[FileHash]) -> Mapping[str, LivePost]:
        """The files that Hydrus has, with their tags on the service, by their SHA-256."""
        service = self._service_key()
        found = {}
        for row in self._rows([file.sha256 for file in files]):
            if row.get("file_id") is None or not row.get("is_local"):
                continue
            stored = row.get("tags", {}).get(service, {}).get("storage_tags", {})
            sha256 = str(row.get("hash", ""))
            urls = row.get("known_urls") or [""]
            tags = tuple((tag, "") for tag in sorted(_will_be(stored)))
            found[sha256] = LivePost(sha256, tags, source=str(urls[0]))
        return found

    def read(self, remote_id: str) -> RemotePost:
        """The file's tags on the service, and those deleted from it.

        At a repository what was asked of it counts as done: it waits to be uploaded.
        """
        stored = self._stored(remote_id)
        return RemotePost(_will_be(stored), denied=_kind(stored, DELETED))

    def write(self, remote_id: str, before: RemotePost, edit: Edit, reason: str) -> None:
        """Adds and deletes, or pends and petitions; the answer is empty."""
        actions: dict[str, list[Json]] = {ADD: sorted(edit.add), DELETE: sorted(edit.remove)}
        # Which kind of service it is, is known once its key was looked up.
        if self._service_key() and self._shared:
            actions = _asked(self._stored(remote_id), edit, reason)
        again = bool(edit.add & before.denied)
        body = {
            "hash": remote_id,
            "service_keys_to_actions_to_tags": {
                self._service_key(): {action: tags for action, tags in actions.items() if tags}
            },
            # Only where a person saw that it was deleted, and wants it nevertheless.
            "override_previously_deleted_mappings": again,
            "create_new_deleted_mappings": False,
        }
        self._http.send("POST", "/add_tags/add_tags", body=body)

    def known(self, tags: Collection[str]) -> Mapping[str, str | None]:
        """Tags that are on some file of the service."""
        return {tag: tag if self._is_used(tag) else None for tag in tags}

    def brought(self, added: Tags, extra: Tags) -> Tags:
        """Nothing: parents and siblings change what is shown, not what is stored."""
        return NOTHING

    def _rows(self, hashes: list[str]) -> list[dict[str, Json]]:
        answer = self._http.get(
            "/get_files/file_metadata",
            {"hashes": json.dumps(hashes), "create_new_file_ids": "false"},
        )
        rows = answer.get("metadata") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise RefusedError("The answer is not Hydrus's. Check the address.")
        return [row for row in rows if isinstance(row, dict)]

    def _metadata(self, sha256: str) -> dict[str, Json] | None:
        rows = self._rows([sha256])
        row = rows[0] if rows else {}
        return row if row.get("file_id") is not None and row.get("is_local") else None

    def _stored(self, sha256: str) -> dict[str, Json]:
        """The file's tags on the service by kind.

        Raises:
            NoPostError: Hydrus does not have the file.
        """
        held = self._metadata(sha256)
        if held is None:
            raise NoPostError(f"Hydrus does not have the file {sha256[:12]}...")
        found = held.get("tags", {}).get(self._service_key(), {}).get("storage_tags", {})
        return found if isinstance(found, dict) else {}

    def _is_used(self, tag: str) -> bool:
        wanted = {"search": tag, "tag_service_key": self._service_key()}
        answer = self._http.get("/add_tags/search_tags", {**wanted, "tag_display_type": "storage"})
        rows = answer.get("tags", []) if isinstance(answer, dict) else []
        return any(row.get("value") == tag and row.get("count", 0) > 0 for row in rows)

    def _service_key(self) -> str:
        if not self._key:
            self._key = self._find_service()
        return self._key

    def _find_service(self) -> str:
        answer = self._http.get("/get_services")
        services = answer.get("services", {}) if isinstance(answer, dict) else {}
        named = {
            key: str(held.get("name", ""))
            for key, held in services.items()
            if held.get("type") in {LOCAL_TAGS, REPOSITORY}
        }
        for key, name in named.items():
            if self._service in {key, name}:
                self._shared = services[key].get("type") == REPOSITORY
                return str(key)
        there = ", ".join(sorted(named.values())) or "none"
        raise RefusedError(f"Hydrus has no tag service {self._service!r}. It has: {there}.")


def _kind(stored: Mapping[str, Json], kind: str) -> frozenset[str]:
    return frozenset(map(str, stored.get(kind, [])))


def _will_be(stored: Mapping[str, Json]) -> frozenset[str]:
    """The tags that a file has, and will have once what waits is uploaded."""
    return (_kind(stored, CURRENT) | _kind(stored, PENDING)) - _kind(stored, PETITIONED)


def _asked(stored: Mapping[str, Json], edit: Edit, reason: str) -> dict[str, list[Json]]:
    """An edit as a repository takes it; what waits and is no longer wanted is rescinded."""
    pending, petitioned = _kind(stored, PENDING), _kind(stored, PETITIONED)
    return {
        PEND: sorted(edit.add - petitioned),
        RESCIND_PETITION: sorted(edit.add & petitioned),
        PETITION: [[tag, reason] for tag in sorted(edit.remove - pending)],
        RESCIND_PEND: sorted(edit.remove & pending),
    }
