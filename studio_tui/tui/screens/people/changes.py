"""The desk of changes: people in open pushes who changed, and the decisions about them (U7)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.people.access import Action, may
from studio_tui.domain.people.review import Decision, Review, ReviewFilter, ReviewKind
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.destinations import Person
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.people import reviews
from studio_tui.services.people.reviews import ReviewResult
from studio_tui.tui.commands import Command
from studio_tui.tui.common_commands import EXCUSE, HAND_OVER
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.dry_run import show_sent
from studio_tui.tui.modals.excuse import SingleFieldDialog
from studio_tui.tui.modals.type_number import confirm_if_many
from studio_tui.tui.moments import moment_and_zone
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.text import line
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.field import Field
from studio_tui.tui.widgets.list.audiences import filter_audience, filter_words
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.tui.widgets.person_details import read_person
from studio_tui.wording.counting import counted
from studio_tui.wording.review import change_in_words, decided_in_words, talk_in_words

Chosen = Selection[ReviewFilter]
_MOST_URGENT = Sort("urgency")


def change_columns(zone: ZoneInfo) -> tuple[Column[Review], ...]:
    """Return the list columns of a change."""
    return (
        Column("urgency", "What", _kind_cell, width=16, flex=1, max_width=27, sortable=True),
        Column("name", "Who", lambda each: each.name, 14, 2, max_width=30, sortable=True),
        Column("change", "Change", change_in_words, width=15, flex=3, max_width=40),
        Column(
            "talk",
            "Conversation",
            lambda each: talk_in_words(each, zone),
            width=16,
            flex=2,
            max_width=44,
            hide_order=1,
        ),
        Column(
            "push", "Push", lambda each: each.push, width=12, flex=2, max_width=30, hide_order=2,
            sortable=True,
        ),
        Column("proposal", "Propose", lambda each: each.proposal_name, 12, 1, max_width=24,
               hide_order=3),
    )  # fmt: skip


def _kind_cell(review: Review) -> StyledText:
    urgent = review.kind.urgency <= 1
    return StyledText(review.kind.label, Tone.WARN if urgent else Tone.STRONG)


@dataclass(frozen=True, slots=True)
class _PendingDecision:
    """A decision that needs a confirmation."""

    chosen: Chosen
    question: str
    """The question, with ``{changes}`` as the placeholder of the number of changes."""
    yes: str
    detail: str
    do: Callable[[], ReviewResult]


def _do_nothing(_: ReviewResult) -> None:
    """Do nothing: the default callback of a decision."""


class ChangesScreen(StudioScreen):
    """The desk of changes, limited to one push if ``push_id`` is given."""

    OWN_COMMANDS = (
        Command(
            "keep",
            "I",
            "As it is",
            "Leave it as it is; nobody is told",
            needs=Action.REVIEW_CHANGES,
            verb="users review ID --keep",
        ),
        replace(
            HAND_OVER,
            footer=True,
            help="Hand over to the manager who is proposed",
            needs=Action.REVIEW_CHANGES,
            verb="users review ID --as-proposed",
        ),
        Command(
            "tell",
            "s",
            "Tell",
            "Tell the new manager, by one mail of all their people",
            needs=Action.REVIEW_CHANGES,
            verb="users review ID --tell",
        ),
        Command(
            "add",
            "A",
            "Assign",
            "Assign who joined to the push",
            needs=Action.REVIEW_CHANGES,
            verb="users review ID --add",
        ),
        replace(
            EXCUSE,
            help="Excuse them with a reason: the push asks nothing of them",
            needs=Action.REVIEW_CHANGES,
            verb="users review ID --excuse REASON",
        ),
        Command(
            "sent",
            "v",
            "What is sent",
            "See what handing over would send, and to whom",
            footer=False,
            verb="users review ID --as-proposed --dry-run --mail",
        ),
        Command(
            "bring_back",
            "r",
            "Bring back",
            "Let what was kept here last wait once more",
            footer=False,
            needs=Action.REVIEW_CHANGES,
            verb="users review ID --back",
        ),
    )

    def __init__(self, push_id: int | None = None) -> None:
        super().__init__()
        self._push_id = push_id
        self._kept: tuple[int, ...] = ()

    def body(self) -> ComposeResult:
        """Yield the list and a line with the details of the current change."""
        zone = self.studio.zone
        yield RecordBrowser(
            *change_columns(zone),
            find=self.find,
            sort=_MOST_URGENT,
            noun=("change", "changes"),
            marks=True,
            empty="Nothing waits for a decision. Whoever an import or an edit touches in an open "
            "push is listed here.",
            audiences=True,
            views_key="changes",
            details=self._details,
        )
        yield Static(classes="current")

    def find(self, text: str, sort: Sort) -> tuple[ReviewFilter, Source[Review, ReviewFilter]]:
        """Return the changes that match ``text``."""
        filter_ = ReviewFilter(
            filter_words(text), push_id=self._push_id, where=filter_audience(text)
        )
        return filter_, reviews.source(self.studio, self.actor, filter_, sort)

    def reload(self) -> None:
        """Read the list again: a person changed, or a decision was made."""
        self._browser.reload()

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Open the person."""
        self.go_to(Person(event.row.user_id))

    @on(RecordList.CursorMoved)
    @on(RecordList.SelectionChanged)
    @on(RecordList.LengthChanged)
    def _show_current(self) -> None:
        current = self._browser.list.current
        self.query_one(".current", Static).update(self._in_words(current))
        self.refresh_bindings()

    def _in_words(self, review: Review | None) -> Content:
        if review is None:
            return Content("")
        zone = self.studio.zone
        words = [
            f"{review.name} in “{review.push}”: {review.kind.label}, {change_in_words(review)}",
            talk_in_words(review, zone),
            f"since {moment_and_zone(review.since, zone)}, by {review.by}",
        ]
        if review.told_at is not None:
            words.append("the new manager was told")
        if review.proposal:
            words.append(f"could be handed over to {review.proposal_name}")
        return line(" · ".join(words), "$muted")

    # Deciding

    def why_not_keep(self) -> str | None:
        """Return why nothing can be kept as it is, or None if there is a change."""
        return self._why_not(Decision.KEEP, "There is nothing here.")

    def action_keep(self) -> None:
        """Decide to leave the chosen changes as they are."""
        chosen = self._chosen(Decision.KEEP)
        self._do(lambda: reviews.keep(self.studio, self.actor, chosen), self._remember_kept)

    def _remember_kept(self, done: ReviewResult) -> None:
        self._kept = done.ids

    def why_not_bring_back(self) -> str | None:
        """Return why nothing can be brought back, or None after a decision to keep."""
        return None if self._kept else "Nothing was left as it is here just now."

    def action_bring_back(self) -> None:
        """Withdraw the last decision to keep, so that its changes wait again."""
        kept, self._kept = self._kept, ()
        self.write(
            lambda: reviews.bring_back(self.studio, self.actor, kept),
            lambda count: self.show_message(f"{counted(count, 'change')} brought back."),
        )

    def why_not_hand_over(self) -> str | None:
        """Return why nothing can be handed over, or None. It needs a proposed conductor."""
        current = self._browser.list.current
        if not self._browser.list.marked and current is not None and not current.proposal:
            return f"Nobody else manages {current.name}."
        return self._why_not(Decision.HAND_OVER, "This is not one to hand over.")

    def action_hand_over(self) -> None:
        """Hand over to the proposed conductors, after a confirmation."""
        chosen = self._chosen(Decision.HAND_OVER)
        self._ask(
            _PendingDecision(
                chosen,
                "Hand over {changes} to the managers proposed?",
                "Hand over",
                "Both sides are told, a new conductor by one mail for each push.",
                lambda: reviews.hand_over(self.studio, self.actor, chosen),
            )
        )

    def why_not_tell(self) -> str | None:
        """Return why nobody can be notified, or None. The change must be a new manager."""
        return self._why_not(Decision.TELL, "There is no new manager to tell.")

    def action_tell(self) -> None:
        """Notify the new managers, after a confirmation."""
        chosen = self._chosen(Decision.TELL)
        self._ask(
            _PendingDecision(
                chosen,
                "Tell the new managers of {changes}?",
                "Tell them",
                "Each gets one mail of all their people.",
                lambda: reviews.tell(self.studio, self.actor, chosen),
            )
        )

    def why_not_add(self) -> str | None:
        """Return why nobody can be assigned, or None if the change is a person who joined."""
        return self._why_not(Decision.ADD, "Only who joined is assigned here.")

    def action_add(self) -> None:
        """Assign the people who joined, after a confirmation."""
        chosen = self._chosen(Decision.ADD)
        self._ask(
            _PendingDecision(
                chosen,
                "Assign {changes} to the push?",
                "Assign",
                "They and their managers are told.",
                lambda: reviews.add(self.studio, self.actor, chosen),
            )
        )

    def why_not_excuse(self) -> str | None:
        """Return why nobody can be excused, or None if the person is in the push."""
        return self._why_not(Decision.EXCUSE, "Who joined is not in the push: there is no need.")

    def action_excuse(self) -> None:
        """Prompt for the reason, and excuse the chosen people."""
        chosen = self._chosen(Decision.EXCUSE)

        def save(reason: str, failed: Callable[[StudioError], None]) -> None:
            def done(decided: ReviewResult) -> None:
                form.dismiss(True)
                self._report(decided)

            self.write(
                lambda: reviews.excuse(self.studio, self.actor, chosen, reason), done, failed
            )

        hint = "For HR and their managers to read."
        form = SingleFieldDialog(
            "Excuse them from the push?", Field("reason", "Reason", hint=hint), save
        )
        self.app.push_screen(form)

    def why_not_sent(self) -> str | None:
        """Return why there is no mail to preview, or None if handing over is possible."""
        return self.why_not_hand_over()

    def action_sent(self) -> None:
        """Preview the mail that handing over would send."""
        chosen = self._chosen(Decision.HAND_OVER)
        show_sent(
            self,
            "What handing over would send",
            lambda: reviews.hand_over(self.studio, self.actor, chosen),
        )

    def _ask(self, act: "_PendingDecision") -> None:
        """Ask for a confirmation with the number of affected changes, then decide."""
        self.read_to_open(
            "number",
            lambda: reviews.count(self.studio, self.actor, act.chosen),
            lambda number: self._confirm(act, number),
            may_stay=True,
        )

    @work
    async def _confirm(self, act: "_PendingDecision", number: int) -> None:
        if not number:
            self.show_error("None of the marked changes is one to decide so.")
            return
        question = act.question.format(changes=counted(number, "change"))
        asked = Confirm(
            question,
            act.yes,
            detail=act.detail,
            preview=lambda: show_sent(self, f"What “{act.yes}” would send", act.do),
        )
        if await self.app.push_screen_wait(asked):
            confirm_if_many(self.app, number, question, act.detail, lambda: self._do(act.do))

    def _do(
        self, act: Callable[[], ReviewResult], then: Callable[[ReviewResult], None] = _do_nothing
    ) -> None:
        def done(decided: ReviewResult) -> None:
            then(decided)
            self._report(decided)

        self.write(act, done)

    def _report(self, done: ReviewResult) -> None:
        self._browser.list.selection = Selection()
        self.show_message(decided_in_words(done.decision, len(done.ids), len(done.left)))

    def _chosen(self, decision: Decision) -> Chosen:
        """Return the marked changes, or the current one, that allow ``decision``."""
        chosen = self._browser.list.chosen
        for kind in ReviewKind:
            if decision not in kind.decisions:
                chosen = chosen.unmark_matching(ReviewFilter(kind=kind))
        return chosen

    def _why_not(self, decision: Decision, reason: str) -> str | None:
        if not may(self.actor, Action.REVIEW_CHANGES):
            return "Only an admin decides."
        listed = self._browser.list
        if listed.marked:
            return None
        current = listed.current
        return None if current is not None and decision in current.decisions else reason

    def _details(self, review: Review) -> Callable[[], Drawing]:
        return partial(read_person, self.studio, self.actor, review.user_id)

    @property
    def _browser(self) -> RecordBrowser[Any, ReviewFilter]:
        return self.query_one(RecordBrowser)
