"""YAML whose values stay the text that was written: 3:2 is a ratio and no number of seconds, 0.10 keeps its nought."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml


class Located(dict[Any, Any]):
    """A mapping that knows the line it begins in, from 1."""

    line: int = 1


class TextLoader(yaml.SafeLoader):
    """Only an empty value or ``null`` is no text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 -- PyYAML's own class attribute
        first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":")[-1] in ("null", "merge")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _mapping(loader: TextLoader, node: yaml.MappingNode) -> Iterator[Located]:
    located = Located()
    located.line = node.start_mark.line + 1
    yield located
    located.update(loader.construct_mapping(node))


TextLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
