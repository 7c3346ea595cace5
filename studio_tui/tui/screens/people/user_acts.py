"""Actions on the page of a user: on one of their pushes, their mail or their address (S3, U8)."""

from collections.abc import Callable

from studio_tui.domain.outbox.notification import Notification, NotificationFilter
from studio_tui.domain.people.users import User
from studio_tui.domain.pushes.push import Assignment, AssignmentFilter, Push
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.errors import StudioError
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox.outbox import ResendResult
from studio_tui.services.people import by_hand
from studio_tui.services.people.by_hand import ActiveChanged, PersonEdited
from studio_tui.services.people.person_input import PersonInput
from studio_tui.services.pushes import assign, pushes
from studio_tui.tui.commands import shown_key
from studio_tui.tui.modals import excuse as excusing
from studio_tui.tui.modals import hand_over as handing_over
from studio_tui.tui.modals import record_held as recording
from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.modals.correct_address import CorrectAddress
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.people.resend_offer import offer_resend
from studio_tui.wording.counting import counted
from studio_tui.wording.mail import CHANGED_MEANWHILE, same_address_in_words
from studio_tui.wording.people import noticed_in_words
from studio_tui.wording.push_acts import why_not_change, why_not_remind


def remind(screen: StudioScreen, assignment: Assignment) -> None:
    """Preview a reminder of the user about a push (P15)."""

    def ask(push: Push) -> None:
        if why := why_not_remind(push):
            screen.show_error(why)
            return
        chosen: Selection[AssignmentFilter] = Selection.of([assignment.id])
        screen.go_to(to.Remind(push, chosen, f"Only {assignment.name}"))

    _in_push(screen, assignment, ask)


def record_held(screen: StudioScreen, assignment: Assignment) -> None:
    """Record the conversation as held. A dialog asks who held it and when (C2)."""
    _in_push(screen, assignment, lambda push: recording.record_held(screen, push, [assignment]))


def hand_over(screen: StudioScreen, assignment: Assignment) -> None:
    """Choose another conductor for the conversation (P10)."""
    _in_push(screen, assignment, lambda push: handing_over.hand_over(screen, push, [assignment]))


def excuse(screen: StudioScreen, assignment: Assignment) -> None:
    """Excuse the user from a push, or withdraw the excuse (P18)."""
    chosen: Selection[AssignmentFilter] = Selection.of([assignment.id])

    def ask(push: Push) -> None:
        if why := why_not_change(push):
            screen.show_error(why)
        else:
            name = assignment.name
            excusing.excuse(screen, push, chosen, name, reason=assignment.excuse)

    _in_push(screen, assignment, ask)


def give_longer(screen: StudioScreen, assignment: Assignment) -> None:
    """Set an own deadline for the user in a push (P18)."""
    chosen: Selection[AssignmentFilter] = Selection.of([assignment.id])
    until = assignment.deadline if assignment.has_longer else None

    def ask(push: Push) -> None:
        if why := why_not_change(push):
            screen.show_error(why)
        else:
            excusing.give_longer(screen, push, chosen, assignment.name, until=until)

    _in_push(screen, assignment, ask)


def unassign(screen: StudioScreen, assignment: Assignment) -> None:
    """Unassign the user from a push, after a confirmation (P11)."""

    def take_out(push: Push) -> None:
        chosen: Selection[AssignmentFilter] = Selection.of([assignment.id])
        screen.write(
            lambda: assign.unassign(screen.studio, screen.actor, push, chosen),
            lambda _: screen.show_message(
                f"{assignment.name} is taken out of “{push.name}”; assigning them again takes it "
                "back."
            ),
        )

    def ask(push: Push) -> None:
        if why := why_not_change(push):
            screen.show_error(why)
            return
        question = Confirm(
            f"Take {assignment.name} out of “{push.name}”?",
            "Unassign",
            detail="What they wrote stays; mail that waits is dropped.",
        )
        screen.app.push_screen(question, lambda yes: take_out(push) if yes else None)

    _in_push(screen, assignment, ask)


def retry(screen: StudioScreen, mail: Notification) -> None:
    """Retry a mail that failed or bounced."""
    chosen: Selection[NotificationFilter] = Selection.of([mail.id])
    screen.write(
        lambda: outbox.try_again(screen.studio, screen.actor, chosen),
        lambda done: screen.show_message(_tried_in_words(done)),
    )


def _tried_in_words(done: ResendResult) -> str:
    if not done.sent:
        return CHANGED_MEANWHILE
    same = same_address_in_words(done.to_the_same, f"{shown_key('e')} corrects it")
    return f"It is tried once more. {same}".rstrip()


def send_again(screen: StudioScreen, mail: Notification) -> None:
    """Send a mail a second time, after a confirmation."""
    chosen: Selection[NotificationFilter] = Selection.of([mail.id])

    def send(yes: bool | None) -> None:
        if yes:
            screen.write(
                lambda: outbox.send_again(screen.studio, screen.actor, chosen),
                lambda _: screen.show_message(f"{mail.name} gets it a second time."),
            )

    detail = f"{mail.name} gets it a second time."
    screen.app.push_screen(Confirm("Send again?", "Send again", detail=detail), send)


def leave(screen: StudioScreen, user: User) -> None:
    """Mark the user as left, after a confirmation that shows the consequences (U8)."""
    studio, actor = screen.studio, screen.actor

    def answered(yes: bool | None) -> None:
        if yes:
            screen.write(
                lambda: by_hand.leave(studio, actor, [user.id]),
                lambda done: screen.show_message(
                    f"{user.name} is marked as left; U takes them back."
                    + (
                        f" {noticed_in_words(done.reviews_added)} (y on Users)."
                        if done.reviews_added
                        else ""
                    )
                ),
            )

    def ask(found: ActiveChanged) -> None:
        question = Confirm(
            f"Mark {user.name} as left?", "Mark as left", detail=_consequences_in_words(found)
        )
        screen.app.push_screen(question, answered)

    screen.read_to_open("leave", lambda: by_hand.try_leaving(studio, actor, [user.id]), ask)


def take_back(screen: StudioScreen, user: User) -> None:
    """Mark a user who left as active again (U8)."""
    screen.write(
        lambda: by_hand.take_back(screen.studio, screen.actor, [user.id]),
        lambda _: screen.show_message(f"{user.name} is back; x marks them as left again."),
    )


def correct_address(screen: StudioScreen, user: User) -> None:
    """Prompt for a new address, with errors displayed at the field (U8)."""
    studio, actor = screen.studio, screen.actor

    def save(address: str, failed: Callable[[StudioError], None]) -> None:
        def saved(changed: PersonEdited) -> None:
            form.dismiss(True)
            screen.show_message(_changed_in_words(changed))
            offer_resend(screen, changed.bounced)

        screen.write(
            lambda: by_hand.edit(
                studio, actor, user.id, PersonInput({"email": address}), was={"email": user.email}
            ),
            saved,
            failed,
        )

    form = CorrectAddress(user.name, user.email, save)
    screen.app.push_screen(form)


def _changed_in_words(changed: PersonEdited) -> str:
    sentences = [f"The address of {changed.user.name} is {changed.user.email}."]
    if changed.reinvited:
        sentences.append(f"{counted(changed.reinvited, 'invitation')} moved with it.")
    if changed.failed:
        sentences.append(f"{counted(changed.failed, 'mail')} failed before: r on Mail tries again.")
    return " ".join(sentences)


def _consequences_in_words(found: ActiveChanged) -> str:
    (standing,) = found.people
    listed = ", ".join(f"“{name}”" for name in standing.pushes)
    lines = [f"In {listed}." if listed else "In no open push."]
    if standing.managed:
        alone = f", {found.unmanaged:,} of whom have no other manager" if found.unmanaged else ""
        lines.append(f"Manages {counted(standing.managed, 'user')}{alone}.")
    if found.reviews_added:
        lines.append(f"{noticed_in_words(found.reviews_added, would=True)} (y on Users).")
    lines.append("What they wrote stays; they are asked and told nothing more.")
    return "\n".join(lines)


def _in_push(screen: StudioScreen, assignment: Assignment, act: Callable[[Push], None]) -> None:
    """Read the push of ``assignment`` and call ``act`` with it."""
    push_id = assignment.push_id
    screen.read_to_open(
        "act", lambda: pushes.show(screen.studio, screen.actor, push_id), act, may_stay=True
    )
