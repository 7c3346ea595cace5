"""The headings of our own and of Workday, BambooHR, Microsoft Entra, Google Workspace, SAP
SuccessFactors, ADP, Moodle, and of Dutch, French, German, Spanish and Italian exports.

A heading is compared without case, accents, spaces and punctuation, so ``Work E-mail`` stands for
``work_email`` too. Of several columns that tell one field, the one in the earliest tier does: a
work address before a mere ``Email``, a preferred name before a legal one, a manager's address
before a manager's name.
"""

from collections.abc import Mapping

from studio_tui.domain.people.hr_file.records import ImportField

KNOWN: Mapping[ImportField, tuple[tuple[str, ...], ...]] = {
    ImportField.LOGIN: (
        ("login",),
        ("username", "login name", "sAMAccountName", "onPremisesSamAccountName"),
        ("gebruikersnaam", "nom d'utilisateur", "identifiant", "user login", "login ID"),
        ("benutzername", "anmeldename", "nombre de usuario", "usuario", "nome utente"),
    ),
    ImportField.EMAIL: (
        ("work email", "work email address", "email - primary work", "primary work email"),
        ("email - work", "email (work)", "business email", "company email"),
        ("e-mailadres werk", "werk e-mail", "adresse e-mail professionnelle", "e-mail pro"),
        ("mail", "primary smtp address", "primary email"),
        ("email", "email address", "e-mailadres", "mailadres", "adresse e-mail", "adresse mail"),
        ("courriel", "adresse électronique", "best email"),
        ("geschäftliche e-mail", "e-mail geschäftlich", "dienstliche e-mail", "e-mail-adresse"),
        ("correo electrónico", "correo", "posta elettronica", "indirizzo e-mail", "e-mail adress"),
        ("e-post", "e-postadresse", "e-postadress", "adres e-mail", "sähköposti"),
    ),
    ImportField.GIVEN_NAME: (
        ("given_name", "preferred name - first name", "preferred first name"),
        ("roepnaam", "prénom usuel"),
        ("givenName", "first name", "forename", "voornaam", "prénom"),
        ("legal name - first name", "legal first name"),
        ("vorname", "rufname", "nombre", "nombres", "nome", "primo nome", "förnamn", "fornavn"),
        ("imię", "jméno", "etunimi", "nome próprio"),
    ),
    ImportField.FAMILY_NAME: (
        ("family_name", "preferred name - last name", "preferred last name"),
        ("surname", "last name", "achternaam", "familienaam", "nom de famille"),
        ("legal name - last name", "legal last name", "family name"),
        ("nachname", "familienname", "zuname", "apellidos", "apellido", "cognome", "sobrenome"),
        ("efternamn", "etternavn", "efternavn", "nazwisko", "příjmení", "sukunimi"),
    ),
    ImportField.NAME: (
        ("name", "full name", "displayName", "employee name", "worker name"),
        ("last name, first name", "volledige naam", "nom complet"),
        ("weergavenaam", "nom d'affichage"),
        ("naam", "nom", "naam werknemer", "medewerker"),
        ("worker", "employee", "vollständiger name", "nombre completo", "nome completo"),
        ("mitarbeitername", "mitarbeiter"),
    ),
    ImportField.LANGUAGE: (
        ("language", "preferred language", "language preference", "taal", "langue"),
        ("taalcode", "code langue", "voorkeurstaal", "taalrol", "langue préférée"),
        ("user language", "locale", "primary language", "sprache", "korrespondenzsprache"),
        ("lang", "idioma", "lingua"),
    ),
    ImportField.TIME_ZONE: (("time_zone", "tijdzone", "fuseau horaire", "zeitzone"),),
    ImportField.GROUPS: (("groups", "groepen", "groupes", "tags"),),
    ImportField.TEAMS: (
        ("teams", "ploegen", "équipes"),
        ("team", "ploeg", "équipe"),
        ("org unit path",),
    ),
    ImportField.LEADS: (("leads", "leads teams", "leidt", "dirige"),),
    ImportField.COACHES: (("coaches",), ("coach",)),
    ImportField.MANAGER: (
        ("manager email", "manager work email", "worker's manager email", "supervisor email"),
        ("reports to email", "manager - email", "e-mail leidinggevende", "e-mail manager"),
        ("e-mail responsable", "e-mail du responsable", "manager e-mail address"),
        ("manager UPN", "manager userPrincipalName", "manager mail", "manager login"),
        ("manager employee ID", "manager ID", "reports to ID", "supervisor ID", "supervisor EID"),
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
    ImportField.DEPARTMENT: (
        ("department", "department name", "afdeling", "dienst", "département", "service"),
        ("supervisory organization", "organization name"),
        ("abteilung", "departamento", "reparto", "dipartimento", "avdelning", "avdeling"),
        ("division", "divisie", "direction", "cost center", "kostenplaats", "centre de coût"),
        ("kostenstelle", "bereich"),
    ),
    ImportField.ROLE: (("role", "studio role"),),
    ImportField.HIRED_ON: (
        ("hired_on", "hire date", "employeeHireDate", "date of hire", "date hired"),
        ("original hire date", "start date", "continuous service date", "employment start date"),
        ("datum in dienst", "datum indiensttreding", "indiensttreding"),
        ("datum in diensttreding", "date d'entrée", "date d'entrée en service", "date d'embauche"),
        ("date d'engagement", "date de début", "hired", "start of employment"),
        ("einstellungsdatum", "eintrittsdatum", "eintritt", "fecha de contratación"),
        ("data zatrudnienia", "ansettelsesdato", "anställningsdatum", "ansættelsesdato"),
        ("fecha de alta", "fecha de ingreso", "data di assunzione", "data de admissão"),
    ),
    ImportField.ACTIVE: (
        ("active", "active status", "currently active", "accountEnabled", "account enabled"),
        ("worker status", "employee status", "status", "account status", "actief", "actif"),
        ("employment status", "user status", "state of employment", "statut", "état", "toestand"),
        ("beschäftigungsstatus", "aktiv", "enabled", "is active", "isactive", "estado", "stato"),
        ("activo", "attivo", "ativo", "user account enabled", "status zatrudnienia"),
        ("ansettelsesstatus", "anställningsstatus", "estado laboral", "estado del empleado"),
    ),
    ImportField.LEFT: (
        ("suspended", "is suspended", "deleted", "is deleted", "disabled", "account disabled"),
        ("is disabled", "archived", "is archived", "terminated", "is terminated", "inactive"),
        ("left", "has left", "is inactive", "deactivated", "inactief", "inactif", "inaktiv"),
        ("gesperrt", "ausgeschieden", "uit dienst"),
    ),
    ImportField.LEFT_ON: (
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
    ImportField.EMPLOYEE_NUMBER: (
        ("employee_number", "employee ID", "employee no", "worker ID", "EID", "employeeId"),
        ("emp ID", "emp no", "emp number", "employee code", "personnel number", "personnel no"),
        ("personnel ID", "staff ID", "staff number", "staff no", "payroll number", "payroll ID"),
        ("worker number", "person number", "person ID", "associate ID", "file number", "pernr"),
        ("personeelsnummer", "stamnummer", "matricule", "numéro de personnel", "pers no"),
        ("werknemersnummer", "medewerkersnummer", "medewerker ID", "numéro d'employé"),
        ("numéro matricule", "n° matricule", "personalnummer", "personal-nr", "personalnr"),
        ("mitarbeiternummer", "mitarbeiter-nr", "mitarbeiter-ID", "número de empleado"),
        ("matricola", "matrícula", "anställningsnummer", "medarbeidernummer", "numer pracownika"),
        ("ansattnummer", "ansatt nr", "medarbejdernummer"),
        ("USERID",),
    ),
    ImportField.PRINCIPAL: (("userPrincipalName", "upn", "sign-in name"),),
    ImportField.KNOWN_AS: (
        ("known_as",),
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
    "employee_number",
)
"""The columns of an export in our own headings: all that the import knows but ``manager``, who
follows from teams and leaders (U4)."""
