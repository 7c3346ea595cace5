"""Leaving a screen with unsaved input: never without a confirmation."""

from typing import Any

from textual.screen import Screen

from studio_tui.tui.modals.confirm import Confirm


def leave(screen: Screen[Any], unsaved: bool, question: str, lost: str) -> None:
    """Close ``screen`` or a dialog; if it has ``unsaved`` input, only after a confirmation.

    ``lost`` describes the input that would be lost.
    """

    def answered(yes: bool | None) -> None:
        if yes:
            screen.dismiss()

    if unsaved:
        screen.app.push_screen(Confirm(question, "Leave", no="Stay", detail=lost), answered)
    else:
        screen.dismiss()
