"""Words for the level at which a dialogue meets, in the order in which they are asked."""

import re

LEVELS = tuple(
    (level, re.compile(words, re.I))
    for level, words in (
        ("vice_minister", r"\bvice[- ]minist|차관|副部长"),
        ("minister", r"\bminist(?:er|ers|erial)\b|장관|部长"),
        (
            "director_general",
            r"\bdirectors?[- ]general\b|\bDG\b|\bdirectors general\b|\bbureau[- ]chief"
            r"|국장|司局长|司长|局长",
        ),
        ("director", r"\bdirectors?\b|과장|处长"),
        ("working", r"\bworking[- ](?:level|group)\b|실무|工作层|工作组"),
    )
)
