"""Answers in maths and science as text: what each kind of key makes of an answer, and why.

``judging.judge`` holds one text against one check; ``scorer.CheckedScorer`` marks worked solutions step by
step. Nothing a pupil writes is evaluated: each kind has a grammar of its own, with limits on length, depth
and cost, and every text gets a verdict.
"""
