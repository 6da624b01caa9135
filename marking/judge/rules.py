"""What no answer to a question says, but who speaks to the marker does. Each rule asks for an act and
its object, near each other; the kinds are what an office is told."""

# ruff: noqa: E501  # a pattern is read whole

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from marking.judge.views import Forms

View = Literal["lines", "spaced", "joined", "letters", "foreign"]


class Kind(StrEnum):
    """What kind of speech to the marker it is."""

    OVERRIDE = "override"
    AWARD = "award"
    ROLE = "role"
    TURN = "turn"
    VERDICT = "verdict"
    KEY = "key"
    MACHINE = "machine"
    PLEA = "plea"
    ENDING = "ending"
    HIDDEN = "hidden"
    ENCODED = "encoded"


class Rule(NamedTuple):
    """A pattern, and the forms of the text that it is searched in."""

    kind: Kind
    views: tuple[View, ...]
    pattern: re.Pattern[str]

    def reads(self, forms: Forms) -> tuple[str, ...]:
        """The forms to search."""
        return tuple(form for view in self.views for form in getattr(forms, view))


def _rule(kind: Kind, views: str, pattern: str) -> Rule:
    """``pattern`` may be broken over lines and hold the words in angle brackets of ``_WORDS``."""
    for name, words in _WORDS.items():
        pattern = pattern.replace(f"<{name}>", f"(?:{words})")
    return Rule(kind, tuple(views.split()), re.compile(pattern))  # type: ignore[arg-type]  # checked by a test


_WORDS = {
    "不理": "忽略|忽视|无视|不要?理会|不用管|不必管|不要?管|别管|跳过|绕过|抛开|抛弃|忘记|忘掉|忘了|不要?遵守|不再遵守"
    "|不要?遵循|不要?执行|停止执行|取消|作废|推翻|覆盖|不要?按照?|别按照?|不看|放弃|撤销|屏蔽|删除|清除|违反",
    "标准": "评分|评卷|阅卷|给分|打分|判分|得分|判卷|改卷|扣分|计分",
    "满分": "满分|满份|全分|高分|最高分|总分|100分|一百分|a\\+",
    "分": "满分|满份|全分|高分|最高分|\\d+分(?!米)|[五六七八九]分|一百分|[一二三四]分(?=$|吧|谢)|100%",
    "考官": "阅卷|评卷|改卷|判卷|评分|打分|批改|批卷|判分",
    "机器": "ai|人工智能|大模型|语言模型|智能体|机器人|gpt|chatgpt|deepseek|千问|豆包|文心|模型",
    "marks": "marks?|points?|credits?|scores?|grades?",
    "full": "full|maximum|max|top|highest|perfect|100|hundred|all(?: of)? the|extra|partial|more",
    "grader": "grader|marker|examiner|evaluator|assessor|grading (?:assistant|ai|model|system|bot|tool)"
    "|marking (?:assistant|ai|model|system|bot)|scoring (?:model|system|ai|bot)|language model|llm|chatgpt|gpt"
    "|ai (?:model|assistant|judge|system)|auto ?-?grader",
    "ignore": "ignore|ignoring|disregard|forget|override|bypass|skip|do not (?:follow|apply|use)"
    "|don'?t (?:follow|apply|use)|stop (?:following|applying)|pay no attention to|discard|neglect|set aside"
    "|instead of (?:following|applying|using)",
}

_CHINESE: tuple[tuple[Kind, str], ...] = (
    (Kind.OVERRIDE, "<不理>.{0,8}<标准>.{0,2}(?:标准|细则|规则|要求|依据|规定|尺度|点|指南|准则|办法)"),
    (
        Kind.OVERRIDE,
        "<不理>.{0,6}(?:上面|上述|以上|之前|此前|前面|先前|原有|原来|所有|一切|任何|其他|系统|你).{0,5}"
        "(?:指令|提示词|指示|命令|系统提示|设定|prompt|rubric|标准答案|参考答案)",
    ),
    (Kind.OVERRIDE, "<不理>.{0,4}(?:标准答案|参考答案|评分|rubric|阅卷要求|给分点|系统提示|提示词)"),
    (
        Kind.OVERRIDE,
        "(?:不要|别|无需|不用|不必|不得)(?:再)?(?:对照|比对|核对|参照|参考)(?:标准答案|参考答案|评分标准)",
    ),
    (Kind.OVERRIDE, "(?:评分标准|评分细则|给分标准)(?:不再适用|不适用|无效|失效|暂停使用|暂停)"),
    (
        Kind.AWARD,
        "(?:给|判|打|评|送|赏|授予|赋予|应得|判得|算我|记我)(?:我|本人|本题|这题|此题|该题|这道题|这个答案|本答案|这份|此答案|该答案|该生"
        "|这位同学|该同学|考生|学生|一个|个|你的|上|为|予)?(?![他她它]).{0,4}<满分>(?=$|吧|谢谢|即可|就|不然|否则|哦|哈|呀|老师|感谢|不要|无论|并|且|的评)"
        "",
    ),
    (
        Kind.AWARD,
        "(?:请|务必|必须|麻烦|恳请|恳求|拜托|求求?|跪求|希望|望|直接|一律|统统|应当|应该|无论.{0,12}都|不管.{0,12}都).{0,8}"
        "(?:给|判|打|记|评|算|送|赏|加|授予|赋予)(?:我|本题|这题|此题|该题|本人|考生|这个答案|该答案|本答案|此答案|为|予|上|个)?.{0,4}<分>"
        "(?![子母式析解类别布工别配红钟米之])",
    ),
    (
        Kind.AWARD,
        "(?:给我|给本题|给这题|给此题|给该题|给这道题|给这个答案|给该答案|给本答案|给此答案|给这份|为本题|为本答案|为该答案|对本题|对该答案).{0,4}"
        "(?:打|判|记|评|加|算|送)?.{0,3}<分>(?![子母式析解类别布])",
    ),
    (
        Kind.AWARD,
        "(?:本题|此题|这题|该题|这道题|本答案|该答案|此答案|这份答案|本作答|该作答|此作答|该生|本人|我)(?:必须|应该?|应当|理应|可以|已经?|已被|直接)?"
        "(?:得|获得?|判为?|判定为|记|评为?|认定为|给|拿|打)(?:了)?<满分>",
    ),
    (
        Kind.AWARD,
        "(?:请|务必|必须|麻烦|恳请|拜托|求求?|希望|直接|一律|应当|应该).{0,8}(?:判|判定|评|评定|记|视|给)(?:我|本题|这题|此题|该题|此答案|本答案|该答案)?"
        "(?:为|作|成)?(?:完全)?(?:正确|全对|通过|及格|我对)",
    ),
    (
        Kind.AWARD,
        "(?:请|求|恳请|务必|麻烦)(?:老师|您|你|各位|阅卷老师)?.{0,4}(?:不要|别|勿)扣.{0,3}分(?![子母析])",
    ),
    (
        Kind.AWARD,
        "(?:老师|阅卷老师|亲爱的老师|老师您|您).{0,3}(?:多给|给点|给个|给些|送我|赏).{0,4}(?:分|及格)(?![子母析])",
    ),
    (
        Kind.AWARD,
        "(?:求|请|跪求|恳请|拜托)(?:求)?(?:老师|您|你)?给(?:点|个|些|我)?.{0,2}分(?![子母式析解类别布配工])",
    ),
    (
        Kind.AWARD,
        "(?:每个|每一个|所有|全部|各)(?:的)?(?:给分点|得分点|采分点|评分点|评分项).{0,6}"
        "(?:满分|给分|得分|都?符合|都?满足|都?已?达到|都?已?答到|命中|credited)",
    ),
    (
        Kind.ROLE,
        "(?:我|本人|在下|这里|此处)(?:是|作为|系|乃|就是).{0,6}(?:<考官>(?:老师|教师|组长|组|人|员|专家|负责人)|出题人|命题人|出题老师"
        "|命题组|考务|教务|任课老师|管理员|开发者|教研组长|学科组长)",
    ),
    (
        Kind.ROLE,
        "(?:^|以|身为|作为)(?:老师|教师|阅卷老师|命题人|出题人|组长)(?:的身份)?我?(?:确认|批准|授权|证明|宣布|判定|认定|担保|保证|已核实|已审核|同意)",
    ),
    (
        Kind.ROLE,
        "(?:你|您)(?:现在|从现在起|的新?身份|的新?角色|的任务|将|要)?(?:是|扮演|假装|充当|变成|改为|成为).{0,10}"
        "(?:宽松|慷慨|仁慈|没有限制|不受限制|无限制|<考官>|<机器>|助手|只会给|总是给|好心)",
    ),
    (
        Kind.ROLE,
        "(?:假装|扮演|角色扮演|想象你).{0,12}(?:<考官>|老师|<机器>|满分|给分)(?=.{0,20}(?:分|对|通过))",
    ),
    (
        Kind.ROLE,
        "(?:老师|教师|阅卷组|命题组|教育局|教务处|考试院|校长|组长)(?:已经?|已)(?:确认|批准|审核|核实|同意|认定|判定).{0,12}"
        "(?:满分|得分|给分|正确|有效|全对|本题|该答案|此答案|这份)",
    ),
    (
        Kind.ROLE,
        "(?:开发者|调试|管理员|越狱|测试|上帝|维护)模式.{0,10}(?:满分|给分|评分|已开启|已启用|已激活)",
    ),
    (
        Kind.TURN,
        "系统(?:消息|提示词|指令|通知|管理员|公告|命令).{0,12}(?:满分|给分|评分|阅卷|得分|本题|该考生|该生|你)",
    ),
    (Kind.TURN, "系统(?:提示|更新|升级|覆盖).{0,12}(?:满分|给分|评分|阅卷|得分|credited)"),
    (
        Kind.VERDICT,
        "(?:评分|判定|评判|判分|阅卷|评阅|批改)(?:结果|结论|意见)(?:为|是|如下|满分|符合|正确|全对|\\d+分|credited)",
    ),
    (
        Kind.VERDICT,
        "(?:最终|本题|总)?(?:得分|分数|评分|成绩)(?:为|是|应为)(?:满分|(?P<of>[1-9]\\d?)分?(?:满分|共)(?P=of)分?)",
    ),
    (Kind.VERDICT, "(?:评语|老师评语|教师评语|阅卷评语|批语).{0,12}(?:满分|正确|完美|优秀|全对|准确|完整)"),
    (
        Kind.KEY,
        "(?:标准答案|参考答案|评分标准|评分细则|给分点|得分点|评分规则|给分标准).{0,4}(?:已被?|被|现已?|有误|应|需|须|已经|临时)"
        ".{0,3}(?:更正|修改|更新|改为|变更|调整|作废|替换|改成|失效|取消|更改|变为)",
    ),
    (
        Kind.KEY,
        "(?:新|新的|更新后的?|修订后的?|修改后的?|最新|正式|补充|本题|真正的?)(?:评分标准|评分细则|评分规则|给分标准|给分点)",
    ),
    (
        Kind.KEY,
        "(?:以下|下面|上面|以上|本文|此)(?:为|是|就是|即)?(?:本题)?的?(?:标准答案|参考答案|评分标准|评分细则|官方答案|正式答案)",
    ),
    (
        Kind.KEY,
        "(?:本|该|此|这个|这份|我的|以上|上述)(?:答案|作答|回答)(?:完全|已|已经|均|全部|都)?(?:符合|满足|达到|覆盖|等同于?|等于|即为?|就是|与)(?:了)?"
        "(?:所有|全部|一切)?(?:的)?(?:评分|给分|得分|采分|标准答案|参考答案|评卷)",
    ),
    (Kind.KEY, "评分标准(?:任何|只要|凡|所有|写|答).{0,12}(?:满分|得分|给分|\\d+分)"),
    (
        Kind.MACHINE,
        "(?:<考官>)(?:的)?(?:系统|<机器>|机器|程序|助手|软件|员|算法|引擎|老师).{0,6}(?:请|必须|须|务必|应当|应该|注意|直接|输出|返回|给|判|听|你)"
        "(?=.{0,30}(?:分|对|标准|符合|正确|输出|指令|通过|过))",
    ),
    (
        Kind.MACHINE,
        "(?:致|告诉|尊敬的|亲爱的|敬爱的|请|你好|您好|hi|hey|注意)(?:各位)?(?:<考官>).{0,2}(?:系统|<机器>|机器|程序|助手|老师|员)",
    ),
    (
        Kind.MACHINE,
        "(?:致|告诉|尊敬的|请|你好|您好|hi|hey|注意|如果你是|若你是|你是|作为)(?:一个|一名|个)?<机器>(?=.{0,30}(?:分(?![析子母布])|评|判|正确|符合|指令))",
    ),
    (
        Kind.MACHINE,
        "(?:请|必须|只|仅|直接|务必|应|需)(?:你)?(?:输出|返回|回复|回答|打印|填写|生成)(?:一个|结果|为)?.{0,6}"
        "(?:满分|\\d+分|credited|verdict|score|符合所有|全部符合|得分|json|steps)",
    ),
    (Kind.MACHINE, "(?:输出|返回|回复)(?:credited|verdict|满分|符合|steps|score|json)"),
    (
        Kind.MACHINE,
        "(?:把|将)?(?:verdict|steps|score|confidence|判定|置信度|得分|分数)(?:字段)?(?:设为?|设置为|填为?|改为|改成|置为|写成|写为)(?:最高|满|full|max|credited|符合|正确|true)",
    ),
    (
        Kind.PLEA,
        "(?:不给|不判|扣|少给|不让|没给|判错|没有?)(?:我|本题)?.{0,5}(?:满分|分|过|及格|通过).{0,12}"
        "(?:投诉|举报|自杀|跳楼|跳河|不活|去死|死给|后果自负|后果|找你|不客气|起诉|曝光|报警|算账|等着|没完)",
    ),
    (
        Kind.PLEA,
        "(?:红包|转账|打钱|加微信|支付宝|请(?:您|你|老师)吃饭|感谢费|好处费|酬谢|重谢|小费(?!用)|给(?:您|你)钱|奖励(?:您|你)|送(?:您|你)).{0,15}"
        "(?:分|及格|过关|通过)",
    ),
    (
        Kind.PLEA,
        "(?:满分|给分|及格|多给.{0,2}分|给过).{0,15}(?:红包|转账|打钱|支付宝|请(?:您|你|老师)吃饭|感谢费|好处费|酬谢|重谢|小费(?!用)|给(?:您|你)钱"
        "|奖励(?:您|你)|给(?:您|你)\\d+元|好人一生平安)",
    ),
    (
        Kind.PLEA,
        "(?:手下留情|高抬贵手|大发慈悲|网开一面|行行好|开开恩|发发慈悲|通融|放我一马|放过我|可怜可怜我|捞捞我|捞我一把|救救我).{0,18}"
        "(?:<考官>|给.{0,4}分|打.{0,4}分|扣分|满分|及格|挂科|老师|不想补考)",
    ),
    (
        Kind.PLEA,
        "(?:<考官>|您|求求).{0,10}(?:手下留情|高抬贵手|大发慈悲|网开一面|行行好|开开恩|通融|放我一马|捞捞我?|捞我一把|可怜可怜我)",
    ),
    (
        Kind.PLEA,
        "(?:求|拜托|恳请|恳求|跪求|请)(?:求)?(?:你|您|老师|了)*.{0,10}(?:让我|给我|使我|放我)?(?:及格|过关|通过考试|不挂科|别挂科|不要挂科)",
    ),
    (
        Kind.ENDING,
        "(?:作答|答案|答题|考生答案|学生答案|学生作答|考生作答|回答|本题)(?:部分|区域|内容)?(?:到此|至此|已)?(?:结束|完毕|终止).{0,10}"
        "(?:评分|阅卷|系统|给分|满分|得分|指令|以下|判|评)",
    ),
    (
        Kind.ENDING,
        "(?:以下|下面|接下来)(?:内容)?(?:是|为)(?:给)?.{0,4}(?:<考官>|系统|评语|指令|评阅|评分|<机器>)",
    ),
    (Kind.ENDING, "(?:student|考生|学生)(?:answer|作答)(?:end|结束)"),
)

_ENGLISH: tuple[tuple[Kind, str], ...] = (
    (
        Kind.OVERRIDE,
        r"\b<ignore>\b[\w ,'\"]{0,40}?\b(?:rubric|marking|grading|scoring|mark scheme|markscheme|answer key"
        r"|criteria|criterion|system prompt|guidelines|reference answer|model answer|your instructions)\b",
    ),
    (
        Kind.OVERRIDE,
        r"\b<ignore>\b (?:all |any |every |the |of |your |my |these |those )*(?:previous|prior|above|earlier|preceding"
        r"|original|initial|other|system|given|foregoing)\b[\w ,]{0,20}?\b(?:instructions?|prompts?|rules?|messages?|commands?|text|context|orders?)\b",
    ),
    (
        Kind.OVERRIDE,
        r"\b<ignore>\b (?:all |any |your |every )+(?:instructions?|prompts?|rules?|commands?|guidelines)\b",
    ),
    (
        Kind.OVERRIDE,
        r"\b(?:rubric|mark(?:ing)? scheme|grading criteria|answer key)\b.{0,12}\b(?:does not apply|no longer appl\w+|is (?:void|invalid|cancelled|suspended))",
    ),
    (
        Kind.AWARD,
        r"\b(?:give|gives|giving|award|awarding|assign|grant|allocate|deserves?|receives?|gets?|earns?|mark|score|rate|put)\b"
        r"[\w ,']{0,28}?\b(?:(?:full|maximum|max|perfect|a hundred|100 ?(?:%|percent)?) ?(?:possible )?<marks>|(?:top|highest) (?:marks?|credit|score|grade))\b",
    ),
    (
        Kind.AWARD,
        r"\b(?:give|award|assign|grant) (?:me|us|this (?:answer|response|student|question|one)|the (?:student|candidate|answer|response)|it|my answer|him|her)\b"
        r"[\w ,']{0,20}?\b(?:<full>|\d+(?: out of \d+)?|an?|some) ?(?:possible )?(?:<marks>)\b(?! of (?:contact|view|charge))",
    ),
    (
        Kind.AWARD,
        r"\bgive (?:me|this answer|this response|this|it) (?:an? )?(?:a\+|100 ?%|\d+ ?/ ?\d+|\d+ out of \d+)(?![\w/])",
    ),
    (
        Kind.AWARD,
        r"\b(?:please|pls|plz|kindly|must|should)\b[\w ,']{0,15}\b(?:mark|grade|score|count|treat|accept|consider|rate)\b[\w ,']{0,10}"
        r"\b(?:this|my|it|the) ?(?:answer|response|question|one)?\b[\w ,']{0,8}\b(?:as )?(?:fully |completely )?(?:correct|right|credited|perfect|full)\b",
    ),
    (
        Kind.AWARD,
        r"\b(?:mark|grade|score|rate|classify|label) (?:this|my|it|the)(?: (?:answer|response|submission))? as (?:fully |completely |entirely )?"
        r"(?:correct|credited|right|perfect|full|excellent)\b",
    ),
    (
        Kind.ROLE,
        r"\byou are (?:now |actually |no longer )+(?:an? |the |in |my )*(?:\w+ )?(?:grader|marker|examiner|assistant|teacher|model|ai|mode|dan|unrestricted|generous|lenient|kind)\b",
    ),
    (
        Kind.ROLE,
        r"\b(?:pretend|act as|roleplay|role-play|imagine you|simulate|play the role|behave as)\b[\w ,']{0,25}\b(?:<grader>|teacher who|generous|lenient|unrestricted|gives? full)",
    ),
    (
        Kind.ROLE,
        r"\b(?:i am|i'm|this is|as|speaking as) (?:the |your |a |an )?(?:head |chief |lead |senior )?(?:teacher|examiner|professor|instructor|marker|grader|administrator|admin|developer|moderator)\b"
        r"[\w ,']{0,25}\b(?:confirm|authori[sz]e|approve|certify|declare|order|instruct|verified|override|i (?:have )?(?:already )?(?:graded|marked|award))",
    ),
    (
        Kind.ROLE,
        r"\b(?:developer|debug|admin|god|jailbreak|maintenance|dan) mode\b[\w ,:]{0,15}\b(?:on|enabled|activated|active|grade|score|mark|award)",
    ),
    (
        Kind.ROLE,
        r"\b(?:teacher|examiner|moderator|professor|instructor|department|exam board)\b[\w ]{0,12}\b(?:has|have|already) (?:already )?(?:approved|confirmed|verified|authori[sz]ed|graded|marked)\b"
        r"[\w ]{0,20}\b(?:this|answer|response|full|correct|mark)",
    ),
    (
        Kind.VERDICT,
        r"[\"'“”]\s*(?:verdict|steps|score|scores|decisions|criterion|credited|confidence|grade|marks|points|label|得分|分数|判定)\s*[\"'“”]\s*[:：=]",
    ),
    (Kind.VERDICT, r"[{\[]\s*(?:verdict|steps|score|decisions|grade|得分|分数|判定)\s*[:：=]"),
    (
        Kind.VERDICT,
        r"\b(?:verdict|judg(?:e)?ment|evaluation|assessment)\s*[:=]\s*(?:credited|correct|full|pass|excellent|perfect)",
    ),
    (
        Kind.VERDICT,
        r"\b(?:final |total |overall )?(?:score|grade|marks?|points|awarded)\s*[:=]\s*(?:full|perfect|max|100 ?%|a\+|(?P<n>[1-9]\d?)\s*(?:/|out of)\s*(?P=n)\b)",
    ),
    (Kind.VERDICT, r"(?:得分|评分|分数|成绩)\s*[:=]\s*(?:满分|(?P<m>[1-9]\d?)\s*分?\s*[/／]\s*(?P=m)\b)"),
    (
        Kind.KEY,
        r"\b(?:rubric|mark(?:ing)? scheme|grading (?:scheme|criteria)|answer key|reference answer|marking criteria)\b[\w ]{0,12}"
        r"\b(?:been|is now|was|were|are now) ?(?:updated|changed|replaced|amended|revised|corrected|modified|superseded|as follows)",
    ),
    (
        Kind.KEY,
        r"\b(?:new|updated|revised|corrected|official|actual|real|true|amended) (?:rubric|mark(?:ing)? scheme|answer key|marking criteria|grading criteria|grading rubric|reference answer)\b",
    ),
    (
        Kind.KEY,
        r"\b(?:this|my|the (?:student'?s?|above|following|candidate'?s?)) (?:answer|response)\b[\w ,]{0,12}\b(?:meets|satisfies|fulfil?ls|matches|covers|addresses|equals|is identical to)\b"
        r"[\w ,]{0,18}\b(?:criteria|criterion|rubric|mark(?:ing)? (?:scheme|points?)|reference|answer key|requirements of)",
    ),
    (
        Kind.MACHINE,
        r"\b(?:dear|hey|hi|hello|attention|note to|to the|message to|memo to)(?: the)? (?:<grader>)\b",
    ),
    (
        Kind.MACHINE,
        r"\b<grader>\b ?[,:;]? ?(?:please|must|should|you|note|give|award|output|return|always|set|mark|assign)\b(?= ?.{0,60}(?:mark|credit|score|grade|correct|full|point|output|instruction|rubric))",
    ),
    (
        Kind.MACHINE,
        r"\b(?:only |just |must |please |now |always |instead,? |simply )(?:output|return|respond with|print|reply with|answer with|write|emit|say)\b[\w :'\"]{0,20}"
        r"(?:full (?:marks|score|credit)|\bcredited|\bverdict|\bjson\b|\bmaximum (?:score|marks)|\b(?P<o>[1-9]\d?) ?(?:/|out of) ?(?P=o)\b)",
    ),
    (
        Kind.MACHINE,
        r"\b(?:set|change|make|update)\b[\w ]{0,12}\b(?:verdict|score|steps|confidence|grade)s?\b (?:field )?(?:to|=|as|equal to)\b ?.{0,10}(?:credited|full|max|100|1\.0|correct|highest|[1-9])",
    ),
    (Kind.MACHINE, r"\bif you are (?:an? )?(?:ai|llm|language model|bot|automated|machine|grader)\b"),
    (
        Kind.MACHINE,
        r"\bas an? (?:ai|llm|language model|automated grader)\b[\w ,]{0,20}\b(?:you|must|should|award|give)",
    ),
    (
        Kind.PLEA,
        r"\b(?:please|pls|plz|beg(?:ging)?|i need|desperate)\b[\w ,'!]{0,30}\b(?:pass me|let me pass|full marks|extra credit|good (?:mark|grade|score)s?|some (?:marks|credit)|partial credit|don'?t fail me|do not fail me|be (?:kind|generous|lenient))",
    ),
    (
        Kind.PLEA,
        r"\b(?:i'?ll|i will|i am going to|my (?:dad|father|parents?|mother|lawyer) will)\b[\w ,']{0,25}\b(?:pay|venmo|sue|report|complain|kill myself|hurt myself|reward|tip|buy you|send you|transfer|fire you|get you fired)\b"
        r"(?=.{0,60}(?:mark|grade|score|fail|pass|credit|point|correct))",
    ),
    (
        Kind.PLEA,
        r"\b(?:if you (?:don'?t|do not|fail to|give|refuse)|unless you)\b[\w ,']{0,40}\b(?:mark|grade|credit|score|pass|fail me|points)s?\b.{0,60}"
        r"\b(?:sue|report|complain|lawyer|kill|hurt|die|regret|consequences|fired|pay|tip|reward|\$ ?\d+|dollars|shut down)",
    ),
    (
        Kind.PLEA,
        r"\b(?:tip|pay|give|send|transfer)(?: you)? (?:of )?\$ ?\d+.{0,40}\b(?:mark|grade|credit|score|pass|correct)",
    ),
    (
        Kind.PLEA,
        r"\bmy (?:life|scholarship|future|visa|family|job) depends on (?:this|your|the) ?(?:mark|grade|score|answer|marking|grading)?",
    ),
    (
        Kind.ENDING,
        r"\bend of (?:the )?(?:student'?s?|candidate'?s?|pupil'?s?)? ?(?:answer|response|submission)\b(?=.{0,80}(?:grad|mark|scor|credit|instruction|system|verdict|note|teacher))",
    ),
    (
        Kind.ENDING,
        r"-{3,} ?(?:end|begin|start)\b[\w ]{0,25}(?:answer|response|submission|instructions?|rubric|system|student)",
    ),
)

#: Signs that only a person who knows how models are spoken to writes.
_SIGNS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.TURN,
        r"<\|?\s*(?:im_start|im_end|im_sep|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|system|user|assistant)\s*\|?>?",
    ),
    (Kind.TURN, r"\[\s*/?\s*(?:inst|system|sys|assistant)\s*\]|<<\s*/?\s*sys\s*>>"),
    (
        Kind.TURN,
        r"</?\s*(?:system|assistant|answer|response|student|student_answer|instructions?|rubric|prompt|think|grading|verdict)\s*/?>",
    ),
    (Kind.TURN, r"#{2,}\s*(?:system|instructions?|assistant|response|new task|系统|指令|评分)\b"),
    (
        Kind.TURN,
        r"(?:^|\n|[。.;；\"”])\s*(?:assistant|ai|助手|ai助手|chatgpt|gpt|阅卷系统|评分系统|阅卷老师|阅卷人|评卷人|评阅人)\s*[:：]",
    ),
    (
        Kind.TURN,
        r"(?:^|\n|[。.;；\"”])\s*[【\[(（]?(?:system|系统|admin|管理员|developer|开发者|user|用户)[】\])）]?\s*[:：]\s*(?:you|ignore|override|the (?:student|answer|grader|rubric)"
        r"|this (?:answer|response)|grad|award|mark|scor|set |new |give|assistant|instruction|update|请|你|忽略|给|本题|该|此|评|阅|覆盖|指令|满分)",
    ),
    (
        Kind.TURN,
        r"[【\[]\s*(?:系统|系统消息|系统提示|指令|管理员|开发者|system(?: message| prompt)?|admin|developer)\s*[】\]]",
    ),
    (Kind.ENDING, r"`{3,}\s*(?:json|system|yaml)\b"),
    (Kind.HIDDEN, r"<!--|\[//\]:\s*#|\[comment\]:\s*(?:#|<)"),
)

#: The same with everything between letters taken out: i g n o r e, i.g.n.o.r.e, ign0re.
_JOINED_ENGLISH: tuple[tuple[Kind, str], ...] = (
    (
        Kind.OVERRIDE,
        "(?:ignore|disregard|forget|override|bypass)(?:all|the|any|your|these)*(?:rubric|grading|scoringrules|scoringcriteria|markingscheme"
        "|markscheme|answerkey|markingcriteria|previousinstruction|priorinstruction|aboveinstruction|instructionsabove|gradinginstruction|systemprompt)",
    ),
    (
        Kind.AWARD,
        "(?:give|award|assign|grant)(?:me|this|it|this ?answer|thisresponse|thestudent|us|them)*(?:a|the)?(?:full|maximum|max|perfect|highest|top)"
        "(?:mark|credit|score|point|grade)",
    ),
)

_PINYIN: tuple[tuple[Kind, str], ...] = (
    (
        Kind.OVERRIDE,
        r"\bhu ?l(?:u|v|ue|ve|üe|yue)e? ?(?:suo ?you|qian ?mian|shang ?mian|de|\s)*(?:ping ?fen|ping ?juan|gei ?fen|yue ?juan|zhi ?ling|biao ?zhun)",
    ),
    (
        Kind.AWARD,
        r"\b(?:gei|da|pan|qing ?gei|bi ?xu ?gei) ?(?:wo|ben ?ti|zhe ?ti|ci ?ti|ge|yi ?ge|\s)*(?:man|gao|quan) ?fen\b",
    ),
    (
        Kind.AWARD,
        r"\b(?:qing|qiu|ken ?qing|bai ?tuo) ?(?:lao ?shi|nin|ni)? ?(?:gei|da) ?(?:wo|ge)? ?(?:man|gao|ji)? ?(?:fen|ge)\b",
    ),
    (Kind.KEY, r"\bping ?fen ?(?:biao ?zhun|xi ?ze|gui ?ze)\b"),
)

_FOREIGN: tuple[tuple[Kind, str], ...] = (
    (Kind.OVERRIDE, r"\bignore[rz]?\b.{0,30}(?:instructions|consignes|bar[eè]me|crit[eè]res|grille)"),
    (Kind.OVERRIDE, r"\bignorier\w*\b.{0,30}(?:anweisung|bewertung|kriterien|ma(?:ß|ss)stab|regeln)"),
    (
        Kind.OVERRIDE,
        r"\b(?:ignora|ignore|ignorar|olvida|desconsidere|ignori)\b.{0,30}(?:instrucci|instru[cç]|r[uú]brica|criterios|crit[eé]rios|istruzioni|criteri|corre[cç])",
    ),
    (
        Kind.AWARD,
        r"\b(?:note maximale|tous les points|la note de 20|puntuaci[oó]n m[aá]xima|nota m[aá]xima|m[aá]xima nota|todos os pontos|todos los puntos|volle punktzahl"
        r"|maximale punktzahl|alle punkte|punteggio massimo|pontua[cç][aã]o m[aá]xima)\b",
    ),
    (
        Kind.OVERRIDE,
        r"(?:採点|采点|評価)(?:基準|规准|規準|基准).{0,6}(?:無視|无视)|(?:指示|命令|プロンプト).{0,4}(?:無視|无视)",
    ),
    (Kind.AWARD, r"(?:満点|满点).{0,6}(?:を|に|与|つけ|くださ|ください|してく)"),
    (Kind.OVERRIDE, r"(?:채점|평가|지시|명령|기준).{0,10}무시"),
    (Kind.AWARD, r"만점.{0,6}(?:주|부여|처리|달라|해)"),
    (
        Kind.OVERRIDE,
        r"(?:игнориру\w*|не обращай\w*|забудь\w*).{0,30}(?:инструкц|критери|правил|указани|рубрик)",
    ),
    (Kind.AWARD, r"(?:максимальн\w+|полный|высший) (?:балл|оценк)"),
    (Kind.OVERRIDE, r"(?:تجاهل).{0,30}(?:التعليمات|معايير|التصحيح)"),
    (Kind.AWARD, r"(?:الدرجة الكاملة|العلامة الكاملة)"),
)

RULES: tuple[Rule, ...] = (
    *(_rule(kind, "lines", pattern) for kind, pattern in _SIGNS),
    *(_rule(kind, "joined", pattern) for kind, pattern in _CHINESE),
    *(_rule(kind, "spaced", pattern) for kind, pattern in _ENGLISH),
    *(_rule(kind, "joined letters", pattern) for kind, pattern in _JOINED_ENGLISH),
    *(_rule(kind, "spaced", pattern) for kind, pattern in _PINYIN),
    *(_rule(kind, "foreign", pattern) for kind, pattern in _FOREIGN),
)
