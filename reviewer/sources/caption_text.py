"""One caption text: its tags, and edits that change nothing but the edited tags.

The style of a file (separators, spaces or underscores, escapes, line end, trailing comma) is the
user's and is kept byte for byte outside the edited tag. Formats: kohya's comma-separated captions
(several lines are alternatives, or a sentence below the tags), booru's space-separated tags,
gallery-dl's one tag a line.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from reviewer.sources.text import spaced, tag_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class Style(StrEnum):
    """How tags are set apart."""

    COMMAS = "commas"
    SPACES = "spaces"
    LINES = "lines"


_PIECES = {
    Style.COMMAS: re.compile(r"[^,\r\n]+"),
    Style.SPACES: re.compile(r"\S+"),
    Style.LINES: re.compile(r"[^\r\n]+"),
}
_LONGEST_TAG = 6
"""Words; a line of more is a sentence or several tags."""

_LITTLE_WORDS = re.compile(
    r"(?<!\S)(?:an?|and|are|as|at|by|from|her|his|in|into|is|its?|of|on|that|the|their|to|with)(?!\S)"
)
"""Words that sentences are full of, and that are no tags."""

_FEWEST_LITTLE_WORDS = 2
"""Different ones that make a sentence: one may stand in a title."""

_TELLING = re.compile(r"(?<!\S)(?:an?|are|her|his|is|its?|their)(?!\S)")
"""Those of them that titles hardly have."""

_SHORTEST_SENTENCE = 4
"""Words; `cat and dog` is none."""

_CAPITALS = 2
"""Tags with capitals that make a habit: one may be a name."""

_DEFAULT_SEPARATOR = {Style.COMMAS: ", ", Style.SPACES: " ", Style.LINES: "\n"}


def style_of(text: str) -> Style | None:
    """How a text sets its tags apart; `None` where it does not tell.

    One word does not, nor do words in one or two lines of which none has an underscore (`long
    hair`: one tag, or two?), nor a sentence, whose words are no tags.
    """
    lines = _lines(text)
    phrases = _are_phrases(lines)
    if phrases and len(lines) > 2:
        return Style.LINES
    if "," in text:
        return None if phrases else Style.COMMAS
    if len(lines) > 1 and not any(" " in line for line in lines):
        return Style.LINES
    return Style.SPACES if " " in text.strip() and "_" in text else None


def style_among(text: str, usual: Style) -> Style:
    """The style of a text among others, also of one that does not tell.

    Args:
        text: The text.
        usual: Of most others.
    """
    style = style_of(text)
    if style is None:
        return Style.COMMAS if usual is Style.SPACES and _is_phrase(text) else usual
    return style


def _is_phrase(text: str) -> bool:
    """Whether a text without underscores is one phrase, whose words are no tags by themselves.

    Where spaces set tags apart a little word would be a tag.
    """
    return "_" not in text and _LITTLE_WORDS.search(text.lower()) is not None


def sentences_in(text: str) -> list[str]:
    """The pieces of a text that read as sentences (`a girl sits on a bench`) rather than as tags.

    A title may read so too: what stands at several images is one.
    """
    pieces = (piece.strip().lower() for piece in re.split(r"[,\r\n]", text))
    return [piece for piece in pieces if _is_sentence(piece)]


def _is_sentence(piece: str) -> bool:
    little = set(_LITTLE_WORDS.findall(piece))
    return (
        len(little) >= _FEWEST_LITTLE_WORDS
        and _TELLING.search(piece) is not None
        and len(piece.split()) >= _SHORTEST_SENTENCE
        and "_" not in piece
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _are_phrases(lines: Sequence[str]) -> bool:
    """Whether lines can be one tag each though some hold spaces or a comma (`twilight sparkle`).

    Lines of several tags give themselves away: by underscores beside spaces, by commas in most of
    them or before a space, or by their length, which a title here and there has too.
    """
    if sum("," in line for line in lines) * 2 > len(lines):
        return False
    if sum(len(line.split()) > _LONGEST_TAG for line in lines) * 2 > len(lines):
        return False
    return not any(
        (" " in line and "_" in line) or ", " in line or line.endswith(",") for line in lines
    )


class UsualStyle:
    """The style of most of a folder's texts, which are told one after another."""

    def __init__(self) -> None:
        """Was told no text yet."""
        self._counted: Counter[Style] = Counter()
        # Of two that are as many the first is taken.
        self._guessed = Counter({Style.SPACES: 0})

    def tell(self, text: str) -> Style | None:
        """Takes a text into account, and gives its own style where it tells one."""
        style = style_of(text)
        if style is not None:
            self._counted[style] += 1
        elif "\n" in text.strip() and _are_phrases(_lines(text)):
            self._guessed[Style.LINES] += 1
        elif " " in text.strip():
            self._guessed[Style.COMMAS if _is_phrase(text) else Style.SPACES] += 1
        return style

    def style(self) -> Style:
        """For texts that do not tell by themselves: as those that do, else what they look like."""
        for known in (self._counted, self._guessed):
            if known.total():
                return known.most_common(1)[0][0]
        return Style.COMMAS


def usual_style(texts: Iterable[str]) -> Style:
    """The style of most of some texts, as `UsualStyle` has it."""
    usual = UsualStyle()
    for text in texts:
        usual.tell(text)
    return usual.style()


class _Piece(NamedTuple):
    start: int
    end: int
    written: str


def _pieces(text: str, style: Style) -> list[_Piece]:
    return [
        _Piece(match.start() + lead, match.start() + lead + len(written), written)
        for match in _PIECES[style].finditer(text)
        if (written := match.group().strip())
        for lead in [len(match.group()) - len(match.group().lstrip())]
    ]


def _each_word(name: str) -> str:
    return re.sub(r"(?:^|(?<=[\s_(]))[^\W\d_]", lambda first: first.group().upper(), name)


def _first_word(name: str) -> str:
    return name[:1].upper() + name[1:]


class Caption:
    """The tags of one text, in their places."""

    def __init__(self, text: str, style: Style, key: Callable[[str], str] = tag_key) -> None:
        """Reads `text` in a style; `key` tells the matching name of what is written."""
        self.text = text
        self.style = style
        self._key = key
        self._pieces = _pieces(text, style)

    def tags(self) -> list[str]:
        """The tags by matching name, in order."""
        return [self._key(piece.written) for piece in self._pieces]

    def edited(self, added: Iterable[str], removed: Iterable[str]) -> str:
        """The text with tags added behind the last and others taken out; the rest stays as it is.

        Args:
            added: Matching names; those that are there already are left out.
            removed: Matching names; those that are not there are left out.
        """
        gone = frozenset(removed)
        here = set(self.tags())
        text = self.text
        for place in reversed(range(len(self._pieces))):
            if self._key(self._pieces[place].written) in gone:
                text = self._without(text, place)
        fresh = [name for name in dict.fromkeys(added) if name not in here]
        if not fresh:
            return text
        separator = self._separator()
        block = separator.join(self.write(name) for name in fresh)
        pieces = _pieces(text, self.style)
        if not pieces:
            return block + text
        end = self._end_of_tags(pieces, text)
        return text[:end] + separator + block + text[end:]

    def write(self, name: str) -> str:
        """A matching name as this text would write it: spaces or underscores, escapes."""
        if self.style is not Style.SPACES and self._uses_spaces():
            name = spaced(name)
        if r"\(" in self.text:
            name = name.replace("(", r"\(").replace(")", r"\)")
        return self._in_capitals(name)

    def _in_capitals(self, name: str) -> str:
        """A name with capitals where all tags here have them (`Long Hair`, `Long hair`)."""
        words = [piece.written for piece in self._pieces]
        if sum(word != word.lower() for word in words) < _CAPITALS:
            return name
        for form in (_each_word, _first_word):
            if all(form(word) == word for word in words):
                return form(name)
        return name

    def _uses_spaces(self) -> bool:
        words = [piece.written for piece in self._pieces if len(piece.written) > 3]
        with_spaces = sum(" " in word for word in words)
        underscored = sum("_" in word for word in words)
        # Lines are a downloader's, with the site's underscores, unless they show otherwise.
        if with_spaces == underscored:
            return self.style is Style.COMMAS
        return with_spaces > underscored

    def _end_of_tags(self, pieces: Sequence[_Piece], text: str) -> int:
        """Where further tags go: behind the last, or at the end of the line that has the most."""
        if self.style is not Style.COMMAS:
            return pieces[-1].end
        lines = [text.count("\n", 0, piece.start) for piece in pieces]
        most = max(Counter(lines).values())
        fullest = max(line for line, many in Counter(lines).items() if many == most)
        return max(p.end for p, line in zip(pieces, lines, strict=True) if line == fullest)

    def _separator(self) -> str:
        pairs = zip(self._pieces, self._pieces[1:], strict=False)
        written = [self.text[a.end : b.start] for a, b in pairs]
        # Between the lines of a caption no comma need stand.
        commas = [gap for gap in written if "," in gap]
        gaps = Counter(commas if self.style is Style.COMMAS else written)
        return gaps.most_common(1)[0][0] if gaps else _DEFAULT_SEPARATOR[self.style]

    def _without(self, text: str, place: int) -> str:
        """Takes one piece out with the separator before it, or behind it for the first."""
        piece = self._pieces[place]
        first = place == 0
        if not first and self.style is Style.COMMAS:
            # The first of a line goes with the comma behind it: lines stay lines.
            before = text[self._pieces[place - 1].end : piece.start]
            behind = re.match(r"[ \t]*,[ \t]*(?=[^\s,])", text[piece.end :])
            if "\n" in before and "," not in before and behind:
                return text[: piece.start] + text[piece.end + behind.end() :]
        if not first:
            return text[: self._pieces[place - 1].end] + text[piece.end :]
        if len(self._pieces) > 1:
            # Later pieces may be gone already: the gap to the next one is measured on the text.
            rest = text[piece.end :]
            gap = re.match(r"[\s,]*" if self.style is Style.COMMAS else r"\s*", rest)
            return text[: piece.start] + rest[gap.end() if gap else 0 :]
        return text[: piece.start] + text[piece.end :]
