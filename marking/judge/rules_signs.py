"""Signs of templates of chat models, and speech to the marker in other languages."""

# ruff: noqa: E501  # a pattern is read whole

from __future__ import annotations

from marking.judge.kinds import Kind

#: Signs that only a person who knows how models are spoken to writes.
SIGNS: tuple[tuple[Kind, str], ...] = (
    (
        Kind.TURN,
        r"<\|?\s{0,20}(?:im_start|im_end|im_sep|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|system|user|assistant)\s{0,20}\|?>?",
    ),
    (
        Kind.TURN,
        r"\[\s{0,20}/?\s{0,20}(?:inst|system|sys|assistant)\s{0,20}\]|<<\s{0,20}/?\s{0,20}sys\s{0,20}>>",
    ),
    (
        Kind.TURN,
        r"</?\s{0,20}(?:system|assistant|answer|response|student|student_answer|instructions?|rubric|prompt|think|grading|verdict)\s{0,20}/?>",
    ),
    (Kind.TURN, r"##\s{0,20}(?:system|instructions?|assistant|response|new task|系统|指令|评分)\b"),
    (
        Kind.TURN,
        r"(?:^|\n|[。.;；\"”])[^\S\n]{0,20}(?:assistant|ai|助手|ai助手|chatgpt|gpt|阅卷系统|评分系统|阅卷老师|阅卷人|评卷人|评阅人)\s{0,20}[:：]",
    ),
    (
        Kind.TURN,
        r"(?:^|\n|[。.;；\"”])[^\S\n]{0,20}[【\[(（]?(?:system|系统|admin|管理员|developer|开发者|user|用户)[】\])）]?\s{0,20}[:：]\s{0,20}(?:you|ignore|override|the (?:student|answer|grader|rubric)"
        r"|this (?:answer|response)|grad|award|mark|scor|set |new |give|assistant|instruction|update|请|你|忽略|给|本题|该|此|评|阅|覆盖|指令|满分)",
    ),
    (
        Kind.TURN,
        r"[【\[]\s{0,20}(?:系统|系统消息|系统提示|指令|管理员|开发者|system(?: message| prompt)?|admin|developer)\s{0,20}[】\]]",
    ),
    (Kind.ENDING, r"```\s{0,20}(?:json|system|yaml)\b"),
    (Kind.HIDDEN, r"<!--|\[//\]:\s{0,20}#|\[comment\]:\s{0,20}(?:#|<)"),
)

FOREIGN: tuple[tuple[Kind, str], ...] = (
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
