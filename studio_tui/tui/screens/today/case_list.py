"""A list whose headings the cursor passes over."""

from studio_tui.tui.screens.today.lines import Line
from studio_tui.tui.widgets.list.record_list import RecordList


class CaseList(RecordList[Line, str]):
    """The lines of Today."""

    def move_to(self, place: int) -> None:
        """Put the cursor at ``place``, or on the next line in that direction that is no heading."""
        found = self._on_from(place, 1 if place >= self.cursor else -1)
        super().move_to(found)
        if not any(self._takes_cursor(above) for above in range(found)):
            # The heading above the first case is seen with it.
            self._scroll_rows(0)

    def _follow_cursor(self) -> None:
        place = self._on_from(self.cursor, 1)
        if place == self.cursor:
            super()._follow_cursor()
        else:
            self.move_to(place)

    def _on_from(self, place: int, step: int) -> int:
        place = max(0, min(place, self.length - 1))
        ahead = range(place, self.length if step > 0 else -1, step)
        back = range(place, -1 if step > 0 else self.length, -step)
        return next((each for each in (*ahead, *back) if self._takes_cursor(each)), place)

    def _takes_cursor(self, place: int) -> bool:
        row = self._row_at(place)
        # What is not loaded yet may be anything: the cursor stays there until it is known.
        return row is None or row.takes_cursor
