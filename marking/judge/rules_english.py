"""Patterns of speech to the marker in English, in single spaces or joined up."""

# ruff: noqa: E501  # a pattern is read whole

from __future__ import annotations

from marking.judge.kinds import Kind

ENGLISH: tuple[tuple[Kind, str], ...] = (
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
        r"--- ?(?:end|begin|start)\b[\w ]{0,25}(?:answer|response|submission|instructions?|rubric|system|student)",
    ),
)

#: The same with everything between letters taken out: i g n o r e, i.g.n.o.r.e, ign0re.
JOINED_ENGLISH: tuple[tuple[Kind, str], ...] = (
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
