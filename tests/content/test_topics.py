from __future__ import annotations

import pytest

from content.documents import ContentError, File, Layers
from content.loader import SHIPPED
from content.topics import parse_topics

TOPICS = Layers.of([SHIPPED]).one("topics.toml")


def test_topics_have_different_ids_and_enough_phrasings() -> None:
    topics = parse_topics(TOPICS).decline
    assert len({topic.id for topic in topics}) == len(topics)
    learned = [topic for topic in topics if topic.phrasings]
    assert all(len(set(topic.phrasings)) >= 8 for topic in learned)
    assert {topic.id for topic in topics if not topic.phrasings} == {
        "o_nuoc_ngoai",
        "co_quan_khac",
        "vuong_ho_tich",
    }
    assert all(topic.scope.rules for topic in topics if not topic.phrasings)


def test_a_topic_that_is_not_learned_names_what_is_foreign() -> None:
    text = '[[decline]]\nid = "cho"\nadvice.vi = "Dạ."\nadvice.en = "Yes."\n'
    told = parse_topics(File("topics.toml", f'{TOPICS.text}{text}foreign = ["chợ"]\n'))
    assert told.decline[-1].phrasings == ()
    with pytest.raises(ContentError, match="“phrasings” is missing"):
        parse_topics(File("topics.toml", TOPICS.text + text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("cảm ơn em đã trả lời", "cam_on", id="thanks with courtesies"),
        pytest.param("vâng, cảm ơn", "cam_on", id="two kinds"),
        pytest.param("chào em, cho hỏi khai sinh", None, id="greeting with a question"),
        pytest.param("cháo", None, id="another mark"),
        pytest.param("không được", None, id="more than a no"),
        pytest.param("hôm nay trời đẹp quá", None, id="weather"),
        pytest.param("bạn", None, id="courtesies alone"),
        pytest.param("👍", None, id="no words"),
        pytest.param("cảm ơn " * 40, None, id="long"),
    ],
)
def test_small_talk_says_nothing_else(text: str, kind: str | None) -> None:
    assert parse_topics(TOPICS).pleasantry(text) == kind


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("lệ phí", True),
        ("mat bao lau", True),
        ("thế nộp ở đâu ạ", True),
        ("how much is it", True),
        ("cho tôi xin mẫu đơn", True),
        ("tai mau CT01 o dau", True),
        ("mẫu tờ khai đâu em", True),
        ("mẫu đơn ly hôn", False),
        ("khai sinh ở đâu", False),
        ("làm thế nào", False),
        ("", False),
    ],
)
def test_an_aspect_alone_names_no_matter(text: str, only: bool) -> None:
    assert parse_topics(TOPICS).only_aspect(text) == only


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("nước đục không uống được, không ai xử lý", True, id="not, and not"),
        pytest.param("ổ gà thế này làm sao mà đi được", True, id="asks nothing"),
        pytest.param("ngập mà không biết bao giờ mới rút", True, id="asks nobody"),
        pytest.param("xả nước thải ra mương được không", False, id="may one"),
        pytest.param("xe tải vào đường làng được không", False, id="may one, at the end"),
        pytest.param("ổ gà thì làm sao báo", False, id="how"),
    ],
)
def test_what_only_looks_like_a_question_is_told_as_wrong(text: str, complaint: bool) -> None:
    assert parse_topics(TOPICS).is_complaint(text) == complaint


def test_small_talk_and_what_is_urgent_are_not_handed_to_staff() -> None:
    topics = {topic.id: topic for topic in parse_topics(TOPICS).decline}
    assert not any(topic.hand for topic in topics.values() if topic.chat)
    assert not topics["suc_khoe"].hand
    assert topics["cuu_tro"].hand


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("[feedback]", "[fedback]", "unknown key “fedback”; did you", id="section"),
        pytest.param("questions = [", "question = [", "unknown key “question”", id="key"),
        pytest.param("le_phi = [", "phi = [", "unknown key “phi”", id="aspect"),
        pytest.param("cam_on = [", "camon = [", "unknown key “camon”", id="small talk"),
        pytest.param('id = "ho_chieu"', "id = 3", "“id” has the wrong type", id="id"),
        pytest.param("hand = true", "hand = 1", "“hand” has the wrong type", id="hand"),
        pytest.param("advice.en", "advice.fr", "unknown key “fr”", id="language"),
        pytest.param('"tuổi {con_vat}"', '"{con_vt}"', "unknown set “{con_vt}”; did", id="set"),
        pytest.param('own = ["khieu_nai"', 'owns = ["khieu_nai"', "unknown key “owns”", id="own"),
    ],
)
def test_a_wrong_topics_file_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    line = TOPICS.text[: TOPICS.text.index(old)].count("\n") + 1
    with pytest.raises(ContentError) as caught:
        parse_topics(File("topics.toml", TOPICS.text.replace(old, new, 1)))
    assert str(caught.value).startswith(f"topics.toml:{line}: {message}")
