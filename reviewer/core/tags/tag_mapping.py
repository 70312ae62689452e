"""Which tag of the collection each output of a brought tagger means, as a table to look at.

Names are compared as they are first, then in one spelling, then by what is known of renamed tags
and other names, then by what sites add to names. What a person wrote into the table stays.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from reviewer.core.errors import UsageError
from reviewer.core.types import Category

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reviewer.core.tags.vocabulary import Vocabulary

_LAST_OF_DANBOORU = 5
"""Categories above are ratings and years: no tags of a picture."""
_NAMESPACES = (
    "artist", "character", "copyright", "creator", "general", "meta", "person", "series", "species",
    "studio",
)  # fmt: skip
_QUALIFIERS = re.compile(r"_\((?:artist|character|company|copyright|object|series|species)\)$")
_LETTER = re.compile(r"[^\W\d_]", re.UNICODE)

_DANBOORU_OF_E621 = {
    "absurd_res": "absurdres",
    "anthro": "furry",
    "areola": "areolae",
    "balls": "testicles",
    "butt": "ass",
    "hi_res": "highres",
    "url": "web_address",
}
"""Tags of e621 that Danbooru calls otherwise, where one means the other exactly."""


class Kind(StrEnum):
    """How an output and the collection go together."""

    MATCHED = "matched"
    """The collection has a tag of that very name."""
    MAPPED = "mapped"
    """The collection has it under another name; the rule says how that is known."""
    CHOSEN = "chosen"
    """A person wrote which tag it is, a new one perhaps, or that it is none."""
    MISSING = "not in the collection"
    NO_TAG = "no tag"
    """A rating or a year."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one output means.

    Attributes:
        own: The tagger's name of it.
        category: Danbooru's number; 9 rating, 10 year.
        tag: The collection's tag; empty where there is none.
        kind: How they go together.
        rule: How that is known, for people.
    """

    own: str
    category: int
    tag: str = ""
    kind: Kind = Kind.MISSING
    rule: str = ""


@dataclass(frozen=True)
class TagMapping:
    """The table.

    Attributes:
        meanings: One a output, in order.
        lacking: Tags of the collection that the tagger has no output for.
    """

    meanings: tuple[Meaning, ...]
    lacking: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Outputs of each kind, and the collection's tags that the tagger lacks."""
        found = Counter(meaning.kind.value for meaning in self.meanings)
        return {kind.value: found[kind.value] for kind in Kind} | {
            "not in the tagger": len(self.lacking)
        }

    def as_csv(self, categories: Mapping[str, int] | None = None) -> str:
        """The table as a file: one row an output, with what it means.

        Args:
            categories: The collection's category of its tags; the tagger's where it has none.
        """
        known = categories or {}
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for m in self.meanings:
            writer.writerow((m.own, m.tag, known.get(m.tag, m.category), m.kind.value, m.rule))
        return text.getvalue()


COLUMNS = ("own", "tag", "category", "kind", "rule")


@dataclass(frozen=True)
class Knowledge:
    """What is known of names beyond the collection's own list.

    Attributes:
        renamed: Later names of the tagger's tags, by its own names.
        aliases: Other names to names, from a site's list of aliases.
    """

    renamed: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)


def map_outputs(
    outputs: Sequence[tuple[str, int]],
    vocabulary: Vocabulary,
    knowledge: Knowledge | None = None,
    *,
    wanted: Iterable[str] = (),
) -> TagMapping:
    """Maps a tagger's outputs to a collection's tags.

    Args:
        outputs: Names and categories, in the order of the outputs.
        vocabulary: Of the collection.
        knowledge: Renamed tags and aliases from elsewhere.
        wanted: Tags of the collection that an output is missed for; all where empty.

    Returns:
        The table. No tag is given to two outputs: the surer rule wins, then the first output.
    """
    finder = _Finder(vocabulary, knowledge or Knowledge())
    found = [_meaning(name, category, finder) for name, category in outputs]
    best: dict[str, tuple[int, int]] = {}
    for place, (_, rank, meaning) in enumerate(found):
        if meaning.tag and (rank, place) < best.get(meaning.tag, (99, 0)):
            best[meaning.tag] = (rank, place)
    meanings = [
        meaning
        if not meaning.tag or best[meaning.tag][1] == place
        else Meaning(
            meaning.own,
            meaning.category,
            rule=f"{meaning.tag} is another output: {outputs[best[meaning.tag][1]][0]}",
        )
        for place, (_, _, meaning) in enumerate(found)
    ]
    return TagMapping(tuple(meanings), _lacking(meanings, vocabulary, wanted))


def corrected(mapping: TagMapping, text: str, vocabulary: Vocabulary) -> TagMapping:
    """A mapping with a person's changes, from the table as a file.

    Rows may be left out and come in any order; only `own` and `tag` are read. A tag that the
    collection does not have becomes a new one.

    Args:
        mapping: As it was.
        text: CSV with the columns `own` and `tag`.
        vocabulary: Of the collection.

    Raises:
        UsageError: The columns are missing, an output is unknown, or a tag is given twice.
    """
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if not {"own", "tag"} <= set(rows.fieldnames or ()):
        raise UsageError(f"The table needs the columns own and tag; it has {rows.fieldnames}.")
    given = {row["own"]: (row["tag"] or "").strip() for row in rows}
    unknown = given.keys() - {meaning.own for meaning in mapping.meanings}
    if unknown:
        raise UsageError(f"The tagger has no output called {', '.join(sorted(unknown)[:5])}.")
    meanings = [_changed(meaning, given, vocabulary) for meaning in mapping.meanings]
    chosen = {m.tag for m in meanings if m.kind is Kind.CHOSEN and m.tag}
    # What a person chose for one output is taken from the output that had it by a rule.
    meanings = [
        replace(m, tag="", kind=Kind.MISSING, rule=f"{m.tag} was chosen for another output")
        if m.kind is not Kind.CHOSEN and m.tag in chosen
        else m
        for m in meanings
    ]
    counts = Counter(meaning.tag for meaning in meanings if meaning.tag)
    twice = sorted(tag for tag, count in counts.items() if count > 1)
    if twice:
        raise UsageError(f"Two outputs cannot mean the same tag: {', '.join(twice[:5])}.")
    return TagMapping(tuple(meanings), _lacking(meanings, vocabulary, mapping.lacking))


def read_table(text: str) -> TagMapping:
    """Reads what `as_csv` wrote; what the tagger lacks is not in it.

    Raises:
        UsageError: It is damaged.
    """
    try:
        return TagMapping(
            tuple(
                Meaning(
                    row["own"], int(row["category"]), row["tag"], Kind(row["kind"]), row["rule"]
                )
                for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)
            )
        )
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise UsageError(
            f"The table of tags is damaged ({error}). Make it again with --reset."
        ) from error


def table_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Changes as rows of the table, for `corrected`.

    Args:
        pairs: The tagger's names, and the tags that they are to mean.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("own", "tag"))
    writer.writerows(pairs)
    return text.getvalue()


def _changed(meaning: Meaning, given: Mapping[str, str], vocabulary: Vocabulary) -> Meaning:
    tag = given.get(meaning.own, meaning.tag)
    if tag == meaning.tag:
        return meaning
    new = bool(tag) and vocabulary.find(tag) is None
    found = vocabulary.find(tag)
    rule = "a new tag of the collection" if new else "by hand"
    return replace(meaning, tag=found.name if found else tag, kind=Kind.CHOSEN, rule=rule)


def _lacking(
    meanings: Iterable[Meaning], vocabulary: Vocabulary, wanted: Iterable[str]
) -> tuple[str, ...]:
    there = {meaning.tag for meaning in meanings}
    names = list(wanted) or [
        tag.name for tag in vocabulary.tags.values() if tag.category is not Category.META
    ]
    return tuple(sorted(name for name in names if name not in there))


def _meaning(name: str, category: int, finder: _Finder) -> tuple[str, int, Meaning]:
    """The name, the place of the rule that found a tag, and the meaning."""
    if category > _LAST_OF_DANBOORU:
        words = "a rating" if category == _LAST_OF_DANBOORU + 4 else "a year"
        return name, 99, Meaning(name, category, kind=Kind.NO_TAG, rule=words)
    for rank, (words, find) in enumerate(finder.rules):
        tag = find(name)
        if tag:
            kind = Kind.MATCHED if rank == 0 else Kind.MAPPED
            return name, rank, Meaning(name, category, tag, kind, words)
    return name, 99, Meaning(name, category)


class _Finder:
    """The collection's names in all the ways in which others may write them."""

    def __init__(self, vocabulary: Vocabulary, knowledge: Knowledge) -> None:
        names = sorted(tag.name for tag in vocabulary.tags.values())
        self._exact = set(names)
        self._plain = _only(names, plain)
        self._bare = _only(names, _bare)
        self._short = _only(names, _short)
        self._aliases = {
            plain(alias): vocabulary.name(tag_id) for alias, tag_id in vocabulary.aliases.items()
        }
        self._renamed = knowledge.renamed
        self._given = {plain(alias): plain(name) for alias, name in knowledge.aliases.items()}
        self._before: dict[str, list[str]] = {}
        for alias, name in self._given.items():
            self._before.setdefault(name, []).append(alias)
        self.rules: tuple[tuple[str, Callable[[str], str]], ...] = (
            ("same name", lambda name: name if name in self._exact else ""),
            ("spelling", lambda name: self._plain.get(plain(name), "")),
            ("renamed", lambda name: self._known(plain(self._renamed.get(name, "")))),
            ("alias", self._alias),
            ("namespace", lambda name: self._bare.get(_bare(name), "")),
            ("e621 and Danbooru", self._cross),
            ("qualifier", lambda name: self._short.get(_short(name), "")),
        )

    def _known(self, key: str) -> str:
        return self._plain.get(key) or self._aliases.get(key, "") if key else ""

    def _alias(self, name: str) -> str:
        """By the collection's aliases, then along a site's list and back along it."""
        key = plain(name)
        if key in self._aliases:
            return self._aliases[key]
        forward = self._known(self._given.get(key, ""))
        if forward:
            return forward
        others = [*self._before.get(key, ()), *self._before.get(self._given.get(key, ""), ())]
        back = {self._plain[other] for other in others if other in self._plain}
        return back.pop() if len(back) == 1 else ""

    def _cross(self, name: str) -> str:
        key = plain(name)
        other = _DANBOORU_OF_E621.get(key) or _E621_OF_DANBOORU.get(key, "")
        return self._plain.get(other, "") if other else ""


_E621_OF_DANBOORU = {danbooru: e621 for e621, danbooru in _DANBOORU_OF_E621.items()}


def plain(name: str) -> str:
    r"""One spelling: `\(` unescaped, lower case, underscores for spaces; kaomoji as they are."""
    text = name.strip().replace(r"\(", "(").replace(r"\)", ")")
    if not _LETTER.search(text):
        # `^_^` and `^ ^`, `> <`: a list that writes spaces writes them here as well.
        return text.replace(" ", "_")
    return re.sub(r"[\s_]+", "_", text.lower())


def _bare(name: str) -> str:
    """Without the namespace in front."""
    space, colon, rest = plain(name).partition(":")
    return rest if colon and rest and space in _NAMESPACES else plain(name)


def _short(name: str) -> str:
    """Without what a site adds behind a name to tell what kind of thing it is."""
    return _QUALIFIERS.sub("", _bare(name))


def _only(names: Iterable[str], key: Callable[[str], str]) -> dict[str, str]:
    """Names by a key; keys that two names share tell nothing, but for the name itself."""
    found: dict[str, str] = {}
    shared = set()
    for name in names:
        own = key(name)
        if own in found and found[own] != name:
            shared.add(own)
        found.setdefault(own, name)
    kept = {own: name for own, name in found.items() if own not in shared}
    return kept | {name: name for name in names if name in shared}
