from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from content import examples as learned
from content.examples import COMPLAINT, LONGEST, OTHER, examples, lesson
from content.features import Told
from content.loader import load

CONTENT = load()
EXAMPLES = examples(lesson(CONTENT.faq, CONTENT.topics))


def told(text: str) -> Told:
    return learned.told(text, CONTENT.topics.filler, CONTENT.topics.cues)


def test_every_entry_and_every_matter_of_others_is_learned() -> None:
    labels = {example.label for example in EXAMPLES}
    ours = {entry.id for entry in CONTENT.faq}
    others = {OTHER + topic.id for topic in CONTENT.topics.decline if topic.phrasings}
    assert labels == ours | others | {COMPLAINT}


def test_what_is_written_counts_more_than_what_is_made_of_names() -> None:
    entry = CONTENT.entry("khai_sinh")
    assert entry is not None
    mine = [example for example in EXAMPLES if example.label == entry.id]
    written = [*entry.phrasings, *entry.title.values(), *entry.names]
    assert [one.told for one in mine if one.weight == 1] == [told(text) for text in written]
    made = [one for one in mine if one.weight < 1]
    assert len(made) >= len(entry.names)
    assert all(0 < one.weight < 1 and len(one.told.folded) > 2 for one in made)


def test_every_way_of_asking_is_learned_with_some_name() -> None:
    cues = [phrase.replace("…", "").split()[-1] for phrase in CONTENT.topics.asking]
    made = {word for one in EXAMPLES if one.weight < 1 for word in one.told.folded}
    assert all(told(cue).folded[-1] in made for cue in cues)


def test_only_what_says_something_of_the_beginning_is_told() -> None:
    assert told("Dạ em xin hỏi KHAI SINH ạ").folded == ("hoi", "khai", "sinh")
    long = told("ab " * 5000)
    assert sum(map(len, long.folded)) <= LONGEST
    assert len(long.spelled) <= LONGEST
    for sign in ("㈝", "㎯", "㌕", "ﷲ", "⑽"):  # each of several letters
        assert sum(map(len, told(sign * 5000).folded)) <= LONGEST
    said = told("mã hồ sơ, chó can")
    assert said.folded == ("ma", "ho", "so", "cho", "can")
    assert [bool(word) for word in said.spelled] == [True, True, True, True, False]
    numbers = told("gọi 115, số thẻ 4111 1111")
    assert numbers.folded == ("goi", "115", "so", "the")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("có giấy khai sinh rồi, giờ nhập khẩu cần gì", "giờ nhập khẩu cần gì"),
        ("nhập khẩu cần giấy gì, cháu có khai sinh rồi", "nhập khẩu cần giấy gì"),
        ("bố mất rồi. nhà chưa đi khai. giờ làm sao ạ?", "giờ làm sao ạ"),
        ("khai sinh cần gì", ""),
        ("dạ, khai sinh cần gì", ""),  # one word is no clause
        ("", ""),
    ],
)
def test_the_clause_that_asks_counts_twice(text: str, asked: str) -> None:
    said, again = told(text), told(asked)
    assert said.folded[len(said.folded) - len(again.folded) :] == again.folded
    assert Counter(said.folded) == Counter(
        told(text.replace(",", " ").replace(".", " ")).folded
    ) + (Counter(again.folded))
    assert len(said.spelled) == len(text.replace("?", "").split()) + len(again.spelled)


def test_whatever_else_is_learned_from_has_another_mark() -> None:
    faq, topics = CONTENT.faq, CONTENT.topics
    changed = [
        (faq[1:], topics),
        ((replace(faq[0], phrasings=faq[0].phrasings[1:]), *faq[1:]), topics),
        ((replace(faq[0], names=("khác",)), *faq[1:]), topics),
        (faq, replace(topics, told=topics.told[1:])),
        (faq, replace(topics, asking=topics.asking[1:])),
        (faq, replace(topics, filler=frozenset())),
        (faq, replace(topics, cues=frozenset())),
        (faq, replace(topics, decline=topics.decline[1:])),
    ]
    marks = [lesson(*one).mark() for one in changed]
    same = lesson(faq, topics).mark()
    assert len({same, *marks}) == len(changed) + 1
    again = load()
    assert lesson(again.faq, again.topics).mark() == same
    answer = replace(faq[0], aspects={"tra_loi": "Khác."})
    assert lesson((answer, *faq[1:]), topics).mark() == same  # what is not learned from
