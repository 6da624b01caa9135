"""Light stemming of English words: enough that plurals, tenses and comparatives meet."""

from __future__ import annotations

from functools import lru_cache

_IRREGULAR = {
    "children": "child", "men": "man", "women": "woman", "feet": "foot", "mice": "mouse", "leaves": "leaf",
    "went": "go", "gone": "go", "goes": "go", "made": "make", "took": "take", "taken": "take", "gave": "give",
    "given": "give", "got": "get", "gotten": "get", "saw": "see", "seen": "see", "knew": "know", "known": "know",
    "grew": "grow", "grown": "grow", "held": "hold", "kept": "keep", "left": "left", "felt": "feel",
    "found": "find", "told": "tell", "thought": "think", "brought": "bring", "ran": "run", "fell": "fall",
    "fallen": "fall", "rose": "rise", "risen": "rise", "sank": "sink", "sunk": "sink", "broke": "break",
    "broken": "break", "frozen": "freeze", "froze": "freeze", "sent": "send", "built": "build", "lost": "lose",
    "better": "better", "worse": "worse", "less": "less", "more": "more", "this": "this", "his": "his",
    "was": "was", "is": "is", "has": "has", "does": "does", "its": "its", "as": "as", "us": "us", "gas": "gas",
    "gases": "gas", "data": "data", "bigger": "big", "biggest": "big", "hotter": "hot", "hottest": "hot",
    "wetter": "wet", "thinner": "thin", "fewer": "fewer", "other": "other", "water": "water", "over": "over",
    "under": "under", "after": "after", "never": "never", "ever": "ever", "every": "every", "very": "very",
    "paper": "paper", "number": "number", "matter": "matter", "layer": "layer", "power": "power",
    "together": "together", "whether": "whether", "ruler": "ruler", "meter": "meter", "centimeter": "centimeter",
    "temperature": "temperature", "thing": "thing", "something": "something", "nothing": "nothing",
    "string": "string", "spring": "spring", "during": "during", "ring": "ring", "bring": "bring",
    "need": "need", "seed": "seed", "speed": "speed", "feed": "feed", "red": "red", "bed": "bed",
    "used": "use", "using": "use", "uses": "use", "tied": "tie", "dying": "die", "dies": "die", "died": "die",
}  # fmt: skip
_VOWELS = set("aeiouy")
#: Endings, longest first, with what takes their place and how much of the word has to remain.
_ENDINGS = (
    ("ations", "ate", 3), ("ation", "ate", 3), ("iness", "y", 3), ("ities", "ity", 3), ("ingly", "", 4),
    ("edly", "", 4), ("ments", "ment", 3), ("ically", "ic", 3), ("fully", "ful", 3), ("ness", "", 4),
    ("iest", "y", 2), ("ier", "y", 2), ("ies", "y", 2), ("ied", "y", 2), ("ily", "y", 3), ("est", "", 3),
    ("ing", "", 3), ("sses", "ss", 2), ("shes", "sh", 2), ("ches", "ch", 2), ("xes", "x", 2), ("zes", "z", 2),
    ("ed", "", 3), ("ly", "", 4), ("er", "", 4), ("s", "", 3),
)  # fmt: skip


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a lower-case word: "evaporated", "evaporates" and "evaporation" are "evaporat"."""
    fixed = _IRREGULAR.get(word)
    if fixed is not None:
        return _bare(fixed)
    for ending, instead, least in _ENDINGS:
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) >= least and _VOWELS & set(base):
            if ending == "s" and base.endswith(("s", "u", "i")):
                break
            return _bare(base + instead)
    return _bare(word)


def _bare(word: str) -> str:
    """Without a doubled last consonant or a silent e."""
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word
