"""A bulletin being made or changed, as its conversation keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from content.bulletins import Template
from content.schedule import Schedule
from db.standings import Definition, Standing
from handlers.announcements.draft import Draft


@dataclass(frozen=True, slots=True)
class Plan:
    """`bulletin`: the id of the one that is being changed, 0 for a new one; `schedule`: the data
    of a Schedule, empty until it is said; `usual`: the one its template proposes; `half`: words
    that named only its time, or only its days; `asked`: no (other) words of one's own are to
    come; `doubt`: words of which it is asked whether they are to be its own."""

    bulletin: int = 0
    title: str = ""
    sections: tuple[str, ...] = ()
    late_hours: int = 0
    needs_text: bool = False
    usual: Mapping[str, Any] = field(default_factory=dict)
    places: tuple[int, ...] = ()
    segments: tuple[str, ...] = ()
    schedule: Mapping[str, Any] = field(default_factory=dict)
    half: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    asked: bool = False
    doubt: str = field(default="", repr=False)

    @classmethod
    def of(cls, keep: Mapping[str, Any]) -> Plan:
        known = {key: value for key, value in keep.items() if key in cls.__dataclass_fields__}
        tuples = {key: tuple(known.get(key, ())) for key in ("sections", "places", "segments")}
        return cls(**{**known, **tuples})

    @classmethod
    def new(cls, template: Template) -> Plan:
        return cls(
            title=template.title,
            sections=template.sections,
            late_hours=template.late_hours,
            needs_text=template.needs_text,
            usual=template.schedule.data,
            asked="text" not in template.sections,
        )

    @classmethod
    def change(cls, standing: Standing) -> Plan:
        known = standing.definition
        return cls(
            bulletin=standing.id,
            title=known.title,
            sections=known.sections,
            late_hours=known.late_hours,
            needs_text=known.sections == ("text",),
            places=known.places,
            segments=known.segments,
            schedule=known.schedule,
            text=known.text,
            asked=True,
        )

    @property
    def keep(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }

    @property
    def draft(self) -> Draft:
        """Its recipients, as an announcement has them."""
        return Draft(places=self.places, segments=self.segments)

    def to(self, draft: Draft) -> Plan:
        return replace(self, places=draft.places, segments=draft.segments)

    def at(self, schedule: Schedule) -> Plan:
        return replace(self, schedule=schedule.data, half="", doubt="")

    def saying(self, text: str) -> Plan:
        """With these words of its own; "" for none."""
        return replace(self, text=text, asked=True, doubt="")

    def definition(self, title: str = "") -> Definition:
        """`title`: instead of its own."""
        return Definition(
            title=title or self.title,
            text=self.text,
            sections=self.sections,
            schedule=self.schedule,
            places=self.places,
            segments=self.segments,
            late_hours=self.late_hours,
        )
