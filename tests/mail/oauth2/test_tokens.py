"""Tokens are shared by all connections, cached in memory, and renewed before they expire (N14)."""

import asyncio

import pytest

from studio_tui.mail.oauth2.advice import advice_on, advice_on_login, missing_role
from studio_tui.mail.oauth2.answers import NoToken, Token, bare_token, claims, masked, token_in
from studio_tui.mail.oauth2.tokens import Tokens
from studio_tui.mail.secrets import HIDDEN, Secret


class Giver:
    """Provides numbered tokens, or fails, on a clock that is set by hand."""

    def __init__(self, seconds: float = 3600) -> None:
        self.now, self.given, self.seconds = 0.0, 0, seconds
        self.fails = False
        self.tokens = Tokens(self.fetch, lambda: self.now)

    async def fetch(self) -> Token:
        await asyncio.sleep(0)
        if self.fails:
            raise NoToken("not now")
        self.given += 1
        return Token(Secret(f"token {self.given}"), self.seconds)

    async def next(self) -> str:
        return (await self.tokens.token()).reveal()


async def test_concurrent_requests_share_a_token() -> None:
    giver = Giver()
    assert set(await asyncio.gather(*(giver.next() for _ in range(10)))) == {"token 1"}
    assert await giver.next() == "token 1"


@pytest.mark.parametrize(("seconds", "good_until"), [(3600.0, 3300.0), (60.0, 48.0)])
async def test_a_token_is_renewed_before_it_expires(seconds: float, good_until: float) -> None:
    giver = Giver(seconds)
    assert await giver.next() == "token 1"
    giver.now = good_until - 1
    assert await giver.next() == "token 1"
    giver.now = good_until
    assert await giver.next() == "token 2"


async def test_a_token_that_cannot_be_renewed_is_used_until_it_expires() -> None:
    giver = Giver()
    await giver.next()
    giver.fails = True
    giver.now = 3599
    assert await giver.next() == "token 1"
    giver.now = 3600
    with pytest.raises(NoToken, match="not now"):
        await giver.next()


async def test_a_refused_token_is_never_reused() -> None:
    giver = Giver()
    first = await giver.tokens.token()
    await giver.tokens.token()
    giver.tokens.forget(first)
    assert await giver.next() == "token 2"
    giver.tokens.forget(first)
    assert await giver.next() == "token 2"


async def test_all_waiting_requests_get_the_error() -> None:
    giver = Giver()
    giver.fails = True
    found = await asyncio.gather(*(giver.next() for _ in range(3)), return_exceptions=True)
    assert [str(each) for each in found] == ["not now"] * 3


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ({"expires_in": 3599}, 3599),
        ({"expires_in": "3599"}, 3599),
        ({}, 300),
        ({"expires_in": None}, 300),
        ({"expires_in": True}, 300),
        ({"expires_in": float("nan")}, 300),
        ({"expires_in": -5}, 0),
        ({"expires_in": 10**12}, 86_400),
        ({"expires_in": "9" * 400}, 86_400),
    ],
)
def test_the_lifetime_of_a_token(answer: dict[str, object], seconds: float) -> None:
    assert token_in({"access_token": "x", **answer}, "It").seconds == seconds


@pytest.mark.parametrize(
    "answer",
    [{}, {"access_token": ""}, {"access_token": 7}, {"access_token": "a b"},
     {"access_token": "a\r\nb"}, {"access_token": "é"}, {"access_token": "x" * 20_000},
     {"access_token": "x", "token_type": "mac"}, {"access_token": "x", "token_type": None}],
)  # fmt: skip
def test_an_answer_without_a_token(answer: dict[str, object]) -> None:
    with pytest.raises(NoToken, match=r"^It "):
        token_in(answer, "It")


def test_what_a_command_prints() -> None:
    assert bare_token("ya29.x", "It").secret == Secret("ya29.x")
    assert bare_token('{"access_token": "x", "expires_in": 60}', "It").seconds == 60
    for text in ("", "two words", "a\nb", "{", "{}", "[]"):
        with pytest.raises(NoToken):
            bare_token(text, "It")


def test_secrets_are_masked() -> None:
    secret = Secret("hunter2")
    token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln"
    guid = "11111111-2222-3333-4444-555555555555"
    said = masked(
        f"no: hunter2 {token} {'0a' * 20} {guid} https://outlook.office365.com/\x1b[2J", secret
    )
    assert said.startswith(f"no: {HIDDEN} {HIDDEN} {HIDDEN} {guid} https://outlook.office365.com/")
    assert "\x1b" not in said
    assert len(masked("word " * 1000)) < 400


def test_advice_for_the_administrator() -> None:
    assert "no such tenant" in advice_on("invalid_request AADSTS90002: Tenant 'x' not found.")
    assert "has expired" in advice_on("invalid_client AADSTS7000222: The provided client secret")
    assert "domain-wide delegation" in advice_on("unauthorized_client Client is unauthorized")
    assert advice_on("AADSTS1: something else") == ""
    assert "New-ServicePrincipal" in advice_on_login("5.7.3 Authentication unsuccessful")
    assert "switched on" in advice_on_login(
        "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
    )
    assert "https://mail.google.com/" in advice_on_login("5.7.8 Username … x-20 - gsmtp")


def test_a_missing_role_of_a_microsoft_token_is_named() -> None:
    exchange = {"aud": "https://outlook.office365.com", "roles": ["SMTP.SendAsApp"]}
    assert missing_role(exchange) == ""
    assert "SMTP.SendAsApp" in missing_role({**exchange, "roles": ["Mail.Send"]})
    assert missing_role({**exchange, "roles": None, "scp": "SMTP.Send offline_access"}) == ""
    graph = {"aud": "https://graph.microsoft.com", "iss": "https://sts.windows.net/x/"}
    assert "outlook.office365.com/.default" in missing_role(graph)
    assert missing_role({"aud": "somebody else"}) == missing_role({}) == ""


@pytest.mark.parametrize("text", ["x", "a.b", "a.b.c", "a.W10.c", "a.e30=.c", "..", "é.é.é"])
def test_an_opaque_token_has_no_claims(text: str) -> None:
    assert claims(Secret(text)) == {}
