"""Leaving a screen that holds something typed or marked: never without being asked."""

from typing import Any

from textual.screen import Screen

from studio_tui.tui.modals.confirm import Confirm


def leave(screen: Screen[Any], unsaved: bool, question: str, lost: str) -> None:
    """Leave ``screen``, or a dialog; where something is ``unsaved``, only after ``question``."""

    def answered(yes: bool | None) -> None:
        if yes:
            screen.dismiss()

    if unsaved:
        screen.app.push_screen(Confirm(question, "Leave", no="Stay", detail=lost), answered)
    else:
        screen.dismiss()
