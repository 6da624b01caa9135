"""The characters that the Latin reader can write."""

from __future__ import annotations

_ASCII = "".join(map(chr, range(33, 127)))
_MARKS = "«»°§€‘’“”–—…"
_CAPITALS = "ÀÂÄÇÈÉÊËÎÏÔÖÙÛÜŒÆ"
_SMALL = "àáâäãåæçèéêëìíîïñòóôöøùúûüÿœ"
_NAMES = "ÓßÁÍÑ"

#: Blank first, space last: ASCII, French, and the accents that names bring along.
CHARSET: tuple[str, ...] = ("", *_ASCII, *_MARKS, *_CAPITALS, *_SMALL, *_NAMES, " ")
