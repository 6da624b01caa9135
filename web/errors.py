"""What a person sees when something is refused: what is wrong, and what to do next."""

from __future__ import annotations

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from core.errors import ZhupiError
from web.context import safe_next, wants_json


def install(app: Flask) -> None:
    """Turn errors into pages, or into JSON where a script asked."""
    app.register_error_handler(ZhupiError, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _broken)


def answer(message: str, remedy: str, status: int) -> ResponseReturnValue:
    """The error as a page with a way back, or as JSON."""
    if wants_json():
        return jsonify(message=message, remedy=remedy), status
    back = safe_next(request.referrer, "/")
    return render_template("error.html", message=message, remedy=remedy, status=status, back=back), status


def _refused(error: Exception) -> ResponseReturnValue:
    if not isinstance(error, ZhupiError):
        raise error
    return answer(error.message, error.remedy, error.http_status)


def _forged(_error: Exception) -> ResponseReturnValue:
    return answer(gettext("这一页已经过期。"), gettext("请刷新页面后再试一次。"), 400)


def _http(error: Exception) -> ResponseReturnValue:
    code = error.code if isinstance(error, HTTPException) and error.code else 500
    if isinstance(error, HTTPException) and code < 400:
        return error.get_response()
    words = {
        404: (gettext("没有这一页。"), gettext("请检查地址，或从考试列表重新打开。")),
        405: (gettext("这一页不能这样打开。"), gettext("请从页面上的按钮进入。")),
        413: (gettext("上传的内容太大。"), gettext("请分成几个文件上传，或请考务提高上传上限。")),
    }
    message, remedy = words.get(code, (gettext("请求无法处理。"), gettext("请返回后重试。")))
    return answer(message, remedy, code)


def _broken(_error: Exception) -> ResponseReturnValue:
    return answer(
        gettext("系统出错了，刚才的操作没有保存。"),
        gettext("请重试；如果仍然出错，请把时间和操作告诉管理员。"),
        500,
    )
