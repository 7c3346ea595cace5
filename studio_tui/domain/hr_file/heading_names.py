"""The headings of our own and of Workday, BambooHR, Microsoft Entra, Google Workspace and the
Dutch and French exports of Belgian payroll offices.

A heading is compared without case, accents, spaces and punctuation, so ``Work E-mail`` stands for
``work_email`` too. Of several columns that tell one field, the one in the earliest tier does: a
work address before a mere ``Email``, a preferred name before a legal one, a manager's address
before a manager's name.
"""

from collections.abc import Mapping

from studio_tui.domain.hr_file.records import Field

KNOWN: Mapping[Field, tuple[tuple[str, ...], ...]] = {
    Field.LOGIN: (
        ("login",),
        ("username", "login name", "sAMAccountName", "onPremisesSamAccountName"),
        ("gebruikersnaam", "nom d'utilisateur", "identifiant"),
    ),
    Field.EMAIL: (
        ("work email", "work email address", "email - primary work", "primary work email"),
        ("email - work", "email (work)", "business email", "company email"),
        ("e-mailadres werk", "werk e-mail", "adresse e-mail professionnelle", "e-mail pro"),
        ("mail", "primary smtp address", "primary email"),
        ("email", "email address", "e-mailadres", "mailadres", "adresse e-mail", "adresse mail"),
        ("courriel", "adresse électronique", "best email"),
    ),
    Field.GIVEN_NAME: (
        ("given_name", "preferred name - first name", "preferred first name"),
        ("roepnaam", "prénom usuel"),
        ("givenName", "first name", "forename", "voornaam", "prénom"),
        ("legal name - first name", "legal first name"),
    ),
    Field.FAMILY_NAME: (
        ("family_name", "preferred name - last name", "preferred last name"),
        ("surname", "last name", "achternaam", "familienaam", "nom de famille"),
        ("legal name - last name", "legal last name"),
    ),
    Field.NAME: (
        ("name", "full name", "displayName", "employee name", "worker name"),
        ("last name, first name", "volledige naam", "nom complet"),
        ("weergavenaam", "nom d'affichage"),
        ("naam", "nom", "naam werknemer", "medewerker"),
        ("worker", "employee"),
    ),
    Field.LANGUAGE: (
        ("language", "preferred language", "language preference", "taal", "langue"),
        ("taalcode", "code langue", "voorkeurstaal", "taalrol", "langue préférée"),
        ("user language", "locale", "primary language"),
    ),
    Field.TIME_ZONE: (("time_zone", "tijdzone", "fuseau horaire"),),
    Field.GROUPS: (("groups", "groepen", "groupes", "tags"),),
    Field.TEAMS: (("teams", "ploegen", "équipes"), ("team", "ploeg", "équipe"), ("org unit path",)),
    Field.LEADS: (("leads", "leads teams", "leidt", "dirige"),),
    Field.COACHES: (("coaches",), ("coach",)),
    Field.MANAGER: (
        ("manager email", "manager work email", "worker's manager email", "supervisor email"),
        ("reports to email", "manager - email", "e-mail leidinggevende", "e-mail manager"),
        ("e-mail responsable", "e-mail du responsable", "manager e-mail address"),
        ("manager UPN", "manager userPrincipalName", "manager mail", "manager login"),
        ("manager employee ID", "manager ID", "reports to ID", "supervisor ID", "supervisor EID"),
        ("manager", "worker's manager", "worker's manager(s)", "reports to", "reporting to"),
        ("supervisor", "manager name", "supervisor name", "line manager", "direct manager"),
        ("leidinggevende", "directe leidinggevende", "verantwoordelijke", "responsable"),
        ("responsable hiérarchique", "supérieur hiérarchique", "n+1", "manager display name"),
    ),
    Field.DEPARTMENT: (
        ("department", "department name", "afdeling", "dienst", "département", "service"),
        ("supervisory organization", "organization name"),
        ("division", "divisie", "direction", "cost center", "kostenplaats", "centre de coût"),
    ),
    Field.ROLE: (("role", "studio role"),),
    Field.HIRED_ON: (
        ("hired_on", "hire date", "employeeHireDate", "date of hire", "date hired"),
        ("original hire date", "start date", "continuous service date", "employment start date"),
        ("datum in dienst", "datum indiensttreding", "indiensttreding"),
        ("datum in diensttreding", "date d'entrée", "date d'entrée en service", "date d'embauche"),
        ("date d'engagement", "date de début"),
    ),
    Field.ACTIVE: (
        ("active", "active status", "currently active", "accountEnabled", "account enabled"),
        ("worker status", "employee status", "status", "account status", "actief", "actif"),
        ("employment status",),
    ),
    Field.PRINCIPAL: (("userPrincipalName", "upn", "sign-in name"),),
    Field.KNOWN_AS: (
        ("known_as", "employee ID", "employee number", "employee no", "worker ID", "EID"),
        ("personeelsnummer", "stamnummer", "matricule", "numéro de personnel"),
        ("id", "objectId", "object ID", "external ID", "distinguishedName"),
    ),
}

EXPORTED = (
    "login",
    "email",
    "given_name",
    "family_name",
    "language",
    "time_zone",
    "groups",
    "teams",
    "leads",
    "coaches",
    "department",
    "role",
    "hired_on",
    "active",
)
"""The columns of an export in our own headings: all that the import knows but ``manager``, who
follows from teams and leaders (U4)."""
