"""A small exam with every kind of item, and the class that sits it."""

from __future__ import annotations

from core.rosters import Candidate, Roster

SMALL_EXAM = """\
id: small
title: 八年级物理小测
subject: 物理
total: 30
card: {number_digits: 6}
sections:
  - title: 一、选择题
    kind: single_choice
    points: 2
    items: 1-3
    keys: BAC
  - title: 二、多选题
    kind: multiple_choice
    points: 4
    partial: half
    items:
      - {number: 4, key: AC}
  - title: 三、判断题
    kind: true_false
    points: 1
    items:
      - {number: 5, key: 对}
  - title: 四、填空题
    kind: fill
    items:
      - number: 6
        blanks:
          - {points: 2, numeric: {value: 12, unit: N}}
          - {points: 1, accepted: [重力]}
  - title: 五、解答题
    kind: short_answer
    items:
      - number: 7
        criteria:
          - {id: a, points: 2, statement: 压强与深度有关, accepted: [深度]}
          - {id: b, points: 1, statement: 压强与密度有关, accepted: [密度]}
      - number: 8
        criteria: [{id: a, points: 3, statement: 惯性, accepted: [惯性]}]
      - number: 9
        criteria: [{id: a, points: 3, statement: 摩擦力, accepted: [摩擦力]}]
  - title: 六、作文
    items:
      - {number: 10, kind: essay, points: 10, characters: 400}
optional_groups:
  - {id: X, title: 选做题, items: [8, 9]}
"""

ROSTER_TEXT = """\
考号\t姓名\t班级
270101\t王子轩\t八(1)班
270102\t李思涵\t八(1)班
270103\t张玥\t八(2)班
270104\t刘喆\t八(2)班
"""


def small_roster(count: int = 4) -> Roster:
    """Candidates as ``ROSTER_TEXT`` lists them, for making stacks."""
    lines = [line.split("\t") for line in ROSTER_TEXT.splitlines()[1 : count + 1]]
    return Roster(candidates=tuple(Candidate(id=n, number=n, name=m, class_name=c) for n, m, c in lines))
