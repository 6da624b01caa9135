"""Which model servers are the school's own."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from core.errors import BadInput


def is_inside(url: str) -> bool:
    """Whether the host is this machine or has a private address (or a name without a dot)."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        plain = "." not in host and not host.isdigit()  # digits alone are an address, too
        return bool(host) and (plain or host.endswith((".local", ".lan", ".internal")))
    return address.is_private or address.is_loopback


def refuse_outside(url: str, external_models: bool) -> None:
    """Let nothing go to a model server outside the school, unless the settings allow it.

    Raises:
        BadInput: the server is outside, and external models are switched off.
    """
    if not external_models and not is_inside(url):
        raise BadInput(
            f"模型服务器 {url} 不在校内网络, 而本校不允许使用外部模型。",
            "请改用校内地址; 确需外部模型时由管理员设置 ZHUPI_EXTERNAL_MODELS=1。",
        )
