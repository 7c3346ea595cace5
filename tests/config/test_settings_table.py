"""The document of the settings matches their declarations, and the examples are valid."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from click.testing import CliRunner

from studio_tui.cli.main import program
from studio_tui.config import settings
from studio_tui.config.setting import setting, settings_in
from studio_tui.config.settings import Notifications, Settings, load
from studio_tui.config.settings_table import in_markdown
from studio_tui.domain.shared.errors import Refused
from studio_tui.main import DEPENDENCIES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")


def written(path: Path, text: str) -> dict[str, str]:
    """Write ``text`` as configuration file, and return the environment that selects it."""
    path.write_text(text, encoding="utf-8")
    return {"STUDIO_CONFIG": str(path)}


def toml_in(text: str) -> str:
    return text.split("```toml\n")[1].split("```")[0]


def test_the_document_is_as_declared() -> None:
    assert TEXT.split("<!-- settings -->\n")[1].split("<!-- end of settings -->")[0] == (
        in_markdown()
    )


def test_the_examples_of_the_documents_are_valid(tmp_path: Path) -> None:
    """The complete example contains the example value of every setting."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert load(written(tmp_path / "readme.toml", toml_in(readme))).smtp.helo
    found = load(written(tmp_path / "all.toml", toml_in(TEXT)))
    for each in settings_in(Settings):
        assert each.value(found) == each.example


def test_every_setting_has_a_description() -> None:
    assert [each.key for each in settings_in(Settings) if not each.why] == []


def check_weekday(text: str) -> None:
    if text not in ("monday", "friday"):
        raise ValueError(f"“{text}” is neither monday nor friday")


@pytest.fixture
def longer(monkeypatch: pytest.MonkeyPatch) -> type[msgspec.Struct]:
    """The settings with an additional one: ``notifications.digest``."""
    kind: Any = Annotated[str, setting("the day of the digest", check=check_weekday)]
    section = msgspec.defstruct(
        "Notifications",
        [("digest", kind, "friday")],
        bases=(Notifications,),
        frozen=True,
        forbid_unknown_fields=True,
    )
    made = msgspec.defstruct(
        "Settings",
        [("notifications", section, msgspec.field(default_factory=section))],
        bases=(Settings,),
        frozen=True,
        forbid_unknown_fields=True,
    )
    monkeypatch.setattr(settings, "Settings", made)
    return made


@pytest.mark.usefixtures("longer")
def test_a_new_setting_appears_everywhere_settings_appear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"

    def digest(environ: dict[str, str]) -> str:
        loaded: Any = load(environ)
        return str(loaded.notifications.digest)

    assert digest(written(path, "")) == "friday"
    environ = written(path, '[notifications]\ndigest = "monday"')
    assert digest(environ) == "monday"
    assert digest(environ | {"STUDIO_NOTIFICATIONS_DIGEST": "friday"}) == "friday"
    for text, said in (
        ("digset = 1", "unknown key “notifications.digset”; did you mean “notifications.digest”?"),
        ("digest = 1", 'notifications.digest cannot be a number: write it like digest = "friday".'),
        ("digest = 'sunday'", "notifications.digest: “sunday” is neither monday nor friday."),
    ):
        environ = written(path, f"[notifications]\n{text}")
        with pytest.raises(Refused) as refused:
            load(environ)
        assert str(refused.value) == f"{path}: {said}"
    monkeypatch.setenv("STUDIO_CONFIG", str(path))
    told = CliRunner().invoke(program, ["doctor"], obj=DEPENDENCIES)
    assert (told.exit_code, "“sunday” is neither monday nor friday" in told.stdout) == (1, True)
    row = '| `digest` | `"friday"` | the day of the digest | `STUDIO_NOTIFICATIONS_DIGEST` |\n'
    assert row in in_markdown()
    assert 'digest = "friday"\n' in toml_in(in_markdown())
