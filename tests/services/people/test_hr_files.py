"""HR files on disk: naming, opening, and refusal if they cannot be read."""

import os
import threading
from pathlib import Path

import pytest

from studio_tui.domain.shared.errors import Refused, Unavailable
from studio_tui.services.people.hr_files import headings_in, read

DATA = b"email,given_name,family_name\r\na@example.org,Ann,Maes\r\n"


def test_errors_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"")
    with pytest.raises(Refused, match=r"^people\.csv is empty"):
        read(path)


def test_a_directory_and_a_missing_file_are_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="is a folder"):
        read(tmp_path)
    with pytest.raises(Unavailable, match=r"nobody\.csv cannot be read: No such file"):
        read(tmp_path / "nobody.csv")


def test_a_named_pipe_can_be_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[DATA])
    writer.start()
    assert len(read(pipe).records) == 1
    writer.join()


def test_the_headings_are_read_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(DATA)
    assert headings_in(path) == ("email", "given_name", "family_name")
    with pytest.raises(Unavailable, match="is a folder"):
        headings_in(tmp_path)
