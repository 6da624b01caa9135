"""A small exam whose pre-named cards, printed and scanned blank, are a whole stack."""

from __future__ import annotations

EXAM = """\
id: quiz
title: 小测
subject: 物理
total: 6
sections:
  - title: 一、单项选择题
    items:
      - {number: 1, kind: single_choice, points: 3, key: A}
      - {number: 2, kind: single_choice, points: 3, key: B}
card: {number_layout: prenamed}
"""
ROSTER = "考号,姓名,班级\n0001,王玥,1班\n0002,李喆,1班\n"
