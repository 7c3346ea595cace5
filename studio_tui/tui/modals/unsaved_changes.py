"""Leaving a screen that holds something typed or marked: never without being asked."""

from studio_tui.tui.modals.confirm import Confirm
from studio_tui.tui.screen import StudioScreen


def leave(screen: StudioScreen, unsaved: bool, question: str, lost: str) -> None:
    """Leave ``screen``; where something is ``unsaved``, only after ``question``."""

    def answered(yes: bool | None) -> None:
        if yes:
            screen.dismiss()

    if unsaved:
        screen.app.push_screen(Confirm(question, "Leave", no="Stay", detail=lost), answered)
    else:
        screen.dismiss()
