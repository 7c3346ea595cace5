"""`styles/` and `data/` are found in a checkout and in an installed wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from studio_tui.config.assets import asset

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("styles", "data/templates", "data/questions", "data/wording", "data/demo")


@pytest.mark.parametrize("name", FOLDERS)
def test_a_checkout_has_the_assets_next_to_the_package(name: str) -> None:
    assert asset(name) == ROOT / name


def test_a_missing_asset_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="data/nothing is missing from the installation"):
        asset("data/nothing")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the wheel is unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_a_wheel_contains_every_asset(installed: Path) -> None:
    for top in ("styles", "data"):
        kept = {path.relative_to(ROOT) for path in (ROOT / top).rglob("*") if path.is_file()}
        carried = installed / "studio_tui" / "_assets"
        assert kept <= {path.relative_to(carried) for path in carried.rglob("*")}


def test_an_installed_wheel_finds_its_assets_and_starts(installed: Path, tmp_path: Path) -> None:
    code = (
        "import studio_tui; from studio_tui.config.assets import asset;"
        "from studio_tui.services.templates.text_files import starter_templates;"
        "print(studio_tui.__file__, asset('styles'), len(starter_templates()))"
    )
    environ = {"PYTHONPATH": str(installed), "HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )
    package = installed / "studio_tui"
    assert ran.stdout.split() == [
        str(package / "__init__.py"),
        str(package / "_assets" / "styles"),
        "3",
    ]
