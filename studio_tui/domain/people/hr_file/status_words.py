"""Words of HR systems for people who are active or have left.

People on leave, on probation or under notice are still employed. An unknown word is reported and
never guessed: a wrong guess would send mail to people who have left, or none to active ones.
"""

import re
from functools import lru_cache

from studio_tui.domain.people.hr_file.nothing import is_nothing
from studio_tui.domain.shared.text import fold_search

_THERE = """
1, true, yes, y, on, active, act, active employee, current employee, enabled, activated, current,
employed, employee, hired, present, live, working, in service, in employment, still employed, not
terminated, not suspended, full time, fulltime, part time, parttime, regular, permanent, temporary,
temp, seasonal, casual, hourly, salaried, fixed term, contractor, contingent, contract, contracted,
contingent worker, intern, trainee, apprentice, freelance, freelancer, consultant, worker, staff,
rehire, rehired, provisioned, onboarding, preboarding, pre boarding, pre start, prestart, pre hire,
prehire, starter, new starter, new hire, future hire, probation, on probation, probationary,
probation period, probationary period, trial period, notice, on notice, under notice, working
notice, serving notice, notice period, offboarding, leave, loa, lwop, fmla, away, absent,
sabbatical, secondment, seconded, furlough, furloughed, sick, long term sick, disability, short term
disability, long term disability, maternity, paternity, parental, standby,

ja, j, waar, actief, in dienst, vast, tijdelijk, vast dienstverband, voltijds, deeltijds, voltijd,
deeltijd, ziek, langdurig ziek, verlof, met verlof, afwezig, proeftijd, in proeftijd, opzegtermijn,
in opzegtermijn, stagiair, uitzendkracht, tijdskrediet, loopbaanonderbreking, detachering, werkzaam,
werknemer, medewerker, niet uit dienst,

wahr, aktiv, aktive, aktiver, beschäftigt, angestellt, eingestellt, im dienst, in anstellung, tätig,
vollzeit, teilzeit, befristet, unbefristet, probezeit, in probezeit, beurlaubt, elternzeit,
in elternzeit, mutterschutz, im mutterschutz, krank, freigestellt, werkstudent, praktikant,
auszubildender, azubi, aushilfe, minijob, minijobber, altersteilzeit, ruhend, mitarbeiter,
mitarbeiterin, kündigungsfrist, in kündigungsfrist, sabbatjahr, langzeitkrank,

oui, o, vrai, actif, active, actif ve, actifs, en service, en poste, en activité, présent, présente,
cdi, cdd, intérim, intérimaire, stagiaire, apprenti, temps plein, temps partiel, en congé, congés,
en congés, arrêt maladie, en arrêt, malade, en maladie, période d'essai, en période d'essai, essai,
préavis, en préavis, détaché, détachée, titulaire, salarié, salariée,

si, s, verdadero, activo, activa, alta, de alta, en activo, empleado, empleada, contratado,
contratada, indefinido, temporal, de vacaciones, vacaciones, excedencia, en excedencia, baja
maternal, baja por enfermedad, de permiso, permiso, en prueba, periodo de prueba, baja médica, vero,
attivo, attiva, in servizio, in forza, assunto, assunta, dipendente, aspettativa, in aspettativa,
maternità, in maternità, malattia, in malattia, ferie, in ferie, in prova, sim, verdadeiro, ativo,
ativa, empregado, empregada, afastado, afastada, férias, de férias, licença, em licença, em
experiência, experiência,

tak, prawda, aktywny, aktywna, zatrudniony, zatrudniona, urlop, na urlopie, urlop macierzyński, na
zwolnieniu lekarskim, ano, pravda, aktivní, aktívny, aktívna, zaměstnán, igen, igaz, aktív, da,
adevărat, activ, angajat, evet, doğru, aktif, sant, sann, sand, anställd, ansatt, ansat,
tjänstledig, föräldraledig, permisjon, orlov, på orlov, sjukskriven, sykmeldt, kyllä, tosi,
aktiivinen, да, истина, активен, активна, активный, работает,
在職, 在职, 在籍, 休職, 休职, 是, はい, 재직, 휴직
"""
_GONE = """
0, false, no, n, off, inactive, terminated, suspended, disabled, deactivated, archived, deleted,
left, leaver, resigned, retired, former, alumni, departed, dismissed, fired, discharged, separated,
severed, released, exited, offboarded, deprovisioned, deceased, dead, died, expired, ended, ceased,
withdrawn, removed, redundant, made redundant, laid off, quit, gone, blocked, revoked, closed,
cancelled, canceled, not active, not employed, no longer employed, unemployed, no show, retiree,
former employee, ex employee, former worker, former staff, inactive employee, terminated employee,
term, inact, left company, left the company, has left, not working, contract ended, employment
ended, contract terminated, termination,

nee, onwaar, inactief, niet actief, uit dienst, uit dienst getreden, niet in dienst, vertrokken,
ontslagen, gepensioneerd, met pensioen, overleden, geblokkeerd, gearchiveerd, verwijderd, beëindigd,
ex medewerker,

nein, falsch, inaktiv, nicht aktiv, ausgeschieden, ausgetreten, gekündigt, entlassen, pensioniert,
rentner, im ruhestand, ruhestand, verrentet, verstorben, deaktiviert, gesperrt, archiviert,
gelöscht, ehemalig, ehemaliger, ehemalige, beendet,

non, faux, inactif, inactive, inactif ve, inactifs, non actif, sorti, sortie, sorti e, parti,
partie, parti e, licencié, licenciée, démissionné, démissionnaire, retraité, retraitée,
à la retraite, en retraite, décédé, décédée, désactivé, désactivée, supprimé, archivé, radié,
radiée, ancien, ancien salarié, ancien employé, terminé, hors service,

falso, inactivo, inactiva, no activo, despedido, despedida, jubilado, jubilada, fallecido,
fallecida, cesado, cesada, baja voluntaria, finiquitado, terminado, desvinculado, desvinculada, dado
de baja, inattivo, inattiva, non attivo, cessato, cessata, dimesso, dimessa, licenziato, licenziata,
pensionato, pensionata, in pensione, deceduto, deceduta, não, inativo, inativa, desligado,
desligada, demitido, demitida, aposentado, aposentada, falecido, falecida, rescindido,

nie, fałsz, nieaktywny, nieaktywna, zwolniony, zwolniona, zakończony, zakończona, emerytura, na
emeryturze, były pracownik, była pracownica, ne, nepravda, neaktivní, neaktívny, nem, hamis,
inaktív, kilépett, nu, fals, inactiv, plecat, hayır, yanlış, pasif, ayrıldı, falskt, usann, nej,
nei, slutat, avslutad, uppsagd, pensionerad, sluttet, slutta, avsluttet, pensjonist, oppsagt,
pensjonert, fratrådt, opsagt, ei, epätosi, passiivinen, нет, ложь, неактивен, неактивна, неактивный,
уволен, уволена, 退職, 退职, 离职, 離職, 否, いいえ, 퇴사
"""
_CODES = {"a": True, "l": True, "i": False, "t": False, "d": False}
"""Single-letter codes of status columns, as in PeopleSoft and ADP.

In a yes-or-no column, ``t`` is *true* and ``f`` is *false*, as in PostgreSQL.
"""
_FLAGS = {"t": True, "f": False, "x": True}

_YES_OR_NO = """
1, true, yes, y, on, ja, j, waar, wahr, oui, o, vrai, si, s, verdadero, vero, sim, verdadeiro, tak,
prawda, ano, pravda, igen, igaz, da, adevărat, evet, doğru, sant, sann, sand, kyllä, tosi, да,
истина, 是, はい, t, x,
0, false, no, n, off, nee, onwaar, nein, falsch, non, faux, falso, não, nie, fałsz, ne, nepravda,
nem, hamis, nu, fals, hayır, yanlış, falskt, usann, nej, nei, ei, epätosi, нет, ложь, 否, いいえ, f
"""

_ON_LEAVE = re.compile(
    r"(\S+ )*(leave|loa|leave of absence)|leave of absence .+"
    r"|\S+urlaub|(\S+ )*\S*verlof|(en )?conge( \S+)*|\S+(ledig|permisjon|orlov)"
)
_LEAVER = re.compile(
    r"(early |\S+ )?(leaver|retiree|retired|terminated|termination|resigned|dismissed)"
)
_PARTS = re.compile(r"[:/(),;|\[\]]+|\s[-–—]+\s?|[-–—]\s")
_NOT_WORDS = re.compile(r"[\W_]+")
_DATE = re.compile(r"(?<!\d)(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?!\d)")
_SINCE = re.compile(
    r"[\s(\[:,–—-]+((since|on|from|effective|as of|per|sinds|seit|am|zum|depuis|le|desde|el|dal|fra"
    r"|od)\b)?[\s)\]]*$",
    re.IGNORECASE,
)


def means_active(text: str, *, coded: bool = True) -> bool | None:
    """Return whether a status means active (True) or left (False); None for an unknown word.

    With ``coded``, single letters are status codes (``T`` for terminated), not yes and no.
    """
    plain = _plain(text)
    if len(plain) == 1 and (found := (_CODES if coded else _FLAGS).get(plain)) is not None:
        return found
    whole = _of_phrase(plain)
    if whole is not None:
        return whole
    if is_nothing(text) or _DATE.search(text):
        return None
    parts = [part for text in _PARTS.split(text) if len(part := _plain(text)) > 1]
    said = set(map(_of_phrase, parts)) - {None}
    return said.pop() if len(said) == 1 else None


def parse_dated_status(text: str) -> tuple[bool, str] | None:
    """Parse a status with a date, as ``Terminated 2023-01-01``.

    Returns whether the person is active and the date, or None if the text has another form.
    """
    found = _DATE.search(text)
    if found is None:
        return None
    word = _SINCE.sub("", f"{text[: found.start()]} {text[found.end() :]}".strip())
    there = means_active(word)
    # “Active (leaving …)” is more than a plain active status.
    if there is None or (there and not _of_phrase(_plain(word))):
        return None
    return there, found[0]


def is_yes_or_no(text: str) -> bool:
    """Return whether ``text`` is plain *yes* or *no*, and not a status word."""
    return _plain(text) in _answers()


def _of_phrase(plain: str) -> bool | None:
    if (found := _words().get(plain)) is not None:
        return found
    if _ON_LEAVE.fullmatch(plain):
        # “Inactive - leave” is contradictory.
        return None if any(_words().get(word) is False for word in plain.split()) else True
    return False if _LEAVER.fullmatch(plain) else None


@lru_cache(maxsize=1)
def _answers() -> frozenset[str]:
    return frozenset(map(_plain, _YES_OR_NO.split(",")))


@lru_cache(maxsize=1)
def _words() -> dict[str, bool]:
    gone = {_plain(word): False for word in _GONE.split(",")}
    there = {_plain(word): True for word in _THERE.split(",")}
    return {word: said for word, said in (gone | there).items() if word}


def _plain(text: str) -> str:
    return _NOT_WORDS.sub(" ", fold_search(text)).strip()
