"""Whatever a person may send: any text, files, places, nothing at all."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from content.loader import Content, load
from handlers.messages import Attachment, Location, Message
from tests.handlers.stage import PRIVATE, SOMEBODY


@cache
def shipped() -> Content:
    """The shipped content, read once: it is never changed."""
    return load()


ANY_CHARACTER = st.characters(exclude_categories=())

TEXTS = st.one_of(
    st.just(""),
    st.text(ANY_CHARACTER, max_size=60),
    st.sampled_from(["12", "0", "thôi", "/start", "không", "  \n ", "khai sinh", "{x}", "PA-1"]),
)

FILES = st.builds(
    Attachment,
    ref=st.text(min_size=1, max_size=5),
    kind=st.sampled_from(["photo", "document"]),
    name=st.text(max_size=8),
)

LOCATIONS = st.builds(
    Location,
    latitude=st.floats(allow_nan=True, allow_infinity=True),
    longitude=st.floats(-180, 180),
)

MESSAGES = st.builds(
    Message,
    chat=st.just(PRIVATE),
    sender=st.just(SOMEBODY),
    text=TEXTS,
    attachments=st.lists(FILES, max_size=3).map(tuple),
    location=st.none() | LOCATIONS,
)
