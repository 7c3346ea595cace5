"""The rule for valid addresses, and addresses found in free text."""

import pytest
from email_validator import validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from studio_tui.domain.shared.addresses import clear_address, why_no_address, without_invisible
from studio_tui.mail.transport.addresses import deliverable


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.org",
        "ann@test",
        "els@localhost.localdomain",
        "Ann.O'Brien+hr@sub-domain.example.co.uk",
        "josé@exämple.org",
        "jösé@test",
        "用户@例子.广告",
        "x@例子。广告",
        "x@مثال.إختبار",
        "x@straße.de",
        "x@l·l.cat",
        "x@123.org",
        "x@" + "a" * 63 + ".be",
    ],
)
def test_a_valid_address_is_deliverable(address: str) -> None:
    assert why_no_address(address) == ""
    assert deliverable(address)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ann", ""),
        ("ann@", ""),
        ("@example.org", ""),
        ("ann\uff20example.org", ": “\uff20” (U+FF20) is no @-sign: write @ in its place"),
        ("ann\ufe6bexample.org", ": “\ufe6b” (U+FE6B) is no @-sign: write @ in its place"),
        ("ann (at) example.org", ": “(at)” is no @-sign: write @ in its place"),
        ("ann%40example.org", ": “%40” is no @-sign: write @ in its place"),
        ("a@b@example.org", ": it has more than one @-sign"),
        ("ann peeters@example.org", ": a space may not stand before the @-sign"),
        ("ann@exam ple.org", ": a space may not stand after the @-sign"),
        ("nel’s@example.org", ": “’” may not stand before the @-sign"),
        ("“ann@example.org”", ": ““” may not stand before the @-sign"),
        ("ann@☃.net", ": “☃” may not stand after the @-sign"),
        ("ann@exa‐mple.org", ": “‐” may not stand after the @-sign"),
        ("ann@exam😀ple.org", ": “😀” may not stand after the @-sign"),
        ("an\u00adn@example.org", ": soft hyphen may not stand before the @-sign"),
        ("ann@example..org", ": a dot stands at an end"),
        ("ann.@example.org", ": a dot stands at an end"),
        ("ann@example.org.", ": a dot stands at an end"),
        ("ann@-example.org", ": a part after the @-sign begins or ends with a hyphen"),
        ("ann@ex_ample.org", ": “_” may not stand after the @-sign"),
        ("ann@[192.0.2.1]", ": “[” may not stand after the @-sign"),
        ("ann@127.0.0.1", ": the part after the @-sign is a number"),
        ("a" * 65 + "@example.org", ": more than 64 characters stand before the @-sign"),
        ("x@" + "a" * 64 + ".be", ": a part after the @-sign is longer than 63 characters"),
        ("x@" + "é" * 62 + ".be", ": a part after the @-sign is longer than 63 characters"),
        ("x@" + "a." * 130 + "be", ": it is longer than 254 bytes"),
        ("x@אa.org", ": “אa” mixes directions of writing"),
        ("x@\u0301a.org", "is no part of a domain"),
    ],
)
def test_an_invalid_address_is_refused_with_a_reason(address: str, reason: str) -> None:
    said = why_no_address(address)
    assert "is not an e-mail address" in said
    assert reason in said


NEAR = st.text("ab1.-_@é√’中ßאא١\u0301\u200b\u00ad。ａ", max_size=12)


def test_an_empty_address_is_missing_not_wrong() -> None:
    assert why_no_address("") == "There is no e-mail address"


@given(NEAR | st.builds("{}@{}".format, NEAR, NEAR) | st.emails())
@example("x@xn--a.com")
def test_a_stored_address_is_accepted_by_the_mail_library(text: str) -> None:
    """The library that writes the envelope accepts every address that the rule accepts."""
    if why_no_address(text):
        return
    assert deliverable(text).rpartition("@")[2].isascii()
    # The library also checks encoded labels, and knows reserved names.
    if "--" not in text:
        validate_email(
            text, check_deliverability=False, globally_deliverable=False, test_environment=True
        )


@pytest.mark.parametrize(
    "text",
    [
        "ann@example.org",
        " ann@example.org ",
        "Ann Peeters <ann@example.org>",
        "“Ann” <ann@example.org>",
        '"Peeters, Ann" <ann@example.org>',
        "Ann (HR) <ann@example.org>",
        "Peeters, Ann (ann@example.org)",
        "Ann [ann@example.org]",
        "ann@example.org (Ann Peeters)",
        "'ann@example.org' <ann@example.org>",
        "mailto:ann@example.org",
        "MAILTO: ann@example.org?subject=Hello",
        "SMTP:ann@example.org",
        "<ann@example.org>",
        "<mailto:ann@example.org>",
        "'ann@example.org'",
        '"ann@example.org"',
        "ann@example.org;",
        "\u200bann@example.org",
        "ann@exam\u00adple.org\u2060",
        "a\u200cnn@example.org\u00a0",
        "\ufeffann@example.org\ufe0f",
    ],
)
def test_the_only_address_in_a_text_is_extracted(text: str) -> None:
    assert clear_address(text) == "ann@example.org"


@pytest.mark.parametrize(
    "text",
    [
        "ann@a.org <ann@b.org>",
        "ann@a.org; bob@a.org",
        "ann peeters@example.org",
        "Ann Peeters ann@example.org",
        "<ann@a.org> <bob@a.org>",
        "ann@exam ple.org",
        "“ann@example.org”",
        "Ann <ann>",
        "bob",
        "",
    ],
)
def test_a_text_without_a_clear_address_is_unchanged(text: str) -> None:
    assert clear_address(text) == text


def test_invisible_characters_are_removed() -> None:
    assert without_invisible("a\u200bb\u200dc\u3164d\ufe0fe\u00adf") == "abcdef"
    assert without_invisible("josé 中") == "josé 中"
