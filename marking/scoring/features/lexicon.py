"""Small word lists of our own: function words, negations, opposites, stances, "I do not know".

English entries are stems as :func:`marking.scoring.features.stems.stem` makes them, Chinese ones are
substrings to be found in folded text (simplified, half width).
"""

from __future__ import annotations

import re

from marking.scoring.features.stems import stem

#: English words that carry no point of their own.
FUNCTION_WORDS = frozenset(
    stem(word)
    for word in [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "they",
        "them",
        "their",
        "there",
        "he",
        "she",
        "his",
        "her",
        "we",
        "us",
        "our",
        "you",
        "your",
        "i",
        "me",
        "my",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "am",
        "do",
        "does",
        "did",
        "done",
        "have",
        "has",
        "had",
        "having",
        "will",
        "would",
        "shall",
        "should",
        "can",
        "could",
        "may",
        "might",
        "must",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "as",
        "into",
        "onto",
        "about",
        "over",
        "and",
        "or",
        "but",
        "if",
        "then",
        "than",
        "so",
        "because",
        "when",
        "while",
        "where",
        "which",
        "who",
        "whom",
        "whose",
        "what",
        "how",
        "why",
        "also",
        "just",
        "very",
        "too",
        "such",
        "some",
        "any",
        "each",
        "both",
        "same",
        "s",
        "t",
        "re",
        "ve",
        "ll",
        "d",
        "m",
        "get",
        "gets",
        "got",
        "go",
        "goes",
        "going",
        "make",
        "makes",
        "made",
    ]
)

#: Chinese characters that mostly bind other words together.
FUNCTION_CHARACTERS = frozenset(
    "的了是在和与及或就也都而且但很更最被把将对从到向由为于以之其这那它他她们个着过地得等所能可会要有"
)

#: Particles that come and go without changing what is said (增大了压强, 增大压强).
PARTICLE = re.compile("(?<!目)的(?!士)|了(?!解)")

#: Words that deny what stands after them.
NEGATORS = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "nor",
        "neither",
        "nothing",
        "nobody",
        "without",
        "cannot",
        "cant",
        "dont",
        "doesnt",
        "didnt",
        "isnt",
        "arent",
        "wasnt",
        "werent",
        "wont",
        "wouldnt",
        "shouldnt",
        "couldnt",
        "hasnt",
        "havent",
        "hadnt",
        "mustnt",
        "aint",
        "hardly",
        "unable",
        "fail",
        "lack",
    ]
)

#: Chinese denials, and words that hold their characters and deny nothing.
CHINESE_DENIAL = re.compile("不|没|无|未|非|否|别")
HARMLESS_DENIAL = re.compile(
    "不仅|不但|不断|不管|不论|不久|不得不|无论|无数|非常|未来|是否|能否|否则|区别|分别|特别|差别|级别|类别|个别|性别|并非不"
)

_OPPOSITES = """
increase/decrease/reduce/lessen increase/drop/fall more/less/fewer most/least great/small/little big/small
large/small high/low tall/short long/short hot/cold/cool warm/cold/cool heavy/light fast/slow quick/slow
strong/weak hard/soft wet/dry full/empty open/close start/stop begin/end up/down rise/fall/sink float/sink
above/below over/under inside/outside in/out left/right north/south east/west before/after first/last
early/late early/later near/far thick/thin wide/narrow deep/shallow positive/negative attract/repel add/remove
gain/lose absorb/release absorb/reflect expand/contract melt/freeze evaporate/condense heat/cool
same/different like/unlike equal/unequal true/false correct/incorrect/wrong right/wrong yes/no always/never
possible/impossible live/dead alive/dead push/pull complete/incomplete reliable/unreliable fixed/variable
static/dynamic internal/external single/multiple parallel/series input/output send/receive client/server
conductor/insulator acid/base north/south loud/quiet bright/dim dark/light rough/smooth solid/liquid
maximum/minimum better/worse good/bad easy/difficult cheap/expensive success/failure all/none everybody/nobody
"""

_CHINESE_OPPOSITES = """
增大/减小/变小 增加/减少/降低 增多/减少 升高/降低/下降 上升/下降 变大/变小 变高/变低 变快/变慢 加快/减慢 变强/变弱
增强/减弱/削弱 扩大/缩小 变长/变短 变亮/变暗 提高/降低 大于/小于 高于/低于 多于/少于 快于/慢于 较大/较小 较高/较低
较多/较少 较快/较慢 更大/更小 更高/更低 更多/更少 更快/更慢 最大/最小 最高/最低 最多/最少 最快/最慢 最长/最短
吸热/放热 吸收/放出/释放 吸引/排斥 汽化/液化 熔化/凝固 升华/凝华 蒸发/凝结 膨胀/收缩 上浮/下沉 漂浮/沉底
正比/反比 正相关/负相关 正确/错误 可以/不可以/不能 能够/不能 相同/不同 相等/不等 一致/不一致 有利/不利 有序/无序
连续/离散/不连续 静态/动态 固定/可变 顺序/随机 顺序/链式 先进先出/后进先出 入栈/出栈 进栈/出栈 入队/出队 插入/删除
头部/尾部 队头/队尾 栈顶/栈底 前驱/后继 左子树/右子树 内部/外部 国内/国外 进口/出口 优点/缺点 优势/劣势 促进/阻碍/抑制
推动/阻碍 积极/消极 主动/被动 必然/偶然 主要/次要 直接/间接 绝对/相对 普遍/特殊 整体/部分 量变/质变 唯物/唯心
氧化/还原 化合/分解 酸性/碱性 酸/碱 阳极/阴极 正极/负极 失去电子/得到电子 有丝/减数 显性/隐性 需氧/厌氧 纯合/杂合
成功/失败 集中/分散 统一/分裂 君主/民主 专制/民主 封闭/开放 农业/工业 沿海/内陆 湿润/干旱 寒冷/炎热 平原/高原 顺风/逆风
东/西 南/北 左/右 上/下 快/慢 强/弱 高/低 大/小 多/少 长/短 远/近 冷/热 早/晚 深/浅 厚/薄 密/疏 增/减 升/降 正/负 真/假 对/错
"""

#: Groups of English words that teachers take for one another.
_SYNONYMS = """
big large great huge|small little tiny|fast quick rapid speedy|start begin|end finish stop|show indicate prove
tell demonstrate|use utilize utilise employ|need require|help assist aid|keep maintain retain|change alter vary
differ|different distinct unlike|same equal identical alike similar|move travel go|increase grow rise raise
climb more|decrease reduce drop lower fall shrink lessen decline less fewer|hot warm heat|cold cool|hard
difficult tough solid|important essential vital necessary|make create produce form build generate|get obtain
receive gain acquire|dissolve mix|evaporate vaporize vaporise|water liquid|see observe look watch notice
view|measure gauge|test experiment trial try|answer result outcome|error mistake fault|correct right
accurate true|wrong incorrect false inaccurate|method way approach technique procedure|part piece component
portion|whole entire all complete total|many multiple several numerous|faster quicker|cause lead
result|because since due|stick attach attract cling|conduct carry transmit transfer|send transmit|delete
remove erase|store save keep hold|error fault bug|value number amount quantity|weigh weight heavy mass|high
tall|pitch tone|vibrate shake vibration|loud louder volume|light bright|sun sunlight|soil dirt earth ground
|rock stone|plant tree|animal creature|food nutrient|eat consume feed|die death dead|bulb lamp|wire cable
|circuit loop|break crack split|picture image|kid child|car vehicle
"""

_CHINESE_SYNONYMS = """
增大 变大 增加 增多 升高 上升 提高 加大|减小 变小 减少 降低 下降 缩小|相等 相同 一样 一致|不等 不同 不一样|因为 由于|所以 因此
|正确 对|错误 错 不正确 不对|可以 能 能够|不可以 不能 无法 不行|节点 结点 元素|频繁 经常 大量|方便 便捷 容易 简单|困难 复杂 麻烦
|浪费 闲置|连续 相邻 一整块|链表 链式|顺序表 数组|时间复杂度 时间效率|首 头 第一个|尾 末 最后|物品 货物 商品|效率 速度|成本 费用
|优点 好处 长处|缺点 不足 坏处|人员 人|保存 存储 储存|水平 程度|特点 特征|原因 缘由|影响 作用|方法 方式 办法|促进 推动|阻碍 妨碍
"""


def _pairs(groups: str) -> dict[str, frozenset[str]]:
    opposed: dict[str, set[str]] = {}
    for group in groups.split():
        first, *others = group.split("/")
        for other in others:
            opposed.setdefault(first, set()).add(other)
            opposed.setdefault(other, set()).add(first)
    return {word: frozenset(others) for word, others in opposed.items()}


def _classes(groups: str) -> dict[str, frozenset[int]]:
    members: dict[str, set[int]] = {}
    for number, group in enumerate(groups.split("|")):
        for word in group.split():
            members.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in members.items()}


def _stemmed(table: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {stem(word): frozenset(map(stem, others)) for word, others in table.items()}


#: Stem → stems that say the opposite.
OPPOSITES = _stemmed(_pairs(_OPPOSITES))
#: Chinese word → words that say the opposite.
CHINESE_OPPOSITES = _pairs(_CHINESE_OPPOSITES)
#: Stem → numbers of the groups of like words that it belongs to.
SYNONYMS = {stem(word): numbers for word, numbers in _classes(_SYNONYMS).items()}
#: Chinese word → the same.
CHINESE_SYNONYMS = _classes(_CHINESE_SYNONYMS)

#: How an answer takes sides at its start: +1 agrees, -1 disagrees.
STANCES = (
    (re.compile(r"^(?:yes|yeah|yep|true|correct|right|agree|i agree)\b"), 1),
    (
        re.compile(r"^(?:no|nope|false|incorrect|wrong|disagree|i disagree|i do not agree|i don't agree)\b"),
        -1,
    ),
    (
        re.compile(
            r"^(?:答|这种|该|此|这个)?(?:叙述|说法|观点|命题)?(?:是)?[,:: ]?(?:错|不正确|不对|不可以|不能|否|不是|没有|×)"
        ),
        -1,
    ),
    (
        re.compile(
            r"^(?:答|这种|该|此|这个)?(?:叙述|说法|观点|命题)?(?:是)?[,:: ]?(?:正确|对|可以|能|是的|有|√)"
        ),
        1,
    ),
)

#: Comparatives between two things: the order of what stands on either side matters.
COMPARISON = re.compile(r"比|大于|小于|高于|低于|多于|少于|\bthan\b|>|<")

#: "I do not know", with nothing besides.
NO_IDEA = re.compile(
    r"^\W*(?:i\s*(?:really\s*)?(?:do\s*not|don'?t|dont)\s*(?:know|no|understand|remember)|idk|no idea|not sure|unknown|n/?a|none|"
    r"no submission|no answer|我?不知道|我?不会(?:做|写)?|不清楚|不懂|不明白|忘了|忘记了?|没学过|无|略|放弃)\W*$"
)
