from __future__ import annotations

import pytest

from content.documents import ContentError, File, Layers
from content.loader import SHIPPED
from content.topics import parse_topics

TOPICS = Layers.of([SHIPPED]).one("topics.toml")


def test_topics_have_different_ids_and_enough_phrasings() -> None:
    topics = parse_topics(TOPICS).decline
    assert len({topic.id for topic in topics}) == len(topics)
    assert all(len(set(topic.phrasings)) >= 8 for topic in topics)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("[feedback]", "[fedback]", "unknown key “fedback”; did you", id="section"),
        pytest.param("questions = [", "question = [", "unknown key “question”", id="key"),
        pytest.param("le_phi = [", "phi = [", "unknown key “phi”", id="aspect"),
        pytest.param('id = "ho_chieu"', "id = 3", "“id” has the wrong type", id="id"),
        pytest.param("advice.en", "advice.fr", "unknown key “fr”", id="language"),
    ],
)
def test_a_wrong_topics_file_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    line = TOPICS.text[: TOPICS.text.index(old)].count("\n") + 1
    with pytest.raises(ContentError) as caught:
        parse_topics(File("topics.toml", TOPICS.text.replace(old, new, 1)))
    assert str(caught.value).startswith(f"topics.toml:{line}: {message}")
