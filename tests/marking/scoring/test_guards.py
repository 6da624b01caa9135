"""Awards held against plain words: numbers, directions, denials, roles, scraps; and what must stay credited."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.exams import Criterion
from core.marks import Award, Evidence, Verdict
from core.scoring import Question, Response, Rubric
from marking.scoring.guards import GuardedScorer
from marking.scoring.protocol import score
from marking.scoring.worded import WordedScorer


class Given:
    """Gives every criterion the same share of its steps, with the evidence that the answer holds."""

    name = "given-1"

    def __init__(
        self, share: int, said: Sequence[str] = (), model: str = "", sure: Sequence[float] = ()
    ) -> None:
        self._share, self._said, self._model, self._sure = share, said, model, sure

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        whole = [(c.id, c.steps) for c in rubric.criteria] or [("", rubric.full_steps)]
        return tuple(
            tuple(self._award(response, n, name, full) for n, (name, full) in enumerate(whole))
            for response in responses
        )

    def _award(self, response: Response, at: int, name: str, full: int) -> Award:
        steps = full * self._share
        evidence = tuple(
            Evidence(text=w, start=response.text.find(w), end=response.text.find(w) + len(w))
            for w in self._said
            if w in response.text
        )
        sure = self._sure[at] if self._sure else 0.85
        return Award(
            criterion=name,
            steps=steps,
            full_steps=full,
            reason="base",
            evidence=evidence,
            confidence=sure,
            distribution=((0, sure if not steps else 1 - sure), (full, sure if steps else 1 - sure)),
            verdicts=(
                (Verdict.CREDITED, sure if steps else 1 - sure),
                (Verdict.NOT_ADDRESSED, 1 - sure if steps else sure),
            ),
            model=self._model,
        )


def _held(
    statement: str,
    answer: str,
    language: str = "zh",
    *,
    base: Given | None = None,
    others: Sequence[str] = (),
    accepted: tuple[str, ...] = (),
    stem: str = "",
) -> Award:
    criteria = (
        Criterion(id="1", steps=2, statement=statement, accepted=accepted),
        *(Criterion(id=str(n), steps=2, statement=other) for n, other in enumerate(others, start=2)),
    )
    rubric = Rubric(full_steps=2 * len(criteria), criteria=criteria)
    question = Question(stem=stem, language="zh" if language == "zh" else "en")
    return score(GuardedScorer(base or Given(1)), question, rubric, Response(text=answer))[0]


WEIGHT = "由 G=mg 求得木块重力 6 N"
LIFT = "木块漂浮，浮力等于重力，为 6 N"
VOLUME = "木块排开水的体积是 6×10⁻⁴ m³（0.0006 m³，600 cm³）"
CURRENT = "由欧姆定律，电流变小，电流表示数变小"
VOLTAGE = "定值电阻两端的电压变小，电压表示数变小"
SINKS = "下潜时向水舱充水，重力增大，重力大于浮力"
RISES = "上浮时水舱排水，重力减小，重力小于浮力"
PLATEAU = "高原上气压低，水的沸点低"
COOKER = "高压锅内气压大，水的沸点升高，饭容易煮熟"
PRESSURE = "The pressure is 400 Pa"
DOUBLES = "The pressure doubles when the area is halved"
SALT = "The water was evaporated, leaving the salt."

#: Statement, answer, part of the reason.
WRONG = [
    (WEIGHT, "木块的重力是0.06N。浮力等于5N。排开水的体积是0.001立方米。", "数值不同：写的是 0.06N，应为 6 N"),
    (LIFT, "木块的重力是0.06N。浮力等于5N。排开水的体积是0.001立方米。", "写的是 5N"),
    (VOLUME, "木块的重力是0.06N。浮力等于5N。排开水的体积是0.001立方米。", "0.001立方米"),
    (WEIGHT, "重力60N，浮力60N，体积0.006m³", "60N"),
    (LIFT, "重力60N，浮力60N，体积0.006m³", "60N"),
    (VOLUME, "重力60N，浮力60N，体积0.006m³", "0.006m³"),
    (WEIGHT, "G=6kg", "单位不同"),
    (WEIGHT, "木块的重力是ON", "没有写出 6 N"),
    (WEIGHT, "G=mg=0.6N", "0.6N"),
    (WEIGHT, "G=mg=0.6×10=60牛", "60牛"),
    (LIFT, "重力是6N，浮力是5N", "5N"),
    (LIFT, "木块受到的浮力是１０Ｎ。", "１０Ｎ"),
    (VOLUME, "V=6×10⁻³m³", "6×10⁻³m³"),
    (VOLUME, "排开水60立方厘米", "60立方厘米"),
    (LIFT, "G=mg=6N，浮力不等于重力", "肯定与否定相反"),
    (CURRENT, "电流表的示数不变", "说反了：写的是“电流表的示数不变”"),
    (CURRENT, "所以电流变大了。", "电流变大"),
    (CURRENT, "电源电压不变，电压表示数不变", "别的量"),
    (CURRENT, "电压表的示数变大", "别的量"),
    (CURRENT, "电压表的示数变小", "别的量"),
    (VOLTAGE, "电流表的示数变小", "别的量"),
    (VOLTAGE, "电压表的示数变大。", "电压表的示数变大"),
    (VOLTAGE, "电流变小，电压表示数增大", "电压表示数增大"),
    ("接入电阻变大，总电阻变大", "总电阻减小", "总电阻减小"),
    ("浸没时排开水的体积不变，浮力不变", "潜水艇越往下，受到的浮力越大。", "浮力越大"),
    ("浸没时排开水的体积不变，浮力不变", "下潜时浮力变小，所以下沉。", "浮力变小"),
    (SINKS, "下潜时重力小于浮力", "两者说反了"),
    (SINKS, "下潜时浮力大于重力", "两者说反了"),
    (RISES, "上浮时重力比浮力大", "两者说反了"),
    (SINKS, "下潜时重力等于浮力", "两者说反了"),
    (PLATEAU, "高原上气压低所以沸点高，高压锅里气压大沸点低", "沸点高"),
    (COOKER, "高原上气压低所以沸点高，高压锅里气压大沸点低", "沸点低"),
    (PLATEAU, "因为高原上气压低，水的沸点不会降低。", "肯定与否定相反"),
    ("食盐溶解在水里", "食盐没有溶解在水里", "没有溶解"),
    ("种子不能发芽", "种子发芽", "肯定与否定相反"),
    ("电能转化为化学能", "化学能转化为电能", "两者说反了"),
    ("功率是15W", "功率不是15W", "肯定与否定相反"),
    ("增大受力面积可以减小压强，压强减小", "压强增大", "压强增大"),
]  # fmt: skip
WRONG_ENGLISH = [
    (PRESSURE, "The pressure is 40 Pa.", "The value differs: 40 Pa instead of 400 Pa."),
    (PRESSURE, "Pressure is force per area.", "Does not state 400 Pa"),
    (PRESSURE, "p = 4 kPa", "4 kPa"),
    (DOUBLES, "When the area is halved the pressure does not double, it halves.", "instead of"),
    (DOUBLES, "The pressure is halved.", "Says the opposite"),
    (DOUBLES, "The pressure stays the same because the weight is the same.", "stays the same"),
    (SALT, "The water did not evaporate and the salt stayed.", "One denies"),
    (SALT, "The salt evaporated, leaving the water.", "roles are exchanged"),
    ("The salt dissolves in water", "The salt did not dissolve", "One denies"),
    ("The pitch increases", "The pitch decreases when it is longer.", "Says the opposite"),
    ("Iron is heavier than water", "Water is heavier than iron.", "roles are exchanged"),
]
#: Statement, answer: harmless.
RIGHT = [
    (WEIGHT, "木块的重力是6N。浮力等于重力6N。体积0.0006立方米"),
    (WEIGHT, "G=mg=0.6×10=6牛"),
    (WEIGHT, "重力为６Ｎ"),
    (WEIGHT, "木块受到的重力是6牛顿，由质量乘g求得"),
    (WEIGHT, "重力六牛"),
    (LIFT, "因为木块漂浮，所以浮力等于重力，是6N。"),
    (LIFT, "漂浮时浮力和重力相等，浮力为6N。"),
    (LIFT, "F浮=G=6N"),
    (VOLUME, "V=F/ρg=6×10^-4m3"),
    (VOLUME, "V排=6×10⁻⁴立方米"),
    (VOLUME, "排开水的体积等于600立方厘米。"),
    (VOLUME, "体积是600cm³"),
    (VOLUME, "由浮力公式得V排是0.0006立方米。"),
    (VOLUME, "排开的水是0.6升"),
    (CURRENT, "电压不变，所以电流减小，电流表示数变小。"),
    (CURRENT, "电源电压不变，总电阻变大，I变小"),
    (CURRENT, "电流不会变大，而是变小"),
    (CURRENT, "电压表和电流表的示数都变小"),
    (CURRENT, "根据欧姆定律，电流表的示数下降"),
    (VOLTAGE, "定值电阻不变，电源电压不变，它两端的电压变小，电压表示数变小。"),
    (VOLTAGE, "由U=IR知R0两端电压减小"),
    ("接入电阻变大，总电阻变大", "滑动变阻器电阻变大，电路的总电阻增大，电流变小。"),
    ("浸没时排开水的体积不变，浮力不变", "因为潜水艇的体积不变，所以浮力大小不变。"),
    ("浸没时排开水的体积不变，浮力不变", "V排没有变，浮力保持不变。"),
    (SINKS, "往水舱里灌水，自身变重，重力大于浮力就下沉。"),
    (SINKS, "充水后重力增大，浮力小于重力，潜水艇下潜。"),
    (SINKS, "下潜时充水使重力大于浮力；上浮时排水使重力小于浮力。"),
    (RISES, "下潜时充水使重力大于浮力；上浮时排水使重力小于浮力。"),
    (RISES, "上浮：水舱排水，重力比浮力小。"),
    (RISES, "把水排出去，重力减小，浮力大于重力，就上浮。"),
    (PLATEAU, "气压低，水在较低温度就沸腾"),
    (PLATEAU, "海拔高的地方大气压小，水不到一百度就开了"),
    (PLATEAU, "高原气压低，水的沸点降低；高压锅内气压增大，沸点升高，饭容易熟。"),
    (COOKER, "高原气压低，水的沸点降低；高压锅内气压增大，沸点升高，饭容易熟。"),
    (PLATEAU, "高原水八十多度就开了，饭不熟；高压锅里沸点升高"),
    (COOKER, "高原上沸点低，饭不熟，锅里面密封，水能到更高的温度才开"),
    ("食盐溶解在水里", "沙子没有溶解，食盐溶解了"),
    ("种子不能发芽", "没有水，种子不能发芽"),
    ("化学能转化为电能", "电池把化学能转化为电能"),
    ("水蒸发了", "如果不加热，水就不会很快蒸发，加热后水蒸发了"),
    ("声音不能在真空中传播", "真空不能传声"),
    ("x=3", "2x=6，x=3"),
    ("需要移动的元素个数是n/2，概率是2n+1", "n/2，2n+2"),
    ("分配空间小了容易溢出，分配空间大了浪费", "分配空间大了，造成浪费"),
    ("货物是较小规模、额度较高", "额度较高"),
]
RIGHT_ENGLISH = [
    (PRESSURE, "F/S = 12/0.03 = 400 N/m2"),
    (PRESSURE, "0.4 kPa. 800 Pa if halved, as force is constant."),
    (PRESSURE, "It is 400 pascals"),
    (PRESSURE, "400"),
    (DOUBLES, "It will be doubled with a smaller area as the force is unchanged."),
    (DOUBLES, "If the area is halved, the pressure doubles, because the same force acts on a smaller area."),
    (DOUBLES, "Halving the area doubles the pressure."),
    ("because the same force acts on a smaller area", "as the force is unchanged and the area is smaller"),
    (SALT, "The water evaporated and the salt was left behind."),
    (SALT, "We boiled it until only the salt remained."),
    (SALT, "The salt did not evaporate but the water did."),
    ("The salt dissolves in water", "The sand did not dissolve, the salt did dissolve."),
    ("Iron is heavier than water", "Iron is heavier than water because it is denser."),
    ("As time increases, the speed stays the same", "As time goes on the speed of light stays the same."),
    ("The pitch increases", "When the string is shorter the pitch rises."),
]
#: What no criterion's neighbour may take away.
NEIGHBOURS = {PLATEAU: (COOKER,), COOKER: (PLATEAU,), SINKS: (RISES,), RISES: (SINKS,)}


@pytest.mark.parametrize(("statement", "answer", "reason"), WRONG)
def test_a_broken_rule_takes_the_steps_and_says_why(statement: str, answer: str, reason: str) -> None:
    award = _held(statement, answer, others=NEIGHBOURS.get(statement, ()))
    assert award.steps == 0, award
    assert reason in award.reason
    _is_consistent(award)


@pytest.mark.parametrize(("statement", "answer", "reason"), WRONG_ENGLISH)
def test_a_broken_rule_is_told_in_english_for_english_questions(
    statement: str, answer: str, reason: str
) -> None:
    award = _held(statement, answer, "en")
    assert award.steps == 0, award
    assert reason in award.reason
    _is_consistent(award)


@pytest.mark.parametrize(
    ("statement", "answer", "language"), [(*r, "zh") for r in RIGHT] + [(*r, "en") for r in RIGHT_ENGLISH]
)
def test_harmless_wordings_stay_credited(statement: str, answer: str, language: str) -> None:
    award = _held(statement, answer, language, others=NEIGHBOURS.get(statement, ()))
    assert award.steps == 2, award.reason


def _is_consistent(award: Award) -> None:
    assert sum(p for _, p in award.distribution) == pytest.approx(1)
    assert sum(p for _, p in award.verdicts) == pytest.approx(1)
    assert dict(award.distribution)[award.steps] == pytest.approx(award.confidence)
    assert max(award.distribution, key=lambda entry: entry[1])[0] == award.steps
    assert award.model == "given-1+guards-1"


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        (WEIGHT, "G=mg=0.6×10=6牛 F浮=G=6牛 V=F/ρg=6×10^-4m3"),
        (LIFT, "G=mg=0.6×10=6牛 F浮=G=6牛 V=F/ρg=6×10^-4m3"),
        (VOLUME, "G=mg=0.6×10=6牛 F浮=G=6牛 V=F/ρg=6×10^-4m3"),
        ("重力为6N", "木块重6N"),
        ("浮力等于6N", "所以浮力是6牛"),
        ("体积为6×10⁻⁴m³", "600cm³"),
        ("拉力等于重力10N，做功W=Fs=30J，功率P=W/t=15W", "F=G=10N，W=Fs=30J，P=W/t=15W"),
        ("拉力等于重力10N，做功W=Fs=30J，功率P=W/t=15W", "F=G=10N，W=Fs=10N×3m=30J，P=W/t=30J/2s=15W"),
    ],
)
def test_a_plain_result_earns_its_criterion(statement: str, answer: str) -> None:
    stem = "质量 0.6 kg、重 10 N" if "功率" in statement else ""
    award = _held(statement, answer, base=Given(0), stem=stem)
    assert award.steps == 2
    assert award.confidence == 0.8
    assert award.verdict is Verdict.CREDITED
    assert award.reason.startswith("写到")
    assert award.evidence
    _is_consistent(award)


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        (LIFT, "G=mg=6N"),
        (LIFT, "重力是6N，浮力等于5N"),
        (LIFT, "浮力不等于6N"),
        (WEIGHT, "6"),
        (VOLUME, "木块的体积是0.001立方米"),
        (CURRENT, "电流变小"),
    ],
)
def test_what_is_not_plainly_the_result_stays_uncredited(statement: str, answer: str) -> None:
    assert _held(statement, answer, base=Given(0)).steps == 0


def test_evidence_of_a_lowered_award_shows_what_stands_against_it() -> None:
    award = _held(CURRENT, "因为电阻变大，所以电流表的示数不变。")
    assert [one.text for one in award.evidence] == ["电流表的示数不变"]
    assert award.verdict is Verdict.CONTRADICTED


def test_half_a_word_is_no_evidence() -> None:
    award = _held(SINKS, "浮力大小不变", base=Given(1, ["浮力大"]))
    assert award.steps == 0
    assert "不是完整的词" in award.reason


def test_the_same_words_do_not_meet_two_opposite_criteria() -> None:
    rubric = Rubric(
        full_steps=4,
        criteria=(Criterion(id="1", steps=2, statement=SINKS), Criterion(id="2", steps=2, statement=RISES)),
    )
    base = Given(1, ["水舱的水"], sure=(0.8, 0.6))
    awards = score(GuardedScorer(base), Question(), rubric, Response(text="靠改变水舱的水"))
    assert [award.steps for award in awards] == [2, 0]
    assert "相反" in awards[1].reason


def test_a_wording_that_stands_there_answers_for_its_own_clause_alone() -> None:
    base = Given(1, ["浮力等于重力"], model="criteria-spotted-3")
    assert _held(LIFT, "木块漂浮，浮力等于重力。重力是0.6N", base=base).steps == 2
    assert _held(LIFT, "木块漂浮，浮力等于重力，为5N", base=base).steps == 0
    wrong = _held(LIFT, "答：浮力等于重力5N", base=base)
    assert wrong.steps == 0
    assert [one.text for one in wrong.evidence] == ["5N"]


def test_a_missing_number_that_is_not_the_point_lowers_the_confidence_alone() -> None:
    statement = "高原上的大气压强比海平面的标准大气压强小得多，因此水在那里大约 90 ℃ 就会沸腾，饭不容易煮熟"
    award = _held(statement, "高原气压小，水温不高就沸腾，饭煮不熟")
    assert award.steps == 2
    assert award.confidence < 0.85
    assert "没有写出 90 ℃" in award.reason
    assert sum(p for _, p in award.distribution) == pytest.approx(1)


def test_an_accepted_wording_without_the_number_needs_no_number() -> None:
    assert _held(LIFT, "浮力跟重力一样", accepted=("浮力等于重力",)).steps == 2


def test_a_whole_solution_keeps_the_share_of_its_right_results() -> None:
    question = Question(stem="重10 N的物体2 s内匀速上升3 m，求拉力做功的功率。")
    rubric = Rubric(full_steps=4, references=("拉力等于重力10N，做功W=Fs=30J，功率P=W/t=15W",))
    steps = {
        answer: score(GuardedScorer(Given(1)), question, rubric, Response(text=answer))[0].steps
        for answer in ("W=30J", "W=30J，P=20W", "F=10N，W=30J，P=15W", "拉力不等于重力，功率不是15W")
    }
    assert steps == {
        "W=30J": 2,
        "W=30J，P=20W": 2,
        "F=10N，W=30J，P=15W": 4,
        "拉力不等于重力，功率不是15W": 0,
    }


def test_the_name_tells_the_rules() -> None:
    assert GuardedScorer(Given(1)).name == "given-1+guards-1"


@pytest.mark.parametrize(
    "answer", ["", "   ", "……", "$\\frac{1}{2}$ N", "一一一", "6" * 3000, "不" * 500, "比大比大"]
)
def test_odd_answers_are_no_error(answer: str) -> None:
    assert _held(WEIGHT, answer).full_steps == 2


def test_what_the_standard_accepts_in_so_many_words_is_right_whatever_its_statement_says() -> None:
    criterion = Criterion(id="1", steps=2, statement="动摩擦因数不变", accepted=("不变", "增大一倍"))
    rubric = Rubric(full_steps=2, criteria=(criterion,))
    scorer = GuardedScorer(WordedScorer())
    award = score(scorer, Question(stem="?"), rubric, Response(text="动摩擦因数增大一倍"))[0]
    assert award.steps == 2
