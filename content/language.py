"""Which language a short message is in, without asking.

langdetect alone fails on short messages and on Vietnamese typed without marks. So: letters and
scripts that only one language has decide at once; everything else goes to langdetect's own
detector, with a profile of unmarked Vietnamese derived from its Vietnamese one, a prior, and
a fixed seed. Too little text or too close a result keeps the language the chat already has.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from content.documents import Layers, Table, parse_toml
from content.folding import abbreviations, fold, normalize

if TYPE_CHECKING:
    from langdetect.detector import Detector  # type: ignore[import-untyped]
    from langdetect.detector_factory import DetectorFactory  # type: ignore[import-untyped]

UNMARKED: Final = "vi-nd"
PROFILES: Final = ("vi", "en", "zh-cn", "zh-tw", "ko", "ja", "fr", "ru", "th")

_LONGEST = 240  # characters: more would cost time and change nothing
_FEWEST_LETTERS = 2  # of a word
_CERTAIN = 0.7  # below this probability the chat's language stays
_WORD_WEIGHT = 1000.0  # how much likelier one telling word makes its language
# langdetect samples n-grams at random: many short walks tell a short text better than its
# seven long ones.
_WALKS = 15
_STEPS = 20

_ONLY_VIETNAMESE = re.compile("[ăđơưĩũ\u1ea0-\u1ef9]")
_LATIN = re.compile(r"[a-z\u00c0-\u024f]")
_SCRIPTS: Final[Mapping[str, re.Pattern[str]]] = {
    "ko": re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]"),
    "ja": re.compile("[\u3040-\u30ff]"),
    "zh": re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"),
    "th": re.compile("[\u0e01-\u0e5b]"),
    "ru": re.compile("[\u0400-\u04ff]"),
}
_WORD = re.compile(r"[a-z]+")
_CODE = r"\b(?=[A-Za-z–—‐-]*\d)[A-Za-z0-9]{4}[–—‐-]?[A-Za-z0-9]{4}\b"
_SIGN = re.compile(r"[%$#{}<>=_\\|^\d]|[a-z]\(")  # what holds one is code, or a number
_VOWEL = re.compile("[aeiouy]")
_NO_WORDS = re.compile(rf"https?://\S+|\S+@\S+|@\S+|/\w+|{_CODE}")


class Languages:
    """langdetect and its profiles are loaded at the first text that needs them."""

    def detect(self, text: str, fallback: str = "vi") -> str:
        """An ISO 639-1 code such as "vi", "en", "zh"; the same for the same text always."""
        sample = normalize(_NO_WORDS.sub(" ", text[:_LONGEST])).lower()
        if _ONLY_VIETNAMESE.search(sample):
            return "vi"
        return _by_script(sample) or self._guess(sample, fallback)

    def _guess(self, sample: str, fallback: str) -> str:
        sample = " ".join(piece for piece in sample.split() if self._says(piece))
        words = _WORD.findall(fold(sample))
        if max(map(len, words), default=0) < _FEWEST_LETTERS or self._neutral.issuperset(words):
            return fallback
        detector = self._factory.create()
        detector.n_trial, detector.ITERATION_LIMIT = _WALKS, _STEPS
        detector.append(sample)
        detector.set_prior_map(self._prior(sample))
        language, probability = _likeliest(detector)
        return language if probability >= _CERTAIN else fallback

    def _says(self, piece: str) -> bool:
        """Whether a word as it stands between spaces may tell its language."""
        if _SIGN.search(piece):
            return False
        bare = fold(piece)
        return bool(_VOWEL.search(bare)) or any(one in self._telling for one in _WORD.findall(bare))

    def _prior(self, sample: str) -> Mapping[str, float]:
        """The prior of the languages, moved by the telling words of this text."""
        prior = dict(self._priors)
        for word in set(_WORD.findall(fold(sample))):
            profile = self._telling.get(word)
            if profile is not None:
                prior[profile] *= _WORD_WEIGHT
        return prior

    @cached_property
    def _settings(self) -> Table:
        table = parse_toml(Layers.of([Path(__file__).parent]).one("language.toml"))
        table.only(["neutral", "prior", "words"])
        return table

    @cached_property
    def _neutral(self) -> frozenset[str]:
        """Folded words that say nothing about the language."""
        return frozenset(self._settings.texts("neutral"))

    @cached_property
    def _priors(self) -> Mapping[str, float]:
        table = self._settings.table("prior")
        return {profile: float(table.number(profile)) for profile in (*PROFILES, UNMARKED)}

    @cached_property
    def _telling(self) -> Mapping[str, str]:
        """Folded word → the profile it speaks for."""
        table = self._settings.table("words")
        telling = dict.fromkeys((*abbreviations(), *table.texts("vi")), UNMARKED)
        return telling | dict.fromkeys(table.texts("en"), "en")

    @cached_property
    def _factory(self) -> DetectorFactory:
        from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
        from langdetect.utils.lang_profile import LangProfile  # type: ignore[import-untyped]

        factory = DetectorFactory()
        factory.set_seed(0)
        count = len(PROFILES) + 1
        for index, name in enumerate(PROFILES):
            profile = json.loads((Path(PROFILES_DIRECTORY) / name).read_text("utf-8"))
            factory.add_profile(LangProfile(**profile), index, count)
            if name == "vi":
                unmarked = LangProfile(UNMARKED, *_without_marks(profile["freq"]))
        factory.add_profile(unmarked, count - 1, count)
        return factory


def _by_script(sample: str) -> str | None:
    """The language whose script makes up a third of the letters or more. Kana before Han."""
    latin = len(_LATIN.findall(sample))
    for language, script in _SCRIPTS.items():
        if 2 * len(script.findall(sample)) > latin:
            return language
    return None


def _without_marks(frequencies: Mapping[str, int]) -> tuple[Mapping[str, int], list[int]]:
    """The n-grams folded, and how many there are of one, two and three letters."""
    folded: Counter[str] = Counter()
    for gram, count in frequencies.items():
        bare = "".join(sign if sign == " " else fold(sign) for sign in gram)
        if len(bare) == len(gram):
            folded[bare] += count
    sums = [sum(n for gram, n in folded.items() if len(gram) == size) for size in (1, 2, 3)]
    return folded, sums


def _likeliest(detector: Detector) -> tuple[str, float]:
    """The likeliest language, its profiles taken together."""
    from langdetect.lang_detect_exception import (  # type: ignore[import-untyped]
        LangDetectException,
    )

    chances: Counter[str] = Counter()
    try:
        for guess in detector.get_probabilities():
            chances[guess.lang.partition("-")[0]] += guess.prob
    except LangDetectException:  # nothing in the text that any profile knows
        return "", 0.0
    return max(chances.items(), key=lambda chance: chance[1], default=("", 0.0))
