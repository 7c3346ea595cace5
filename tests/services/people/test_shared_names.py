"""A login that equals another user's address identifies nobody, and cannot be created (U1)."""

import pytest

from studio_tui.domain.people import hr_file
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import PushDraft
from studio_tui.domain.shared.errors import Invalid, Refused
from studio_tui.domain.templates.template import Question, Topic
from studio_tui.services.people import imports, ssh_keys, users
from studio_tui.services.pushes import pushes
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import library, templates
from studio_tui.storage.engine.sql import execute
from tests.acting import as_user
from tests.organisation import create_push

pytestmark = pytest.mark.one_engine

HEAD = "login,email,given_name,family_name,role\n"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x"


def imported(studio: Studio, admin: Actor, *lines: str) -> None:
    imports.apply(studio, admin, hr_file.read((HEAD + "\n".join(lines) + "\n").encode()))


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["ann@example.org,mal@example.org,Mal,Ory,"], "the address of Ann Peeters"),
        (["ANN@Example.org,mal@example.org,Mal,Ory,"], "the address of Ann Peeters"),
        (["bob,bob@example.org,Bob,Smith,", "x@example.org,mal@example.org,Mal,Ory,",
          "new,x@example.org,New,Body,"], "the address on line 4"),
        (["bob,bob@example.org,Bob,Smith,", "cas@example.org,bea@example.org,Bea,M,"],
         "the address of Cas Dubois"),
    ],
)  # fmt: skip
def test_an_import_cannot_create_a_login_that_is_the_address_of_another_user(
    organisation: Studio, admin: Actor, lines: list[str], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        imported(organisation, admin, *lines)


def test_an_address_cannot_be_the_login_of_another_user(organisation: Studio, admin: Actor) -> None:
    imported(organisation, admin, "mal@corp.example,mal@example.org,Mal,Ory,")
    with pytest.raises(Refused, match="the login of Mal Ory"):
        imported(organisation, admin, "nan,mal@corp.example,Nan,Ny,")


def test_a_login_can_be_the_address_of_the_same_user(organisation: Studio, admin: Actor) -> None:
    imported(organisation, admin, "ann@example.org,ann@example.org,Ann,Peeters,")
    assert users.find(organisation, admin, "ann@example.org").user.login == "ann@example.org"


def test_an_address_that_changes_in_the_same_file_can_be_used_as_a_login(
    organisation: Studio, admin: Actor
) -> None:
    imported(
        organisation,
        admin,
        "ann,ann.new@example.org,Ann,Peeters,",
        "ann@example.org,mal@example.org,Mal,Ory,",
    )
    assert users.find(organisation, admin, "ann@example.org").user.name == "Mal Ory"


def test_an_ambiguous_name_in_the_database_identifies_nobody(
    organisation: Studio, admin: Actor
) -> None:
    """For example, if it was written directly to the database."""
    with organisation.store.writing():
        execute(
            "UPDATE users SET login = 'ann@example.org', login_key = 'ann@example.org' "
            "WHERE login_key = 'eve'"
        )
    said = "is two people: .*Ann Peeters.*login ann, address ann@example.org"
    with organisation.store.reading():
        for named in (naming.user_id_named, lambda name: naming.user_ids_named([name, "bob"])):
            with pytest.raises(Refused, match=said):
                named("ann@example.org")
        assert naming.user_id_named("eve@example.org") != naming.user_id_named("ann")
    with pytest.raises(Refused, match="Eve Alone"):
        ssh_keys.add(organisation, admin, "Ann@example.org", KEY)


def test_an_import_cannot_rename_the_login_of_the_only_admin(
    organisation: Studio, admin: Actor
) -> None:
    with organisation.store.writing():
        execute("UPDATE users SET role = 'user' WHERE role = 'admin' AND login_key <> 'els'")
    els = as_user(organisation, "els")
    with pytest.raises(Refused, match="els becomes els2"):
        imported(organisation, els, "els2,els@example.org,Els,Claes,admin")
    imported(organisation, els, "ELS,els@example.org,Els,Claes,admin")
    imported(
        organisation,
        els,
        "els2,els@example.org,Els,Claes,admin",
        "bob,bob@example.org,Bob,Smith,admin",
    )
    assert as_user(organisation, "els2").role == "admin"


def test_names_that_look_alike_count_as_the_same_name(organisation: Studio, admin: Actor) -> None:
    """P1."""
    push = create_push(organisation, admin)
    found = templates.find(organisation, admin, "Regular")
    for name in ("Q1 r\u0435view", "Q1\u200b review", "q1\u2003REVIEW"):
        draft = PushDraft(name, push.available_from, push.deadline)
        with pytest.raises(Invalid, match="the name of another push"):
            pushes.create(organisation, admin, found.id, [draft])
        other = create_push(organisation, admin, "Another")
        with pytest.raises(Invalid, match="the name of another push"):
            pushes.edit(organisation, admin, other, draft)
        pushes.close(organisation, admin, other)
    own = PushDraft("Q1 r\u0435view", push.available_from, push.deadline)
    renamed = pushes.edit(organisation, admin, push, own)
    assert renamed.name == "Q1 r\u0435view"
    text = templates.export_text(found.definition).replace('"Regular"', '"Regul\u0430r"', 1)
    with pytest.raises(Invalid, match="the name of another template"):
        templates.import_text(organisation, admin, text, "x.toml")
    questions = (Question("Well?"),)
    library.add(organisation, admin, Topic("My own", questions))
    with pytest.raises(Invalid, match="the name of another topic"):
        library.add(organisation, admin, Topic("My\u200b own", questions))
