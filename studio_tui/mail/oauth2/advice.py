"""Advice for administrators on errors of token endpoints.

Codes of Microsoft: https://learn.microsoft.com/entra/identity-platform/reference-error-codes, read
2026-11; of Google and others: RFC 6749, 5.2, and
https://developers.google.com/identity/protocols/oauth2/service-account.
"""

import re
from collections.abc import Mapping

_CONSENT = (
    "give the application the permission SMTP.SendAsApp of “Office 365 Exchange Online” and grant "
    "admin consent"
)
_AADSTS = {
    "90002": "there is no such tenant: check the tenant in smtp.oauth2.token_url",
    "900023": "there is no such tenant: check the tenant in smtp.oauth2.token_url",
    "90013": "check the tenant in smtp.oauth2.token_url, client_id and scope",
    "900144": "something is missing in [smtp.oauth2]: set client_id and scope",
    "700016": "there is no such application in this tenant: check smtp.oauth2.client_id, and that "
    "token_url names the tenant where it is registered",
    "7000215": "the client secret is wrong: put its value, not its id, in place by “studio-tui "
    "mail password”",
    "7000222": "the client secret has expired: have a new one made, and put it in place by "
    "“studio-tui mail password”",
    "7000216": "the client secret is missing: put it in place by “studio-tui mail password”",
    "7000218": "the client secret is missing: put it in place by “studio-tui mail password”",
    "7000112": "the application is switched off in the tenant: have it switched on",
    "7000229": f"the application has no service principal in this tenant: {_CONSENT}",
    "70011": "the scope is wrong: set scope to https://outlook.office365.com/.default",
    "1002012": "the scope is wrong: set scope to https://outlook.office365.com/.default",
    "500011": "the scope names nothing that the tenant knows: set it to "
    "https://outlook.office365.com/.default",
    "65001": f"nobody has consented: {_CONSENT}",
    "650057": f"the application may not ask for this: {_CONSENT}",
    "53003": "conditional access of the tenant keeps the application out: have it let in",
    "700027": "the certificate of the application is not the one that is registered",
    "50034": "there is no such account in the tenant",
    "50196": "tokens were asked for too often: wait a while",
}
_OTHERS = {
    "invalid_client": "check smtp.oauth2.client_id and the client secret (studio-tui mail "
    "password)",
    "invalid_grant": "a service account needs domain-wide delegation for the scope, and "
    "smtp.username has to be a mailbox of the domain; also check the clock of this host",
    "unauthorized_client": "the application is not allowed to ask for this: have it given the "
    "right (Google: domain-wide delegation of the client id for the scope)",
    "invalid_scope": "check smtp.oauth2.scope",
    "unsupported_grant_type": "check smtp.oauth2.grant and token_url",
}


def advice_on(said: str) -> str:
    """Return what to do about the error message ``said``; empty if it is unknown."""
    for code in re.findall(r"AADSTS(\d+)", said):
        if code in _AADSTS:
            return _AADSTS[code]
    return next((words for name, words in _OTHERS.items() if said.startswith(name)), "")


def advice_on_login(said: str) -> str:
    """Return what to do if the mail server refuses a token with the message ``said``."""
    lowered = said.lower()
    if "smtpclientauthentication" in lowered or "5.7.139" in said:
        return (
            "SMTP AUTH is switched off for the tenant or the mailbox: have it switched on "
            "(Set-CASMailbox MAILBOX -SmtpClientAuthenticationDisabled $false)"
        )
    if "5.7.3" in said or "exchange" in lowered or "outlook" in lowered:
        return (
            "in Exchange Online the application has to be registered by the Object ID of the "
            "enterprise application (New-ServicePrincipal), and to have access to the mailbox "
            "smtp.username (Add-MailboxPermission … -AccessRights FullAccess)"
        )
    if "mail.google.com" in lowered or "gsmtp" in lowered:
        return (
            "have the client id of the service account delegated for the whole domain with the "
            "scope https://mail.google.com/, and smtp.username be a mailbox with Gmail"
        )
    return "check smtp.username, and that the token is for this server and this mailbox"


def missing_role(claims: Mapping[str, object]) -> str:
    """Return why a token of Microsoft does not allow sending mail.

    Empty if nothing is missing, or if the token is not one of Microsoft.
    """
    audience = str(claims.get("aud", ""))
    if "outlook.office" not in audience and not str(claims.get("iss", "")).startswith(
        ("https://sts.windows.net/", "https://login.microsoftonline.com/")
    ):
        return ""
    if "outlook.office" not in audience:
        return "it is not for Exchange Online: set scope to https://outlook.office365.com/.default"
    roles, scopes = claims.get("roles"), str(claims.get("scp", ""))
    held = [*roles, *scopes.split()] if isinstance(roles, list) else scopes.split()
    if not {"SMTP.SendAsApp", "SMTP.Send"} & {str(each) for each in held}:
        return f"it does not allow to send: {_CONSENT}"
    return ""
