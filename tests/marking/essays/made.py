"""Essays of signs drawn by lot, so that nothing is alike by chance; with signs misread as a reader would."""

from __future__ import annotations

import random

from core.essays import EssayLine, EssayText

_SIGNS = (
    "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多"
    "然于心学么之都好看起发当没成只如事把还用第样道想作种开河桥灯窗树风雨雪春夏秋冬早晚清夜路门书信船鸟花草石"
)


def prose(rng: random.Random, signs: int = 600) -> str:
    """So many signs, with a comma or a full stop after every few of them."""
    text = ""
    while len(text) < signs:
        text += "".join(rng.choices(_SIGNS, k=rng.randint(5, 12))) + rng.choice("，，。")
    return text[:signs]


def misread(text: str, share: float, rng: random.Random) -> str:
    """The text with this share of its signs changed, lost or doubled."""
    out = []
    for sign in text:
        draw = rng.random()
        if draw < 0.7 * share:
            out.append(rng.choice(_SIGNS))
        elif draw < 0.85 * share:
            continue
        elif draw < share:
            out.append(sign + sign)
        else:
            out.append(sign)
    return "".join(out)


def essay(id_: str, text: str, width: int = 20) -> EssayText:
    """In lines of so many signs, as on a 作文格."""
    lines = (text[at : at + width] for at in range(0, len(text), width))
    return EssayText(id=id_, lines=tuple(EssayLine(text=line) for line in lines))
