"""The clients by kind of destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sites.danbooru import Danbooru
from reviewer.sites.e621 import E621
from reviewer.sites.hydrus import Hydrus
from reviewer.sites.moebooru import Moebooru
from reviewer.sites.szurubooru import Szurubooru

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reviewer.core.outbox import Destination
    from reviewer.sites.base import Site

CLIENTS: Mapping[str, Callable[[Destination, str], Site]] = {
    "szurubooru": lambda place, key: Szurubooru(place.url, place.user, key),
    "danbooru": lambda place, key: Danbooru(place.url, place.user, key),
    "e621": lambda place, key: E621(place.url, place.user, key),
    "moebooru": lambda place, key: Moebooru(place.url, place.user, key),
    "hydrus": lambda place, key: Hydrus(place.url, place.service, key),
}
"""By kind, a client of a destination with its key. Kinds that are not here are never sent to."""
