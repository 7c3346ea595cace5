"""Strategies for damaged files, mails and commands, derived from valid examples.

``STUDIO_EXAMPLES`` multiplies the number of examples, and makes them differ on every run (``nox -s
fuzz``).
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

TIMES = int(os.environ.get("STUDIO_EXAMPLES", "1"))
"""Factor for the number of examples."""
_PIECES = (
    *(b"\0", b"\r", b"\n", b"\r\n\r\n", b'"', b"'", b";", b",", b"\t", b"|", b" > ", b"=", b"--"),
    *(b"[", b"]]", b"<", b"&", b"%s", b"{0}", b"-1", b"1e999", b"9" * 20, b"0001-01-01"),
    *(b"9999-12-31", b"\xff\xfe", b"\xef\xbb\xbf", b"\x80", b"\xc3", b"\xed\xa0\x80"),
    *("\u202e".encode(), b"\x1b]52;c;aGk=\x07", b"A" * 5_000, b"(" * 2_000, b"[" * 2_000),
    *(b"&#x0;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"Content-Type: ", b"=?utf-8?b?//79?="),
    *(b"=?x-unknown?q?=00?=", b"\xff" * 8, b"\x7f\xff\xff\xff", b"1979-05-27T07:32:00Z"),
)
"""Bytes to insert: terminators, opening delimiters, invalid encodings and extreme values."""


def fuzzing(examples: int) -> settings:
    """Return settings for ``examples`` examples, the same on every run.

    If `TIMES` is above 1, there are that many times as many, and they differ on every run.
    """
    return settings(
        max_examples=examples * TIMES,
        derandomize=TIMES == 1,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@st.composite
def damaged(draw: st.DrawFn, examples: tuple[bytes, ...]) -> bytes:
    """Draw one of ``examples`` with up to six edits: parts cut, repeated, reversed or replaced."""
    content = draw(st.sampled_from(examples))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.sampled_from((0, 1, 2, 17, 300, 100_000))))
        part = content[start:end]
        instead = draw(
            st.one_of(
                st.sampled_from(_PIECES),
                st.binary(max_size=8),
                st.just(part * 3),
                st.just(part[::-1]),
                st.just(b""),
            )
        )
        content = content[:start] + instead + content[end:]
    return content


def damaged_text(*examples: str) -> st.SearchStrategy[str]:
    """Like `damaged`, for text."""
    return damaged(tuple(each.encode() for each in examples)).map(
        lambda content: content.decode(errors="replace")
    )
