"""Lookup of the text of a mail: the shipped text, or the organisation's replacement (N9).

Texts are stored in a folder per language, as ``nl/assigned.user.md``, next to that language's
``footer.md`` and ``language.toml``; ``layout.html`` is shared. Files in ``wording/`` next to the
organisation's ``config.toml`` replace shipped files of the same names. Each file is read once.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property, lru_cache
from pathlib import Path

from studio_tui.config.assets import asset
from studio_tui.config.private_files import require_own_file
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.mail.compose.dates import DateWords, load_date_words
from studio_tui.mail.compose.wording_template import (
    TEST,
    Frame,
    MailTemplate,
    flags_in,
    render,
    wordings,
)

_LAYOUT = "layout.html"
_FOOTER = "footer.md"
_DATE_WORDS = "language.toml"
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Forms:
    """A wording in one language, rendered for each combination of its flags."""

    language: str
    date_words: DateWords
    _flags: tuple[str, ...]
    _forms: Mapping[tuple[bool, ...], MailTemplate]

    def form(self, **flags: bool) -> MailTemplate:
        """Return the form for these flags. Flags that are not named are false."""
        return self._forms[tuple(flags.get(name, False) for name in self._flags)]


@cache
def _rendered_shipped(
    name: str, path: Path, frame: Frame
) -> Mapping[tuple[bool, ...], MailTemplate]:
    """Render all forms of a shipped text.

    Cached for all Studios in the process: it cannot change.
    """
    return render(name, path, frame)


class Wordings:
    """All texts of mails. Each text is rendered on first use and cached."""

    def __init__(self, language: str, own: Path | None = None, *, opens: bool = False) -> None:
        """``language`` and ``own`` are the organisation's language and folder of texts.

        The folder need not exist. ``opens`` tells whether every mail says how to open the Studio
        (N18).
        """
        self._opens = opens
        self._default = language
        self._own = own
        # An import may contain any string as a language: bound the cache.
        self._nearest = lru_cache(maxsize=1024)(self._find_nearest)
        self._forms: dict[tuple[str, str], Forms] = {}
        self._date_words: dict[str, DateWords] = {}

    def forms(self, name: str, language: str) -> Forms:
        """Return the wording ``name`` in ``language`` or the nearest language that has it.

        ``nl-BE`` falls back on ``nl``, then the organisation's language, then English. Raises
        `Refused` with file, line and remedy if a text is invalid.
        """
        nearest = self._nearest(name, language)
        if (name, nearest) not in self._forms:
            self._forms[name, nearest] = self._load(name, nearest)
        return self._forms[name, nearest]

    def date_words(self, language: str) -> DateWords:
        """Return the date words of a language that has texts."""
        if language not in self._date_words:
            self._date_words[language] = load_date_words(self._file(language, _DATE_WORDS))
        return self._date_words[language]

    def problems(self) -> list[str]:
        """Return the errors in the organisation's own texts, one sentence each."""
        found = (self._problem(place) for place in sorted(self._in_own_folder))
        sentences = (*self._untrusted.values(), *self._unused_files(), *found)
        return list(dict.fromkeys(problem for problem in sentences if problem))

    def _unused_files(self) -> Iterator[str]:
        if self._own is None:
            return
        known = {*self._in_own_folder.values(), *self._untrusted}
        for path in sorted(self._own.rglob("*")):
            hidden = path.name.startswith(".") or path.stem.lower() == "readme"
            if path.is_file() and path not in known and not hidden:
                yield f"{path}: nothing reads it; a text is one such as nl/assigned.user.md."

    @cached_property
    def _untrusted(self) -> dict[Path, str]:
        """The texts that are ignored because others can write to them, each with the reason."""
        found = {}
        for path in _texts_in(self._own).values() if self._own else ():
            try:
                require_own_file(path)
            except (Refused, OSError) as error:
                found[path] = f"{path} is not used: {error}"
        return found

    def _problem(self, place: str) -> str | None:
        language, _, name = place.rpartition("/")
        known = (*(f"{wording}.md" for wording in wordings()), _FOOTER, _DATE_WORDS)
        if place != _LAYOUT and (name not in known or not _LANGUAGE.fullmatch(language)):
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"; did you mean “{near[0]}”?" if near else ", nothing reads it."
            return f"{self._in_own_folder[place]}: not the name of a text{meant}"
        try:
            if name == _DATE_WORDS:
                self.date_words(language)
            else:
                self.forms(name.removesuffix(".md") if name in known[:-2] else TEST, language)
        except Refused as refused:
            return refused.message
        return None

    @cached_property
    def _in_own_folder(self) -> dict[str, Path]:
        found = _texts_in(self._own) if self._own else {}
        return {place: path for place, path in found.items() if path not in self._untrusted}

    @cached_property
    def _files(self) -> dict[str, Path]:
        return _texts_in(asset("data/wording")) | self._in_own_folder

    def _find_nearest(self, name: str, language: str) -> str:
        asked = (*_with_parent_languages(language), *_with_parent_languages(self._default), "en")
        return next(language for language in asked if f"{language}/{name}.md" in self._files)

    def _load(self, name: str, language: str) -> Forms:
        footer = self._file(language, _FOOTER)
        frame = Frame(language, layout=self._files[_LAYOUT], footer=footer, opens=self._opens)
        path = self._files[f"{language}/{name}.md"]
        shipped = not self._in_own_folder
        forms = _rendered_shipped(name, path, frame) if shipped else render(name, path, frame)
        return Forms(language, self.date_words(language), flags_in(name), forms)

    def _file(self, language: str, name: str) -> Path:
        """Return a file of a language, or of its parent language."""
        for parent in _with_parent_languages(language):
            if path := self._files.get(f"{parent}/{name}"):
                return path
        raise Refused(
            f"{self._own}/{language} has no {name}: copy one of another language and translate it."
        )


def _with_parent_languages(language: str) -> list[str]:
    """Return ``nl-BE`` as ``["nl-be", "nl"]``, and an empty list for an invalid tag."""
    tag = language.strip().lower().replace("_", "-")
    if not _LANGUAGE.fullmatch(tag):
        return []
    parts = tag.split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _texts_in(folder: Path) -> dict[str, Path]:
    """Return the files of a folder of wordings, by their relative path."""
    files = (*folder.glob("*.*"), *folder.glob("*/*.*"))
    return {
        path.relative_to(folder).as_posix(): path
        for path in files
        if path.suffix in (".md", ".toml", ".html") and path.stem.lower() != "readme"
    }
