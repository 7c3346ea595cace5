"""Templates as text files (T7), the starter templates and the question library (T1, T2)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_tui.config.assets import asset
from studio_tui.config.bounded_input import TEXT_BYTES
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line, fold
from studio_tui.domain.templates.template import (
    Definition,
    Permissions,
    Question,
    QuestionKind,
    QuestionPolicy,
    Step,
    StepKind,
    Topic,
    Viewing,
    check_definition,
)
from studio_tui.services.templates import text_files

lines = st.text(st.characters(exclude_categories=()), max_size=150).map(clean_line).filter(bool)
sentences = st.lists(
    st.sampled_from(["the", "“quoted”", '"""', "back\\slash", "a\u00a0b", "É", "\\"]), max_size=60
).map(" ".join)
names = lines | st.sampled_from(["[/x]", "O'Brien [HR]", '"""', "\\u0041", "= 1", "日本", "👩‍👧"])


def options(least: int, most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(names, min_size=least, max_size=most, unique_by=fold).map(tuple)


questions = st.one_of(
    st.builds(Question, names, st.sampled_from([QuestionKind.TEXT, QuestionKind.YES_NO])),
    st.builds(Question, names, st.just(QuestionKind.CHOICE), options(2, 4)),
    st.builds(Question, names, st.just(QuestionKind.RATING), options(2, 4)),
)
topics = st.builds(
    Topic, names, st.lists(questions, max_size=3, unique_by=lambda q: fold(q.text)).map(tuple)
)
discussions = st.builds(
    Step,
    st.just(StepKind.DISCUSSION),
    st.lists(topics, max_size=3, unique_by=lambda topic: fold(topic.name)).map(tuple),
)
definitions = st.builds(
    Definition,
    name=names,
    description=st.text(st.characters(exclude_categories=()), max_size=500)
    | st.lists(sentences, max_size=4).map("\n".join),
    planning=st.booleans(),
    questions=st.sampled_from(QuestionPolicy),
    permissions=st.builds(Permissions, st.booleans(), st.booleans(), st.booleans()),
    viewing=st.builds(Viewing),
    steps=st.lists(
        discussions | st.builds(Step, st.sampled_from(StepKind)), min_size=1, max_size=4
    ).map(tuple),
)


@given(definitions)
def test_a_definition_survives_a_text_file_round_trip(definition: Definition) -> None:
    text = text_files.dumps(definition)
    assert text_files.loads(text, "x.toml") == definition
    assert text_files.dumps(text_files.loads(text, "x.toml")) == text


def test_the_text_is_readable_and_in_a_stable_order() -> None:
    question = Question("How is it going?", QuestionKind.RATING, ("Badly", "Well"))
    definition = Definition(
        "Check-in",
        "A line that is long enough to be broken where TOML mends it again, and on it goes.\nTwo.",
        steps=(Step(StepKind.DISCUSSION, (Topic("Work", (question,)),)), Step(StepKind.SUMMARY)),
    )
    assert text_files.dumps(definition) == (
        'name = "Check-in"\n'
        'description = """\n'
        "A line that is long enough to be broken where TOML mends it again, and on it \\\n"
        "goes.\n"
        'Two."""\n'
        "planning = true\n"
        'questions = "extendable"\n'
        "\n[permissions]\nthrough_push = false\nby_managers = false\nby_users = false\n"
        '\n[viewing]\nadmins = "nothing"\nleaders = false\n'
        '\n[[steps]]\nkind = "discussion"\n'
        '\n[[steps.topics]]\nname = "Work"\n'
        '\n[[steps.topics.questions]]\ntext = "How is it going?"\nkind = "rating"\n'
        'options = [\n    "Badly",\n    "Well",\n]\n'
        '\n[[steps]]\nkind = "summary"\n'
    )


def test_missing_keys_have_their_defaults() -> None:
    definition = text_files.loads('name = "Short"\n[[steps]]\nkind = "summary"\n', "x.toml")
    assert definition == Definition("Short", steps=(Step(StepKind.SUMMARY),))


def discussion(questions: str) -> str:
    topic = '{name = "Other"}, {name = "Work", questions = [{text = "A?"}, ' + questions + "]}"
    return f'name = "X"\nsteps = [{{kind = "discussion", topics = [{topic}]}}]\n'


QUESTION = "steps[0].topics[1].questions[1]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "x.toml is not valid TOML: "),
        pytest.param("a = " + "[" * 100_000, "x.toml is not valid TOML: ", id="deep"),
        ("a = " + "9" * 5_000, "x.toml is not valid TOML: "),
        ('name = "A\x00"', "x.toml is not valid TOML: "),
        ('nme = "X"', "x.toml: nme: unknown key (did you mean “name”?); name: missing."),
        ('name = ""', "x.toml: name: give the template a name; steps: a template has at least"),
        ("name = 3", "x.toml: name: expected text, found a whole number."),
        ('name = "X"\nplanning = 1', "planning: expected true or false, found a whole number."),
        ('name = "X"\nplanning = "no"', "planning: expected true or false, found “no”."),
        ('name = "X"\nsteps = "summary"', "steps: expected a list, found “summary”."),
        ('name = "X"\nsteps = [2026-03-01]', "steps[0]: expected a table of keys, found a date."),
        ('name = "X"\nviewing = []', "viewing: expected a table of keys, found a list."),
        (
            'name = "X"\nsteps = [{kind = "disscussion"}]',
            "steps[0].kind: expected one of “discussion”, “feedback”, “objectives”, “summary”, ",
        ),
        (
            discussion('{text = "B?", kind = "ratng"}'),
            "“rating”, “choice”, “yes_no”, found “ratng” (did you mean “rating”?).",
        ),
        (
            discussion('{text = "B?", option = []}'),
            f"{QUESTION}.option: unknown key (did you mean “options”?).",
        ),
        (
            discussion('{text = "B?", kind = "choice", options = ["One", 2]}'),
            f"{QUESTION}.options[1]: expected text, found a whole number.",
        ),
        (
            discussion('{text = "B?", kind = "choice", options = ["One"]}'),
            f"{QUESTION}.options: a choice has 2 to 20 options, not 1.",
        ),
        (
            'name = "X"\n"\\u001b[31mred" = 1\n[[steps]]\nkind = "summary"',
            "x.toml: [31mred: unknown key.",
        ),
        (
            "\n".join(f"key{number} = 1" for number in range(9)),
            "key4: unknown key; and 5 more.",
        ),
    ],
)
def test_an_invalid_file_is_refused_with_its_name_and_key_path(text: str, message: str) -> None:
    with pytest.raises(Refused) as caught:
        text_files.loads(text, "x.toml")
    assert message in caught.value.message
    assert "\x1b" not in caught.value.message


def test_a_file_with_a_bom_and_windows_line_ends_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes('\ufeffname = "Été"\r\n[[steps]]\r\nkind = "summary"\r\n'.encode())
    assert text_files.load(path).name == "Été"


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes('name = "Été"'.encode("cp1252"))
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (TEXT_BYTES + 1))
    for path, reason in [
        (tmp_path, "cannot be read: Is a directory"),
        (tmp_path / "missing.toml", "cannot be read: No such file"),
        (latin, "is not UTF-8 text, from byte 8 on"),
        (large, "is larger than 1000 kB"),
    ]:
        with pytest.raises(Refused) as caught:
            text_files.load(path)
        assert caught.value.message.startswith(str(path))
        assert reason in caught.value.message


def test_the_starter_templates() -> None:
    starters = {definition.name: definition for definition in text_files.starter_templates()}
    assert starters.keys() == {"Regular", "Quick", "Performance review"}
    assert {name for name, one in starters.items() if one.permissions.through_push} == {
        "Regular",
        "Performance review",
    }
    assert {name for name, one in starters.items() if not one.planning} == {"Quick"}
    review = starters["Performance review"]
    asked = [q for step in review.steps for topic in step.topics for q in topic.questions]
    assert {question.kind for question in asked} == set(QuestionKind)


def test_the_starter_templates_are_formatted_like_an_export() -> None:
    for path in asset("data/templates").iterdir():
        assert path.read_text("utf-8") == text_files.dumps(text_files.load(path))


def test_the_question_library_is_valid_in_a_template() -> None:
    library = text_files.question_library()
    check_definition(Definition("All", steps=(Step(StepKind.DISCUSSION, library),)))
    texts = [fold(question.text) for topic in library for question in topic.questions]
    assert len(texts) == len(set(texts)) >= 40
    assert {q.kind for topic in library for q in topic.questions} == set(QuestionKind)
