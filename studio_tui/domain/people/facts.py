"""The facts about a user, each declared once (U1, U6).

The code that parses, stores, lists, prints and documents facts is driven by the declarations. A new
fact needs a declaration, a column of the table of users with a migration, and the table in
``docs/facts.md`` (`facts_table`). If a rule uses the fact by its name, the class that the rule
reads has to declare the name.

Everybody who may see the users sees their facts.

Headings are compared without case, accents, spaces and punctuation, so ``Work E-mail`` matches
``work_email`` too. If several columns match a fact, the one in the earliest tier wins: a work
address before a mere ``Email``, a preferred name before a legal one, a manager's address before a
manager's name. The headings are our own and those of Workday, BambooHR, Microsoft Entra, Google
Workspace, SAP SuccessFactors, ADP, Moodle, and of Dutch, French, German, Spanish and Italian
exports.
"""

from collections import namedtuple
from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import Enum, StrEnum, auto
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeVar, cast

from studio_tui.domain.people.access import Action
from studio_tui.domain.people.roles import Role
from studio_tui.domain.shared.dataclass import dataclass

C = TypeVar("C", bound=type[Any])

OF_ORGANISATION: Final = "the organisation’s"
"""Default of a fact that is a setting of the organisation with the same name."""


class FactType(Enum):
    """The type of a fact: how its cells are parsed (`hr_file.row_reader`), stored and printed."""

    TEXT = auto()
    CODE = auto()
    """A single line. A word for nothing (``N/A``) counts as empty."""
    LOGIN = auto()
    EMAIL = auto()
    LANGUAGE = auto()
    TIME_ZONE = auto()
    ROLE = auto()
    DAY = auto()
    STATUS = auto()
    """Whether the user is active; False for users who have left."""
    NAMES = auto()
    """Names, in a table of their own."""
    PEOPLE = auto()
    """Users, by login, in a table of their own."""
    TEAMS = auto()
    """Teams with their path, in a table of their own."""


class ListColumn(NamedTuple):
    """The column of a fact in the list of users, in cells (`tui.widgets.list.columns.Column`)."""

    width: int
    flex: int
    max_width: int | None = None
    hide_order: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """The declaration of a fact about a user."""

    name: str
    """Name of the column, of its own heading, of the JSON key, and for ``--map``."""
    label: str
    """Label of the field or the column."""
    headings: tuple[tuple[str, ...], ...] = field(kw_only=True)
    """Headings of this fact in files, as tiers from the most to the least reliable."""
    explained: str = ""
    """Label for use without context, if different."""
    type: FactType = FactType.TEXT
    default: Any = ""
    """Value for a new user if the cell is empty or the file lacks the column."""
    unique: bool = False
    """Whether the value is unique among users. Such a fact also has a ``…_key`` column."""
    searched: bool = False
    """Whether filters search this fact, besides names, login, address, teams and groups."""
    sorted: bool = False
    """Whether users can be sorted by this fact."""
    listed: ListColumn | None = None
    """Column in the list of users; None: not listed."""
    changed_by: Action | None = None
    """Permission to change the fact by hand; None: only an import changes it."""
    several_columns: bool = False
    """Whether several columns of a file may provide this fact."""
    each: str = ""
    """Name of a single value in options, if the fact has several values."""
    asked: str = ""
    """Name in audiences, if different from `name` (`domain.audiences.words`)."""

    @property
    def title(self) -> str:
        """Label for use without context."""
        return self.explained or self.label

    @property
    def in_words(self) -> str:
        """Name within a sentence: ``e-mail address``."""
        return self.title[0].lower() + self.title[1:]

    @property
    def unknown(self) -> Any:
        """Value that represents a missing value."""
        return None if self.default is OF_ORGANISATION else self.default

    @property
    def is_column(self) -> bool:
        """Whether the fact is a column of the table of users."""
        return not self.is_several

    @property
    def is_several(self) -> bool:
        """Whether a user can have any number of values."""
        return self.type in (FactType.NAMES, FactType.PEOPLE, FactType.TEAMS)

    @property
    def option(self) -> str:
        """Option of the command line: ``--given-name``, ``--team``."""
        return f"--{(self.each or self.name).replace('_', '-')}"

    def as_words(self, value: Any) -> str:
        """Return ``value`` formatted for display."""
        if self.type is FactType.STATUS and not value:
            return "no, has left"
        return self.as_text(value, ", ")

    def as_text(self, value: Any, separator: str = "|") -> str:
        """Return ``value`` in the format that imports read; ``separator`` joins several names."""
        match self.type:
            case FactType.NAMES | FactType.PEOPLE | FactType.TEAMS:
                return separator.join(value)
            case FactType.DAY:
                return value.isoformat() if value else ""
            case FactType.STATUS:
                return "yes" if value else "no"
        return str(value)

    def as_json(self, value: Any) -> Any:
        """Return ``value`` for JSON: a day as ``YYYY-MM-DD``."""
        return (self.as_text(value) or None) if self.type is FactType.DAY else value


FACTS: tuple[Fact, ...] = (
    Fact(
        "login",
        label="Login",
        type=FactType.LOGIN,
        unique=True,
        sorted=True,
        listed=ListColumn(10, 1, max_width=24),
        headings=(
            ("login",),
            ("username", "login name", "sAMAccountName", "onPremisesSamAccountName"),
            ("gebruikersnaam", "nom d'utilisateur", "identifiant", "user login", "login ID"),
            ("benutzername", "anmeldename", "nombre de usuario", "usuario", "nome utente"),
        ),
    ),
    Fact(
        "email",
        label="E-mail",
        explained="E-mail address",
        type=FactType.EMAIL,
        unique=True,
        sorted=True,
        listed=ListColumn(24, 2, max_width=40, hide_order=2),
        changed_by=Action.CORRECT_ADDRESSES,
        headings=(
            ("work email", "work email address", "email - primary work", "primary work email"),
            ("email - work", "email (work)", "business email", "company email"),
            ("e-mailadres werk", "werk e-mail", "adresse e-mail professionnelle", "e-mail pro"),
            ("mail", "primary smtp address", "primary email"),
            (
                "email",
                "email address",
                "e-mailadres",
                "mailadres",
                "adresse e-mail",
                "adresse mail",
            ),
            ("courriel", "adresse électronique", "best email"),
            ("geschäftliche e-mail", "e-mail geschäftlich", "dienstliche e-mail", "e-mail-adresse"),
            (
                "correo electrónico",
                "correo",
                "posta elettronica",
                "indirizzo e-mail",
                "e-mail adress",
            ),
            ("e-post", "e-postadresse", "e-postadress", "adres e-mail", "sähköposti"),
        ),
    ),
    Fact(
        "given_name",
        label="Given name",
        changed_by=Action.EDIT_PEOPLE,
        headings=(
            ("given_name", "preferred name - first name", "preferred first name"),
            ("roepnaam", "prénom usuel"),
            ("givenName", "first name", "forename", "voornaam", "prénom"),
            ("legal name - first name", "legal first name"),
            ("vorname", "rufname", "nombre", "nombres", "nome", "primo nome", "förnamn", "fornavn"),
            ("imię", "jméno", "etunimi", "nome próprio"),
        ),
    ),
    Fact(
        "family_name",
        label="Family name",
        changed_by=Action.EDIT_PEOPLE,
        headings=(
            ("family_name", "preferred name - last name", "preferred last name"),
            ("surname", "last name", "achternaam", "familienaam", "nom de famille"),
            ("legal name - last name", "legal last name", "family name"),
            ("nachname", "familienname", "zuname", "apellidos", "apellido", "cognome", "sobrenome"),
            ("efternamn", "etternavn", "efternavn", "nazwisko", "příjmení", "sukunimi"),
        ),
    ),
    Fact(
        "employee_number",
        label="Employee number",
        type=FactType.CODE,
        unique=True,
        searched=True,
        changed_by=Action.EDIT_PEOPLE,
        headings=(
            ("employee_number", "employee ID", "employee no", "worker ID", "EID", "employeeId"),
            ("emp ID", "emp no", "emp number", "employee code", "personnel number", "personnel no"),
            (
                "personnel ID",
                "staff ID",
                "staff number",
                "staff no",
                "payroll number",
                "payroll ID",
            ),
            ("worker number", "person number", "person ID", "associate ID", "file number", "pernr"),
            ("personeelsnummer", "stamnummer", "matricule", "numéro de personnel", "pers no"),
            ("werknemersnummer", "medewerkersnummer", "medewerker ID", "numéro d'employé"),
            ("numéro matricule", "n° matricule", "personalnummer", "personal-nr", "personalnr"),
            ("mitarbeiternummer", "mitarbeiter-nr", "mitarbeiter-ID", "número de empleado"),
            (
                "matricola",
                "matrícula",
                "anställningsnummer",
                "medarbeidernummer",
                "numer pracownika",
            ),
            ("ansattnummer", "ansatt nr", "medarbejdernummer"),
            ("USERID",),
        ),
    ),
    Fact(
        "role",
        label="Role",
        type=FactType.ROLE,
        default=Role.USER,
        changed_by=Action.EDIT_PEOPLE,
        headings=(("role", "studio role"),),
    ),
    Fact(
        "active",
        label="Active",
        explained="Active, or has left",
        type=FactType.STATUS,
        default=True,
        headings=(
            ("active", "active status", "currently active", "accountEnabled", "account enabled"),
            ("worker status", "employee status", "status", "account status", "actief", "actif"),
            (
                "employment status",
                "user status",
                "state of employment",
                "statut",
                "état",
                "toestand",
            ),
            (
                "beschäftigungsstatus",
                "aktiv",
                "enabled",
                "is active",
                "isactive",
                "estado",
                "stato",
            ),
            ("activo", "attivo", "ativo", "user account enabled", "status zatrudnienia"),
            ("ansettelsesstatus", "anställningsstatus", "estado laboral", "estado del empleado"),
        ),
    ),
    Fact(
        "language",
        label="Language",
        type=FactType.LANGUAGE,
        default=OF_ORGANISATION,
        changed_by=Action.EDIT_PEOPLE,
        headings=(
            ("language", "preferred language", "language preference", "taal", "langue"),
            ("taalcode", "code langue", "voorkeurstaal", "taalrol", "langue préférée"),
            ("user language", "locale", "primary language", "sprache", "korrespondenzsprache"),
            ("lang", "idioma", "lingua"),
        ),
    ),
    Fact(
        "time_zone",
        label="Time zone",
        asked="zone",
        type=FactType.TIME_ZONE,
        default=OF_ORGANISATION,
        changed_by=Action.EDIT_PEOPLE,
        headings=(("time_zone", "tijdzone", "fuseau horaire", "zeitzone"),),
    ),
    Fact(
        "department",
        label="Department",
        sorted=True,
        searched=True,
        listed=ListColumn(14, 1, hide_order=3),
        changed_by=Action.EDIT_PEOPLE,
        headings=(
            ("department", "department name", "afdeling", "dienst", "département", "service"),
            ("supervisory organization", "organization name"),
            ("abteilung", "departamento", "reparto", "dipartimento", "avdelning", "avdeling"),
            ("division", "divisie", "direction", "cost center", "kostenplaats", "centre de coût"),
            ("kostenstelle", "bereich"),
        ),
    ),
    Fact(
        "hired_on",
        label="Hired on",
        type=FactType.DAY,
        default=None,
        sorted=True,
        changed_by=Action.EDIT_PEOPLE,
        headings=(
            ("hired_on", "hire date", "employeeHireDate", "date of hire", "date hired"),
            (
                "original hire date",
                "start date",
                "continuous service date",
                "employment start date",
            ),
            ("datum in dienst", "datum indiensttreding", "indiensttreding"),
            (
                "datum in diensttreding",
                "date d'entrée",
                "date d'entrée en service",
                "date d'embauche",
            ),
            ("date d'engagement", "date de début", "hired", "start of employment"),
            ("einstellungsdatum", "eintrittsdatum", "eintritt", "fecha de contratación"),
            ("data zatrudnienia", "ansettelsesdato", "anställningsdatum", "ansættelsesdato"),
            ("fecha de alta", "fecha de ingreso", "data di assunzione", "data de admissão"),
        ),
    ),
    Fact(
        "groups",
        label="Groups",
        type=FactType.NAMES,
        default=(),
        changed_by=Action.EDIT_PEOPLE,
        each="group",
        headings=(("groups", "groepen", "groupes", "tags"),),
    ),
    Fact(
        "teams",
        label="Teams",
        type=FactType.TEAMS,
        default=(),
        listed=ListColumn(14, 2),
        changed_by=Action.EDIT_PEOPLE,
        each="team",
        headings=(
            ("teams", "ploegen", "équipes"),
            ("team", "ploeg", "équipe"),
            ("org unit path",),
        ),
    ),
    Fact(
        "leads",
        label="Leads",
        explained="Leads these teams",
        type=FactType.TEAMS,
        default=(),
        changed_by=Action.EDIT_PEOPLE,
        each="leads",
        headings=(("leads", "leads teams", "leidt", "dirige"),),
    ),
    Fact(
        "coaches",
        label="Coaches",
        type=FactType.PEOPLE,
        default=(),
        changed_by=Action.EDIT_PEOPLE,
        each="coach",
        headings=(("coaches",), ("coach",)),
    ),
)
"""All stored facts of a user, in the order of display."""

CLUES: tuple[Fact, ...] = (
    Fact(
        "manager",
        label="Manager",
        headings=(
            ("manager email", "manager work email", "worker's manager email", "supervisor email"),
            ("reports to email", "manager - email", "e-mail leidinggevende", "e-mail manager"),
            ("e-mail responsable", "e-mail du responsable", "manager e-mail address"),
            ("manager UPN", "manager userPrincipalName", "manager mail", "manager login"),
            (
                "manager employee ID",
                "manager ID",
                "reports to ID",
                "supervisor ID",
                "supervisor EID",
            ),
            ("manager employee number", "manager number", "manager user ID", "manager EID"),
            ("personalnummer vorgesetzter", "vorgesetzter personalnummer", "vorgesetzter e-mail"),
            ("manager", "worker's manager", "worker's manager(s)", "reports to", "reporting to"),
            ("supervisor", "manager name", "supervisor name", "line manager", "direct manager"),
            ("leidinggevende", "directe leidinggevende", "verantwoordelijke", "responsable"),
            ("responsable hiérarchique", "supérieur hiérarchique", "n+1", "manager display name"),
            ("vorgesetzter", "vorgesetzte", "direkter vorgesetzter", "führungskraft", "teamleiter"),
            ("jefe", "supervisor directo", "responsabile", "superiore", "gestor", "przełożony"),
            ("jefe directo", "leder", "nærmeste leder", "närmaste chef", "bezpośredni przełożony"),
        ),
    ),
    Fact(
        "name",
        label="Whole name",
        headings=(
            ("name", "full name", "displayName", "employee name", "worker name"),
            ("last name, first name", "volledige naam", "nom complet"),
            ("weergavenaam", "nom d'affichage"),
            ("naam", "nom", "naam werknemer", "medewerker"),
            ("worker", "employee", "vollständiger name", "nombre completo", "nome completo"),
            ("mitarbeitername", "mitarbeiter"),
        ),
    ),
    Fact(
        "principal",
        label="Name to sign in with",
        headings=(("userPrincipalName", "upn", "sign-in name"),),
    ),
    Fact(
        "known_as",
        label="What else they are called",
        several_columns=True,
        headings=(
            ("known_as",),
            ("id", "objectId", "object ID", "external ID", "distinguishedName"),
        ),
    ),
    Fact(
        "left",
        label="Yes for who has left",
        type=FactType.STATUS,
        several_columns=True,
        headings=(
            ("suspended", "is suspended", "deleted", "is deleted", "disabled", "account disabled"),
            ("is disabled", "archived", "is archived", "terminated", "is terminated", "inactive"),
            ("left", "has left", "is inactive", "deactivated", "inactief", "inactif", "inaktiv"),
            ("gesperrt", "ausgeschieden", "uit dienst"),
        ),
    ),
    Fact(
        "left_on",
        label="Last day",
        type=FactType.DAY,
        several_columns=True,
        headings=(
            ("left_on", "termination date", "term date", "date terminated", "separation date"),
            ("last day of work", "last working day", "last day worked", "last day", "leave date"),
            ("leaving date", "date left", "date of leaving", "employeeLeaveDateTime", "exit date"),
            ("employment end date", "end of employment", "end date", "end employment date"),
            ("resignation date", "retirement date", "deactivation date", "offboarding date"),
            ("datum uit dienst", "datum uitdiensttreding", "uitdiensttreding", "einddatum"),
            ("date de sortie", "date de départ", "date de fin", "date fin de contrat"),
            ("austrittsdatum", "austritt", "letzter arbeitstag", "kündigungsdatum", "enddatum"),
            ("fecha de baja", "fecha de salida", "data di cessazione", "data de desligamento"),
            ("data zwolnienia", "sluttdato", "slutdatum", "slutdato"),
            ("data cessazione", "datum uit", "date of termination", "contract end date"),
        ),
    ),
)
"""Additional columns of a file from which facts are derived. They are not stored themselves."""


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, Fact]:
    return {fact.name: fact for fact in (*FACTS, *CLUES)}


def fact_called(name: str) -> Fact:
    """Return the fact with this name. Raises KeyError if there is none."""
    return _by_name()[name]


def with_every_fact(cls: C) -> C:
    """Return ``cls`` with an attribute for each fact that it does not declare.

    For an enumeration, the attributes are members. A class declares the facts that rules use, so
    that they have a type; code that handles all facts alike needs no names.
    """
    is_enum = issubclass(cls, Enum)
    more = [fact for fact in FACTS if not hasattr(cls, fact.name.upper() if is_enum else fact.name)]
    if not more:
        return cls
    made = (_longer_enum if is_enum else _longer_tuple if issubclass(cls, tuple) else _subclass)(
        cls, more
    )
    made.__module__, made.__doc__ = cls.__module__, cls.__doc__
    return cast(C, made)


def _longer_enum(cls: Any, more: Iterable[Fact]) -> Any:
    members = {member.name: member.value for member in cls}
    functional: Any = StrEnum
    return functional(cls.__name__, members | {fact.name.upper(): fact.name for fact in more})


def _longer_tuple(cls: Any, more: Iterable[Fact]) -> Any:
    functional: Any = namedtuple
    made = functional(
        cls.__name__,
        (*cls._fields, *(fact.name for fact in more)),
        defaults=(*cls._field_defaults.values(), *(fact.unknown for fact in more)),
    )
    for name, value in vars(cls).items():
        if isinstance(value, property):
            setattr(made, name, value)
    return made


def _subclass(cls: Any, more: Iterable[Fact]) -> Any:
    members: dict[str, Any] = {fact.name: field(default=fact.unknown) for fact in more}
    members["__annotations__"] = dict.fromkeys(members, Any)
    return dataclass(frozen=True, slots=True)(type(cls.__name__, (cls,), members))
