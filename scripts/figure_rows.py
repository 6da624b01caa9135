"""Which figures the READMEs show, and where in the benchmarks' files they stand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table: what is shown in both languages, and where its numbers are.

    ``key`` names a figure of the benchmark, or with dots a place in its file (``table.exam.stock.cer``).
    ``stock`` names what it is held against, measured in the same run (plain RapidOCR; for marking, what the
    row names), ``""`` where there is none.
    ``form`` is "share" (shown in per cent), "number", "error" (three decimals), "kappa" (two decimals) or "times".
    """

    english: str
    chinese: str
    benchmark: str
    key: str
    form: str = "share"
    stock: str = ""


ROWS = (
    Row("fills, sums: right answers refused while at most 0.5 % of wrong ones pass",
        "填空（口算）：误收不超过 0.5 % 时，正确答案被拒",
        "verify", "arithmetic_false_refusal_at_0_5pct", stock="arithmetic_false_refusal_strings"),
    Row("the same, unconnected Chinese characters, one changed at random", "同上，互不相干的汉字，随机换一字",
        "verify", "composed_false_refusal_at_0_5pct", stock="composed_false_refusal_strings"),
    Row("the same, changed to what the reader itself takes for likeliest", "同上，换成识别器最容易看错的字",
        "verify", "composed_hard_false_refusal_at_0_5pct", stock="table.composed.strings.hard_refused"),
    Row("the same, lines of Chinese exams, one changed at random", "同上，考试答卷行，随机换一字",
        "verify", "exam_false_refusal_at_0_5pct", stock="exam_false_refusal_strings"),
    Row("expected calibration error, fills held against the picture", "期望校准误差：对照图像判填空",
        "calibration", "verified_ece", "error"),
    Row("expected calibration error, whole lines read", "期望校准误差：整行识别", "calibration", "read_ece", "error"),
    Row("handwritten digits right, never trained on (RapidOCR: of all)", "手写数字正确率，未用于训练的（RapidOCR：全部）",
        "digits", "accuracy", stock="stock_accuracy"),
    Row("8-digit numbers, roster of 1,000: given to the wrong candidate", "8 位考号、1000 人名单：认成别人",
        "digits", "roster_wrong"),
    Row("the same: waiting for a person", "同上：留给人确认", "digits", "roster_held"),
    Row("character error rate, lines of Chinese exams", "字错率：考试答卷行",
        "lines", "exam_cer", stock="table.exam.stock.cer"),
    Row("character error rate, unconnected Chinese characters", "字错率：互不相干的汉字",
        "lines", "composed_cer", stock="table.composed.stock.cer"),
    Row("character error rate, French, pages never trained on", "字错率：法文，未用于训练的页",
        "lines", "french_cer", stock="table.french.stock.cer"),
    Row("lines a second, two cores", "每秒行数，两核",
        "lines", "lines_per_second", "number", stock="speed.stock.lines_per_second"),
    Row("the same, against RapidOCR in two processes of one thread", "同上，与两个单线程 RapidOCR 进程之比",
        "lines", "speed_ratio_to_stock_two_processes", "times"),
    Row("bubbles, OMRChecker's samples: fields that agree", "填涂，OMRChecker 样例：一致的栏目",
        "omr", "field_agreement"),
    Row("bubbles, made-up hands and scanners: settled wrongly", "填涂，程序模拟的笔迹与扫描：定错的栏目",
        "bubbles", "settled_wrong", "number"),
    Row("the same on paper curled by up to 3 mm", "同上，纸张卷曲至 3 mm", "bubbles", "warped_settled_wrong", "number"),
    Row("pages a second, registration and bubbles, two cores", "每秒页数，定位加填涂，两核",
        "omr", "card_pages_per_second", "number"),
    Row("faults of scans and photos at rising strength: marks settled wrongly", "由轻到重的扫描、拍照缺陷：定错的分",
        "robustness", "settled_wrong_total", "number"),
    Row("the same: pages given to the wrong candidate", "同上：认成别人的页", "robustness", "identity_wrong_total", "number"),
    Row("the demo's exam: pages a minute, all steps", "示例考试：每分钟页数，全流程", "demo", "pages_per_minute", "number"),
    Row("the same: marks settled wrongly, choices", "同上：定错的分，选择题", "demo", "choices_settled_wrong", "number"),
    Row("the same: marks settled wrongly, fills", "同上：定错的分，填空题", "demo", "others_settled_wrong", "number"),
)  # fmt: skip

#: How answers are marked. ``stock``: the floor or peer that the row names.
MARKING_ROWS = (
    Row("SciEntsBank, unseen answers: macro-F1 of three classes", "SciEntsBank，新答案：三类宏平均 F1",
        "scientsbank", "macro_f1_ua", "kappa"),
    Row("the same, unseen questions", "同上，新题目", "scientsbank", "macro_f1_uq", "kappa"),
    Row("the same, unseen domains", "同上，新领域", "scientsbank", "macro_f1_ud", "kappa"),
    Row("ASAP-SAS: mean quadratic weighted kappa, ten prompts, all marks", "ASAP-SAS：十题平均二次加权 kappa，全部标注",
        "asap_sas", "mean_qwk", "kappa"),
    Row("the same, 50 marks a prompt", "同上，每题 50 份标注", "asap_sas", "mean_qwk_50", "kappa"),
    Row("the same, 25 marks", "同上，每题 25 份", "asap_sas", "mean_qwk_25", "kappa"),
    Row("the same, 10 marks", "同上，每题 10 份", "asap_sas", "mean_qwk_10", "kappa"),
    Row("the same, no marks", "同上，没有标注", "asap_sas", "mean_qwk_0", "kappa"),
    Row("ADS, Chinese, by answer: Pearson (beside: character TF-IDF)", "ADS 中文，按答案：Pearson（对照：字 TF-IDF）",
        "ads", "pearson_by_answer", "kappa", "floor_by_answer"),
    Row("the same, by unseen question", "同上，按新题目", "ads", "pearson_by_question", "kappa"),
    Row("SAF English, unseen answers: root mean square error (beside: the mean for everybody)",
        "SAF 英文，新答案：均方根误差（对照：都给平均分）", "saf", "rmse_ua", "error", "mean_rmse_ua"),
    Row("the same, unseen questions", "同上，新题目", "saf", "rmse_uq", "error", "mean_rmse_uq"),
    Row("answer–criterion pairs a second, two cores", "每秒“作答–给分点”对数，两核",
        "scorer_speed", "pairs_per_second", "number"),
    Row("the same, against the same encoder in PyTorch", "同上，与 PyTorch 中同一编码器之比",
        "scorer_speed", "ratio_to_pytorch", "times"),
    Row("licence at a 2 % bound: wrong among what is settled, on other data", "按 2 % 上限授权：在别的数据上定错的比例",
        "licence", "wrong_share_at_2pct"),
    Row("the same: settled without a person", "同上：不经人工即定分的比例", "licence", "settled_share"),
    Row("answer groups, ASAP-SAS 5 and 6: teacher's actions per 100 answers", "答案分组，ASAP-SAS 5、6：每百份作答老师操作次数",
        "groups", "asap_actions_per_100", "number"),
    Row("the same: purity, per cent", "同上：纯度，百分之", "groups", "asap_purity", "kappa"),
    Row("the same, SciEntsBank", "同上，SciEntsBank：操作次数", "groups", "scientsbank_actions_per_100", "number"),
    Row("the same: purity of SciEntsBank, per cent", "同上，SciEntsBank：纯度，百分之",
        "groups", "scientsbank_purity", "kappa"),
)  # fmt: skip
