"""A whole exam as a teacher would write it, with every kind of item."""

EXAM = """\
id: wuli-2026-11
title: 八年级物理期中考试
subject: 物理
grade: 八年级
date: 2026-11-20
step: 0.5
total: 92.5
card:
  paper: A3
  columns: 2
  number_layout: boxes
  number_digits: 6
  absent_box: no
sections:
  - title: 一、单项选择题
    kind: single_choice
    points: 2
    items: 1-20
    keys: BACDA BBCDA ACDBA CDABC
  - title: 二、多项选择题
    kind: 多选
    points: 3
    partial: half
    knowledge_points: 力
    items:
      - number: 21
        key: A,C
        options: {A: 速度, B: 力, C: "$F=ma$", D: 功}
        knowledge_points: [运动, 力]
        ability: 理解
        stem: |
          下列说法正确的是
          ![](tu1.png)
        pictures: [{name: tu1.png}]
      - numbers: 22-24
        keys: AB BCD D
  - title: 三、判断题
    kind: true_false
    points: 1
    items: 25-26
    keys: 对错
  - title: 四、填空题
    kind: fill
    items:
      - number: 27
        blanks:
          - points: 1
            accepted: [熔化, 溶化]
          - points: 2
            numeric: {value: 0.6, tolerance: 5%, unit: N, unit_points: 0.5}
      - number: 28
        points: 2
        any_order: yes
        blanks: [{accepted: apple}, {accepted: pear, case_sensitive: true, width_mm: 60}]
      - {number: 29, points: 1, numeric: 10 m/s}
      - {number: 30, points: 2, expression: 2*x+1}
  - title: 五、解答题
    items:
      - number: 31(1)
        kind: short_answer
        points: 4.5
        height_mm: 55.5
        criteria:
          - {points: 2.5, statement: 压强相等, accepted: [压强相等, 压强+一样], must_not: 压强不等}
          - {id: b, points: 2, statement: 写出公式}
      - number: 32
        kind: 解答
        criteria: [{points: 5, statement: 选做甲}]
      - number: 33
        kind: 解答
        criteria: [{points: 5, statement: 选做乙}]
  - title: 六、作文
    items:
      - number: 34
        kind: essay
        characters: 800
        points: 21
        traits: [{name: 内容, points: 11, description: 切题}, {id: bd, name: 表达, points: 10}]
        levels: [{name: 一类文, low: 17.5, high: 21, description: 立意深}, {name: 二类文, low: 13, high: 17}]
optional_groups:
  - {id: X, title: 选做题, items: [32, 33]}
"""
