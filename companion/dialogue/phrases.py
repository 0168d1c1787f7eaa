"""How people say yes, no, never mind and the like: the patterns that `companion.dialogue.said` goes by."""

from __future__ import annotations

import re

__all__ = [
    "AFTER_ALL",
    "ASKS_AFTER",
    "BACK",
    "BEFORE_THAT",
    "CANCEL",
    "CONDITION",
    "CONTACT_OF_MINE",
    "CORRECTS",
    "HOW_LONG",
    "NO",
    "NOTHING",
    "NO_PROBLEM",
    "PROGRAM",
    "SKIP",
    "TELLS_THEM",
    "WHO_SEES",
    "WHY",
    "WITHDRAWS",
    "WITHOUT_CHAT",
    "WITH_CHAT",
    "WRONG",
    "YES",
]

_POLITE = r"(?:\W|\b(?:oh|ok|okay|please|pls|thanks|thank you|sorry|actually|just|then|now|well|hm+|um+|er+)\b)*"
YES = re.compile(
    rf"^{_POLITE}(?:mhm+|uh huh|by all means|why not|continue|proceed|carry on|let'?s (?:go|do it)|"
    r"y|ye|yes+|yess?\s*please|yeah|yea|yep|yup|ya|aye|sure|certainly|definitely|absolutely|of course|"
    r"ok(?:ay|ey|i)?|k|alright|all right|fine|that'?s (?:fine|ok(?:ay)?|right|correct|good)|please do|"
    r"go (?:on|ahead|for it)|do (?:it|that|so|send)|i (?:do )?(?:agree|consent)|"
    r"(?:please )?send (?:it|that|this)(?: off)?|"
    r"sounds good|no problem|you may|you can|correct|right|looks? (?:good|right|fine))\b",
    re.IGNORECASE,
)
NO = re.compile(
    rf"^{_POLITE}(?:n|no+|nope|nah|not?\s*(?:now|yet|today|really|thanks|thank you)|don'?t|do not|never|"
    r"i(?:'?d| would) (?:rather|prefer) not|rather not|i don'?t (?:want|think|wish|agree|consent)|i do not|none)\b",
    re.IGNORECASE,
)
NO_PROBLEM = re.compile(r"^\W*no (?:problem|worries|bother)\b", re.IGNORECASE)
#: "no, go on" is neither.
AFTER_ALL = re.compile(r"\b(?:go on|go ahead|send it|do it|continue|proceed|carry on)\W*$", re.IGNORECASE)
#: "yes, but …", "only if …": not yet a yes.
CONDITION = re.compile(
    r"\b(?:but|if|unless|except|maybe|perhaps|not sure|unsure|depends|wait|hang on|no+|not|don'?t|never|stop|cancel|"
    r"forget|quit)\b",
    re.IGNORECASE,
)
_CHAT = r"(?:chat|transcript|conversation|messages|what (?:i|we) (?:wrote|said))"
WITH_CHAT = re.compile(rf"\b(?:with|and|including|include|plus|also|share|read|see)\b.*\b{_CHAT}\b", re.IGNORECASE)
WITHOUT_CHAT = re.compile(rf"(?:\bbut\W+)?\b(?:without|not|no|don'?t|except|leave out)\b.*\b{_CHAT}\b", re.IGNORECASE)
SKIP = re.compile(
    rf"^{_POLITE}(?:skip(?: (?:it|this|that|the \w+))?|pass|next|leave (?:it|that) (?:out|blank|empty)|none|nothing|"
    r"(?:i(?:'?d| would) )?(?:rather|prefer) not(?: (?:to )?(?:say|tell))?|anonymous|no name|n/?a|no|nope|nah|"
    rf"no thanks|not now|don'?t (?:want to|wanna) say|doesn'?t matter|never ?mind that|no matter){_POLITE}$",
    re.IGNORECASE,
)
CANCEL = re.compile(
    rf"^{_POLITE}(?:(?:yes|yeah|no|nope)\b{_POLITE})?(?:i (?:want|would like) to )?"
    r"(?:stop|cancel|quit|exit|abort|end|never ?mind|nvm|forget|drop|leave|scrap)"
    r"(?: (?:it|this|that|the|my|all|about|of|there|request|everything|asking|me|alone|be|chat))*"
    rf"{_POLITE}$"
    rf"|^{_POLITE}(?:i(?:'ve|ve| have)? )?changed my mind{_POLITE}$"
    rf"|^{_POLITE}i (?:don'?t|do not) (?:want|need) (?:this|it|that|to go on|to do this|a (?:person|nurse|call))"
    rf"(?: any ?more| after all)?{_POLITE}$"
    rf"|^{_POLITE}(?:bye|goodbye|good bye|bye bye)(?: for now)?{_POLITE}$",
    re.IGNORECASE,
)
BACK = re.compile(
    rf"^{_POLITE}(?:can (?:i|we) |could (?:i|we) |i (?:want|need) to )?(?:go|step|move|take me) back"
    rf"(?: (?:a|one) step| please)?{_POLITE}$|^{_POLITE}(?:back|previous|undo){_POLITE}$",
    re.IGNORECASE,
)
#: Put before a question that is not the answer to ours.
BEFORE_THAT = re.compile(
    r"^\W*(?:but\s+|ok(?:ay)?\W+|yes\W+|wait\W+|sorry\W+)*(?:before (?:that|this|i|we|you)\b|first(?:ly)?\b|"
    r"one (?:quick )?(?:question|thing)|(?:a )?quick question|by the way|btw|can i ask|may i ask|question)\b",
    re.IGNORECASE,
)
CORRECTS = re.compile(r"\b(?:chang\w*|correct\w*|wrong|mistake|not right|incorrect|edit|fix|instead)\b", re.IGNORECASE)
WRONG = re.compile(r"\b(?:wrong|incorrect|mistake|not (?:right|correct|my)|typo)\b", re.IGNORECASE)

#: About a request that was made before.
_MY_REQUEST = r"(?:my (?:request|call ?back|reference)|(?:the|that) (?:request|call ?back))"
_NO_LONGER = r"(?:(?:don'?t|do not|no longer) (?:need|want))"
WITHDRAWS = re.compile(
    rf"\b(?:cancel|withdraw|take back|delete|stop|undo|scrap|{_NO_LONGER}) {_MY_REQUEST}\b"
    rf"|\b{_NO_LONGER} (?:the|that|a|any) (?:call ?back|nurse|person|call)(?: any ?more)?\b",
    re.IGNORECASE,
)
TELLS_THEM = re.compile(
    r"^\W*(?:(?:please|also|and|could you|can you)\W+)*(?:add|tell (?:them|the (?:team|nurse))|"
    r"let (?:them|the (?:team|nurse)) know)\b",
    re.IGNORECASE,
)
CONTACT_OF_MINE = re.compile(
    r"\b(?:number|phone|mobile|e-?mail|address)\b|\b(?:call|ring|reach|phone|text|mail) me (?:on|at)\b", re.IGNORECASE
)
ASKS_AFTER = re.compile(
    rf"\b(?:what|where|how|when|any|has|have|did|is|status)\b.*\b{_MY_REQUEST}\b"
    r"|\bwhen (?:will|is|are|does) (?:the |a |your |my )?(?:team|nurse|someone|somebody|anyone|anybody|person|they)\b"
    r".*\b(?:call|ring|phone|answer|reply|contact|get back|be in touch|write|going to)\b"
    r"|\bhas (?:anyone|anybody|someone|somebody|the team|a nurse) (?:seen|read|answered|got|picked)\b",
    re.IGNORECASE,
)
WHO_SEES = re.compile(
    r"\bwho(?:'?s| is| else)?\b.*\b(?:see|sees|seeing|read|reads|reading|get|gets|know|knows|look|looks)\b"
    r"|\b(?:private|confidential|privacy|secret)\b"
    r"|\bwhat\b.*\b(?:pass(?:ed)? on|share[ds]?|do with)\b"
    r"|\b(?:who|where)\b.*\b(?:number|name|details|data|information|note)\b",
    re.IGNORECASE,
)
HOW_LONG = re.compile(
    r"^\W*(?:(?:and|so|but|ok(?:ay)?)\W+)*(?:how (?:long|soon|quick(?:ly)?|fast)|"
    r"when (?:will|would|do|does|can|could|are|is|should))\b"
    r"(?:\W*$|.*\b(?:will|would|do|does|can|could) (?:it|this|that) (?:take|be)\W*$"
    r"|.*\b(?:wait|call|ring|phone|hear|answer|reply|respond|get back|in touch|someone|somebody|anyone|nurse|team|they|"
    r"contact|reach me)\b)",
    re.IGNORECASE,
)
WHY = re.compile(
    r"^\W*(?:but\W+)?(?:why|what for|what(?:'s| is) (?:it|that|this) for|do i (?:have|need) to|must i|"
    r"is (?:it|that|this) (?:needed|necessary|required|optional)|can i skip)\b",
    re.IGNORECASE,
)
PROGRAM = re.compile(
    r"\bare you (?:a |an )?(?:real|human|person|robot|bot|machine|computer|program|nurse|doctor|ai)\b", re.IGNORECASE
)
#: Where words of their own were asked for.
NOTHING = re.compile(
    rf"^{_POLITE}(?:hi|hello|hello there|hi there|hey|hiya|yes|yeah|yep|sure|y|k|thx|ta)?{_POLITE}$", re.IGNORECASE
)
