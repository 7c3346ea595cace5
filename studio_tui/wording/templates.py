"""Texts about templates (T2)."""

from collections.abc import Mapping

from studio_tui.domain.templates.template import QuestionKind

KIND_LABELS: Mapping[QuestionKind, str] = {
    QuestionKind.TEXT: "text",
    QuestionKind.RATING: "rating",
    QuestionKind.CHOICE: "choice",
    QuestionKind.YES_NO: "yes or no",
}
"""Labels of the types of answer."""
