"""Detection of rows that are not people: totals, row counts, and notes below the list.

A row counts as a footer only if all of its words are known and no cell holds an address. Any other
row is refused as usual, such as the incomplete last row of a truncated file.
"""

import re
from collections.abc import Sequence

from studio_tui.domain.shared.text import clean_line, fold_search

_KEYS = frozenset(
    """
    total totals totaal totalen eindtotaal subtotaal subtotal subtotals grandtotal sum summe
    zwischensumme gesamt gesamtsumme gesamtzahl gesamtanzahl insgesamt endsumme somme totaux
    soma suma totale totali totalt razem ogolem celkem spolu osszesen yhteensa kokku toplam kopa
    viso итого всего разом усього общо укупно ukupno skupaj συνολο סהכ المجموع
    合計 合计 总计 總計 총계 합계
    """.split()  # noqa: SIM905 - a hundred words read better so
)
"""Words that alone mark a row as a total."""
_COUNTED = frozenset(
    """
    row rows record records line lines entry entries item items result results user users
    employee employees person persons people worker workers member members staff headcount count
    counts rij rijen regel regels medewerker medewerkers werknemer werknemers personen gebruiker
    gebruikers aantal zeile zeilen datensatz datensatze eintrag eintrage mitarbeiter
    mitarbeiterinnen benutzer beschaftigte anzahl ligne lignes enregistrement enregistrements
    employes salaries salarie collaborateurs utilisateurs personnes nombre effectif fila filas
    registro registros empleado empleados usuarios personas cantidad numero righe riga
    dipendenti utenti persone conteggio linhas linha colaboradores funcionarios utilizadores
    quantidade rader rad poster ansatte anstallda antal antall raekker medarbejdere wierszy
    wiersze rekordow pracownikow liczba zaznamu pocet rivia tyontekijaa lukumaara
    """.split()  # noqa: SIM905 - a hundred words read better so
)
"""Nouns that mark a row as a count when they occur with a number."""
_BESIDE = frozenset(
    """
    of the in for and to on at number no nr grand report overall running full all active inactive
    left affected selected returned exported found processed listed total de der des den du la le
    les het van von und et y e d l op alle aktiv aktive actief actieve actifs general generale
    complessivo geselecteerd gevonden ausgewahlt gefunden trouves
    """.split()  # noqa: SIM905 - a hundred words read better so
)
"""Other words that may occur in a total or a count."""
_NOTE = re.compile(
    r"\W*(?:(?:report |file |list |data )?(?:generated|exported|extracted|printed|downloaded"
    r"|created|produced|run)(?: date| time)?:? ?(?:on\b|at\b|by\b|from\b|\d)"
    r"|(?:gegenereerd|geexporteerd|afgedrukt|aangemaakt) (?:op|door)"
    r"|(?:erstellt|exportiert|gedruckt|generiert) (?:am|von)"
    r"|(?:genere|exporte|imprime|edite|cree) (?:le|par)"
    r"|(?:data )?as of [\d:]|stand[: ] ?\d|applied filters?\b|filters? applied\b"
    r"|copyright\b|\(c\) ?\d"
    r"|(?:strictly )?confidential\W*$|vertrouwelijk\W*$|vertraulich\W*$|confidentiel\W*$"
    r"|end of (?:the )?(?:report|file|list|data|export|document|records)\b"
    r"|einde (?:van )?(?:het |de )?(?:rapport|lijst|bestand|overzicht|export)\b"
    r"|ende (?:des |der )?(?:berichts?|liste|datei|exports?)\b"
    r"|fin (?:du |de la |de l)?\W?(?:rapport|liste|fichier|export)\b|end\W*$"
    r"|(?:page|pagina|seite|sida|side|strona) ?\d+\W*(?:(?:of|van|von|sur|de|di|av|z)? ?\d+)?\W*$)"
)
"""Matches the beginning of a note that fills one or two cells."""
_MOST_OF_A_NOTE = 2
_WORD = re.compile(r"[^\W\d_]+")


def footer_in(cells: Sequence[str]) -> str:
    """Return the text of a row that is a total, a count, a note or a rule of dashes.

    Empty if the row may be a person or is blank.
    """
    filled = [cell for cell in cells if cell.strip()]
    text = clean_line(" ".join(filled))
    if not any(map(str.isalnum, text)):
        return text
    if len(filled) <= _MOST_OF_A_NOTE and (_is_note(text) or _adds_up_some(text)):
        return text
    return text if "@" not in text and _adds_up(filled) else ""


def _is_note(text: str) -> bool:
    return text.startswith("©") or _NOTE.match(fold_search(text)) is not None


def _adds_up_some(text: str) -> bool:
    """Return whether the text is a subtotal such as ``Sales total: 5``."""
    words = _WORD.findall(fold_search(text))
    number = any(map(str.isdigit, text))
    return "@" not in text and number and bool(words and {words[0], words[-1]} & _KEYS)


def _adds_up(filled: Sequence[str]) -> bool:
    """Return whether all cells with words are totals, or a single one is a count."""
    texts = [set(_WORD.findall(fold_search(cell).replace("(s)", "s"))) for cell in filled]
    texts = [words for words in texts if words]
    if not all(words <= _KEYS | _COUNTED | _BESIDE for words in texts):
        return False
    if all(words & _KEYS for words in texts):
        return bool(texts)
    counts = len(texts) == 1 and bool(texts[0] & _COUNTED)
    return counts and any(map(str.isdigit, "".join(filled)))
