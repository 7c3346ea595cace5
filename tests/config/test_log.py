"""The log of errors contains no login of a URL, in any notation (N11)."""

import pytest

from studio_tui.config.log import log_error


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://studio:S3cret@db/studio",
        "postgresql://studio:S3/cr@S3cret@db/studio",
        "postgresql//studio:S3cret@db/studio",
        "postgresql://db/studio?user=x&password=S3cret&sslmode=require",
        "postgresql://db/studio?sslPassword=S3cret",
    ],
)
def test_a_login_is_left_out(url: str) -> None:
    written = log_error(RuntimeError(f"while at '{url}', again")).read_text()
    assert "RuntimeError: while at" in written
    assert "S3c" not in written
    assert "S3/" not in written


def test_a_symlink_in_its_place_is_not_followed(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = log_error(RuntimeError("first"))
    aim = tmp_path_factory.mktemp("aim") / "aim"
    path.unlink()
    path.symlink_to(aim)
    assert log_error(RuntimeError("second")) == path
    assert not aim.exists()
