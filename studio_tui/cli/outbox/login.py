"""The checks of `doctor` and `mail test` on the login to the mail server.

They go step by step: the secret, the certificates, the token, then the connection with its login
(N11, N14).
"""

import asyncio
from collections.abc import Iterator

import msgspec

from studio_tui.cli.system.findings import Finding, Verdict
from studio_tui.config.settings import Smtp
from studio_tui.domain.shared.errors import Refused
from studio_tui.mail import secrets
from studio_tui.mail.oauth2.advice import missing_role
from studio_tui.mail.oauth2.answers import NoToken, claims
from studio_tui.mail.oauth2.endpoint import named
from studio_tui.mail.oauth2.tokens import Tokens, tokens_of
from studio_tui.mail.secrets import Secret
from studio_tui.mail.transport.outcomes import RelayDown
from studio_tui.mail.transport.smtp import SmtpConnection
from studio_tui.mail.transport.tls import context_of
from studio_tui.wording.counting import counted
from studio_tui.worker.advice import in_words


def login_findings(smtp: Smtp) -> Iterator[Finding]:
    """Yield a finding for each step up to the login.

    A missing secret or wrong certificates end the checks. Raises the errors of `secrets.find`.
    """
    found = secrets.find(smtp) if smtp.has_secret else None
    name = "client secret" if smtp.by_token else "password"
    who = secrets.holder(smtp)
    if smtp.has_secret and found is None:
        message = f"there is none for {who}: run “studio-tui mail password”"
        yield Finding(name, Verdict.BROKEN, message)
        return
    if found:
        yield Finding(name, Verdict.OK, f"of {who}: {found.where}")
    if smtp.ca_file or smtp.client_cert or smtp.client_key:
        certificates = _certificates(smtp)
        yield certificates
        if certificates.health is Verdict.BROKEN:
            return
    yield from asyncio.run(_connection_findings(smtp, found.password if found else None))


def _certificates(smtp: Smtp) -> Finding:
    try:
        context_of(smtp)
    except Refused as refused:
        return Finding("certificates", Verdict.BROKEN, refused.message)
    read = [each for each in (smtp.ca_file, smtp.client_cert, smtp.client_key) if each]
    return Finding("certificates", Verdict.OK, ", ".join(read))


async def _connection_findings(smtp: Smtp, secret: Secret | None) -> list[Finding]:
    tokens = tokens_of(smtp, secret) if smtp.username else None
    findings = await _token(smtp, tokens) if tokens else []
    connection = SmtpConnection(smtp, secret, tokens)
    try:
        if any(each.health is Verdict.BROKEN for each in findings):
            # Check the connection itself without a login, so that its result is reported as well.
            connection = SmtpConnection(msgspec.structs.replace(smtp, username=""))
        findings.append(_server(smtp, await connection.check(), findings))
    finally:
        await connection.close()
    return findings + [await _further_server(each, secret, tokens) for each in smtp.in_order()[1:]]


async def _further_server(smtp: Smtp, secret: Secret | None, tokens: Tokens | None) -> Finding:
    """Check a further server, used only while those before it are down.

    A failure counts as limited, because mail leaves without this server.
    """
    connection = SmtpConnection(smtp, secret, tokens)
    try:
        down = await connection.check()
    finally:
        await connection.close()
    if down is not None:
        message = f"{connection.place}: {in_words(down)}"
        return Finding("next server", Verdict.LIMITED, message)
    return Finding("next server", Verdict.OK, f"{connection.place} answers")


async def _token(smtp: Smtp, tokens: Tokens) -> list[Finding]:
    try:
        token = await tokens.token()
    except NoToken as error:
        return [Finding("token", Verdict.BROKEN, str(error))]
    giver = "smtp.token_command"
    if not smtp.token_command:
        giver = named(smtp.oauth2.token_url) if smtp.oauth2.token_url else "the token endpoint"
    good = counted(round(tokens.seconds_left / 60), "minute")
    findings = [Finding("token", Verdict.OK, f"{giver} gives one, good for {good}")]
    if lacks := missing_role(claims(token)):
        findings.append(Finding("permission", Verdict.LIMITED, f"of the token: {lacks}"))
    return findings


def _server(smtp: Smtp, down: RelayDown | None, before: list[Finding]) -> Finding:
    if down is not None:
        return Finding("mail server", Verdict.BROKEN, in_words(down))
    protection = {"none": "without protection"}.get(smtp.security, f"by {smtp.security}")
    said = f"{smtp.host}:{smtp.port} answers, {protection}"
    if any(each.health is Verdict.BROKEN for each in before):
        said += "; the login was not tried"
    elif smtp.username:
        said += f", and lets {smtp.username} log in"
    return Finding("mail server", Verdict.OK, said)
