"""Words and signs that exports write into empty cells."""

import re

from studio_tui.domain.shared.text import fold_search

_MARKS = re.compile(r"[\s._()<>\[\]{}*'\"-]+")
_DASHES = re.compile(r"[\s\-‐‑‒–—―−_.·/\\*?]*")
_WORDS = """
na none null nil nan n/a #n/a 0 \\n nothing empty blank void undefined unset unknown notset
notapplicable notavailable notassigned unassigned notspecified tbd tobedetermined vacant
nvt nietvantoepassing geen onbekend leeg niets nihil
ka keine kein keiner keines keineangabe entfallt nichtzutreffend unbekannt leer nichts
so sansobjet aucun aucune neant rien inconnu vide nonapplicable pasapplicable
ninguno ninguna noaplica nadie nessuno nessuna nenhum nenhuma naoseaplica
ingen inget inga brak niedotyczy zadny zadna nincs ei eimitaan
#ref! #value! #name? #null! #num! #div/0! #nv #n/v #bezug! #wert! #spill! #calc! #error!
#field! #nd
"""
_NOBODY = re.compile(
    "no(manager|supervisor|lead|leader|boss|one|body|hr|reportsto|linemanager|name|value|data)?"
    "|(kein|keine|keinen)(vorgesetzte[rn]?|fuhrungskraft|manager|leiter|leitung)"
    "|geen(manager|leidinggevende|chef|verantwoordelijke)"
    "|(pasde|sans|aucun|aucune)(manager|responsable|superieur|superieurhierarchique|chef|hierarchie)"
    "|sin(jefe|responsable|supervisor|manager|gerente)|senza(responsabile|capo|manager)"
    "|sem(gestor|gerente|chefe|supervisor)|ingen(chef|leder|manager)|brak(przelozonego|managera)"
    "|toplevel|topoforganization|topoforganisation|ceo|selfmanaged"
)

_ERROR = re.compile(
    r"#(ref!|value!|name\?|null!|num!|div/0!|n/?a|n/?v|spill!|calc!|field!|error!|bezug!|wert!)",
    re.IGNORECASE,
)
_PLAIN = frozenset(_WORDS.split())


def without_error(text: str) -> str:
    """Return ``text``, or an empty string if it is the error value of a spreadsheet formula."""
    return "" if text.startswith("#") and _ERROR.fullmatch(text) else text


def is_nothing(text: str) -> bool:
    """Return whether a cell is empty or holds a placeholder in any language: ``N/A``, ``—``."""
    if not text or _DASHES.fullmatch(text):
        return True
    plain = fold_search(text)
    return plain in _PLAIN or _MARKS.sub("", plain) in _PLAIN


def is_nobody(text: str) -> bool:
    """Return whether a cell for a person holds a placeholder: ``NO_MANAGER``, ``kein``."""
    return is_nothing(text) or _NOBODY.fullmatch(_MARKS.sub("", fold_search(text))) is not None
