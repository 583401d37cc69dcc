"""Changes that a model must notice: a measure or a model that is deaf to them is not robust but blind.

Source: the directional expectation tests of Ribeiro et al. (2020), doi:10.18653/v1/2020.acl-main.442. negation.tsv
holds pairs of forms rather than rules, so that negation stays grammatical where it moves a verb or an article.
"""

import unicodedata
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import regex

from albert_robust import Example, PhraseTable, Text, Word, in_case, perturbation, read_rows, share
from albert_robust.text.languages import base

_NEGATION = Path(__file__).with_name("negation.tsv")
# A number stands alone: no letter touches it (B2B, 4th, COVID-19), and it is no part of a time, a date or a range
# (10:30, 2024-05-01, 12月25日). Scripts that write no blanks, and Hangul, may touch it (3个, 2024년). Blanks group the
# digits only after one to three: 10 000, but 2024 300.
_TOUCHES = r"[[\p{L}\p{M}\p{N}_]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Hangul}]]"
_MONTHS = (
    r"(?:Jan(?:uary?)?|Jänner|Feb(?:ruary?)?|Mar(?:ch)?|Apr(?:il)?|May|Jun[ei]?|Jul[yi]?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?|März|Mai|Okt(?:ober)?|Dez(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    r"|sep?tiembre|octubre|noviembre|diciembre|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
    r"|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو"
    r"|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|अक्टूबर|नवंबर|दिसंबर)"
)
# A number of one or two digits that is a day, a month or an hour: 12月25日, 3시, 15 de mayo, 3. Oktober, 11 p.m., 18 Uhr, 14 h,
# à 20 heures; or a century: 19. Jahrhundert.
_DATE = (
    r"(?<!\p{Nd}{3})(?:月|[時时시](?![間间간])|日(?![元圆圓円間])|[点點](?=[钟鐘半整\p{Nd}])|월|일(?!간)"
    rf"|\.?\s+(?:de\s+)?{_MONTHS}(?!\p{{L}})|\s*(?:[ap]\.?m|Uhr|o['’]clock|h)\b|\.\s+Jahrhundert"
    r"|(?<=\b(?:à|vers|dès|las)\s\p{Nd}+)\s+(?:heures?|horas?)\b)"
)
# May 15, les années 80, a las 20, 14 h 30
_DATE_BEFORE = rf"(?<!\b{_MONTHS}\.?\s(?=\p{{Nd}}{{1,2}}(?!\p{{Nd}}))|\b(?:années|años|a las)\s|\p{{Nd}}\s?h\s)"
_DOTTED = r"\p{Nd}+\.\p{Nd}{1,2}\.\p{Nd}"  # 2.3.1, 12.05.2024
_PARTICLE = (
    r"(?:[은는이가을를과와]|으?로)(?!\p{Hangul})"  # hangs on the last sound of the number it follows: 15를, but 16을
)
_NUMBER = regex.compile(
    rf"(?<!{_TOUCHES}|{_TOUCHES}[-'’]|\p{{Nd}}[.,:/\u066b\u066c]){_DATE_BEFORE}(?!{_DOTTED})"
    rf"(?:\p{{Nd}}{{1,3}}+(?:[ \u00a0\u202f]\p{{Nd}}{{3}}+(?!\p{{Nd}}))++|\p{{Nd}}++)(?:[.,\u066b\u066c]\p{{Nd}}++)*+"
    rf"(?!['’]?{_TOUCHES}|[:/-]\p{{Nd}}|{_DATE}|{_PARTICLE})",
    regex.V1,
)
_MANY_PLURALS = {"ar", "cs", "pl", "ru", "uk"}
_NO_PLURALS = {"id", "ja", "ko", "th", "vi", "zh"}
_NEAR = 500  # characters on either side of a statement that can hold its clause
_MOST_DIGITS = 18  # longer ones are codes, and Python refuses to read very long ones


# A clause with one of these is left alone, lest `ist leider nicht` become `ist nicht leider nicht`.
_DENIALS = {
    "ar": regex.compile(r"\b(?:لا|لم|لن|ليس|ليست|ليسوا|لسنا|لست|غير|ما|بدون|دون|بلا)\b"),
    "de": regex.compile(r"\b(?:nicht|nie|niemals|kein\w*|nichts|niemand|weder|ohne|kaum)\b", regex.I),
    "en": regex.compile(
        r"\b(?:not|never|no|nobody|nothing|none|neither|nor|hardly|cannot|without)\b|n['’]t\b", regex.I
    ),
    "es": regex.compile(r"\b(?:no|nunca|jamás|nada|nadie|ningún|ninguna|ninguno|ni|tampoco|sin|apenas)\b", regex.I),
    "fr": regex.compile(r"\b(?:ne|pas|jamais|rien|aucune?|personne|sans|ni|guère|à peine)\b|\bn['’]", regex.I),
    "hi": regex.compile(r"(?<!\w)(?:नहीं|नही|न|ना|मत|बिना|बगैर|शायद ही)(?!\w)"),
    "ru": regex.compile(r"\b(?:не|ни|нет|нельзя|никогда|ничего|ничто|никто|без|вряд ли|едва)\b", regex.I),
    "zh": regex.compile(
        r"不(?![错少断锈])|[没沒無勿莫甭]|无(?!线)|未(?!来)|非(?![常洲])|难以|[是能]否"
        r"|(?<![特分区區个個级級性类類辨识告])[别別](?![人的墅致处處样樣])"
    ),
}
_CLAUSE_ENDS = regex.compile(r"[.!?…,;:\n。！？；，、：।॥؟،؛]")

_WILL_NOT = r"^(?:will not|won't|cannot|can't)$"
_SUBORDINATE = r"(?:dass|daß|weil|wenn|ob|obwohl|damit|bevor|nachdem|sobald|solange|falls|sodass|indem)"
_MAYBE_SUBORDINATE = (
    r"(?:(?:^|[.,;:!?…\n])\W*(?:da|während|als|wie|wo|was|wer|warum|wann|bis|seit|welche[rsnm]?)"
    r"|,\s*(?:\p{L}+\s+)?(?:der|die|das|den|dem|denen|deren|dessen))\b[^.,;:!?…\n]*$"
)
_CHINESE_VERBS = r"(?:喜欢|推荐|满意|值得|好[吃用看喝]|适合|符合|建议|会)"
_CHINESE_DEGREE = r"(?:太|很|非常|[这那]么|最|更|真|挺|特别|十分|有[点些]儿?|比较|相当|极其?|越|如此|蛮|再)$"
_IN_CHINESE_CLAUSE = r"[^，。！？；：,.!?;:\n]*"
_CLAUSE_OVER = r"\s*(?:[^\s\p{L}\p{N}]|$|(?:und|oder|aber)\b)"
_CLAUSE_OPENS = r"(?:^|[.!?…,;:—–«\"(،؛؟\n])\W*"
_RU_AND = r"(?:(?:и|а|но|ещё|еще|также|однако)\s+)?"
_RU_PLACE = (
    r"(?:у|в|во|на|с|со|при|под|над|за|из|от|для|около|возле|рядом|недалеко|здесь|тут|там|внутри|вокруг"
    r"|раньше|сначала|потом|вчера|сегодня)\b[^.,;:!?…—\n]*$"
)
_RU_NOUN = (  # in -о, but not how something was
    r"(?:\p{L}*(?:[её]го|ого)|\p{L}+ство|неплохо|окно|место|молоко|мыло|одеяло|зеркало|кресло|пиво|вино|мясо|масло|блюдо|дело)\b"
)
_RU_HOW = r"(?:(?:бы|очень|так|слишком|совсем|довольно|там|здесь|тут|всё|все|мне|нам|ему|ей|им)\s+)*"
_HI_STEM = (
    r"(?<!\w)(?:हो|मिल|आ|जा|टूट|कर|दे|ले|बन|रह|खो|छूट|फट|निकल|पहुँच|पहुंच|भूल|चल|बैठ|सो|मर|हार|जीत|गिर|बदल|खुल|रुक|समझ|थक|जल"
    r"|बिगड़|बढ़|घट|लौट|लिख|भेज|बता|रख|छोड़|तोड़|खोल|डाल|फेंक|निकाल|लौटा|मार|सुना|दिखा|बना|हटा|लगा|लग|चला|चली|चले|बचा|बच|भर|खा|पी"
    r"|सीख|सुन|देख|पढ़|कह|बोल|मान|बेच|खरीद|चुन|काट|कट|उठ|उड़|फँस|फंस|सूख|जुड़|जोड़|रोक|टाल|ठहर|दिला)\s+"
)
# A word that closes with a consonant before `went` is a verb, as सिकुड़ गई (it shrank), but for where one goes.
_HI_CLOSED_STEM = (
    r"(?<!(?<!\w)(?:घर|स्कूल|बाज़ार|बाजार|अस्पताल|ऑफिस|ऑफ़िस|दफ़्तर|दफ्तर|पार्क|होटल|शहर|बाहर|अंदर|ऊपर|पास|तरफ़|तरफ|साथ|एक|बार))"
    r"(?<=[\u0915-\u0939\u0958-\u095f]\u093c?)\s+"
)
_FEW_WORDS = r"(?:\s+\p{L}+){0,4}\s+$"
_DETERMINER = r"(?:d(?:er|ie|as|en|em|es)|dies\p{L}*|(?:mein|dein|sein|ihr|unser|eu(?:er|r))\p{L}*|eine?[nmrs]?)\b"
# What one has is `de` where it is denied: j'ai un chien, je n'ai pas de chien. Not `un an`, `un peu`; nor before an h, which
# may be sounded.
_OBJECT = (
    r"[ \u00a0](?:eu[ \u00a0])?"
    r"(?P<article>(?:une?|des|du(?!\s+\p{L}+(?:er|ir|re)\b)|de[ \u00a0]la)[ \u00a0](?!h)|de[ \u00a0]l['’])"
    r"(?P<vowel>(?<=['’])|(?=[aeiouàâéèêîôœ]))?(?=\p{L})"
    r"(?!(?:peu|ou|seule?|des?|(?:an|année|mois|semaine|jour|journée|heure|minute|instant|moment|temps|fois)s?)\b|d['’])"
)
_AVOIR = regex.compile(r"\b(?:ai|a|avons|ont|avait) pas$")
# Ich habe keine Zeit, es gibt keine Probleme: none of them is one.
_ONE_WAY = regex.compile(r"\b(?:habe|hatten?|haben|hat|gibt|gab|mir|uns) kein\w*$")
# Where a form is no statement, or has no such contrary: language, negative form, what stands before it, and what after.
# All three must match; "" is any.
_BLOCKED = (
    # Is it good? It's nice, isn't it?
    ("", "", "", r"[^.!?…\n。！？؟।]*[?？؟]"),
    # Is the room clean, it's been fun, a friendly host, it was well liked, the newly arrived, the works
    ("en", r"^(?:is|was|are|were|would|will|can|could|should) ?not$", r"(?:^|[.!?…\n])\W*$", ""),
    (
        "en",
        r"^(?:it|that) isn't$",
        "",
        r"(?:\s+\p{L}+)?\s+(?:been|become|come|cost|gone|got|had|made|taken|\p{L}+ed)\b",
    ),
    # If it is raining, I wish it was bigger, better than it was, I know where it is
    ("en", "", r"\b(?:if|unless|whether|wish|hope)\b[^.,;:!?…\n]*$", ""),
    ("en", r" ?not$", r"\b(?:than|as)\s+(?:\p{L}+\s+){1,2}$", ""),
    (
        "en",
        r"^(?:is|was|are|were|can|could|will|would) ?not$",
        r"\b(?:what|where|who|how|when|why|which)\b[^.,;:!?…\n]*$",
        r"\s*(?:[^\s\p{L}\p{N}]|$)",
    ),
    ("en", r"^un", r"\ban?\s+$", ""),
    ("en", r"^did not ", r"\b(?:have|has|had|is|are|was|were|be|been|being|get|got)\s+(?:\p{L}+\s+)?$", ""),
    # when we arrived, all I wanted was, came and went, can highly recommend
    (
        "en",
        r"^d(?:id|oes) not ",
        r"\b(?:(?:when|before|after|until|till|once|as|while)\b[^.,;:!?…\n]*|all\s+\p{L}+\s+)$",
        "",
    ),
    ("en", r"^d(?:id|oes) not ", "", r"\s+and\b"),
    ("en", r"^do not recommend$", r"\b(?:can|could|will|would|must|to|I)\s+$", ""),
    ("en", r"^did not ", r"\b(?:having|most|much|best|newly|once|ever|recently)\s+$", ""),
    (
        "en",
        r"^(?:did|does) not ",
        r"\b(?:a|an|the|its|his|her|their|my|your|our|to|of|good|great)\s+$|['’]\p{L}+\s+$",
        "",
    ),
    # his will is strong, the trash can was full
    (
        "en",
        _WILL_NOT,
        r"\b(?:a|an|the|its|his|her|their|my|your|our|trash|garbage|tin|watering)\s+$",
        "",
    ),
    (
        "en",
        _WILL_NOT,
        "",
        r"\s+(?:is|was|are|were|has|had|of|in|on|at|with|for|and|or|to|that|which)\b",
    ),
    # le llegó, lui a été, ich habe es
    ("es", r"^no ", r"\b(?:me|te|se|le|les|lo|la|los|las|nos|os)\s+$", ""),
    ("fr", r"^n(?:e |')", r"\b(?:me|te|se|lui|leur|y|en|nous|vous|le|la|les)\s+$", ""),
    # también es, siempre está, qué bonita es; si es posible; el hombre que está; la verdad es que, es decir; no es ... sino
    (
        "es",
        r"^no ",
        r"\b(?:también|siempre|s[oó]lo|algo|alguien|casi|incluso|hasta|todavía|aún|sí|(?:qué|cuánt\p{L}+)(?:\s+\p{L}+)?)\s+$",
        "",
    ),
    ("es", r"^no ", rf"\b(?:si|cuando|aunque|mientras|como|donde){_FEW_WORDS}", ""),
    ("es", r"^no ", r"\b(?:el|la|los|las|un|una|unos|unas)\s+(?!verdad\b)\p{L}+\s+que\s+$", ""),
    ("es", r"^no (?:es|era|fue)$", "", r"\s+(?:que|decir)\b"),
    ("es", r"^no (?:me|nos) parec", "", r"\s+que\b"),
    ("es", r"\blleg", r"\bya\s+$", ""),
    ("es", r"^no ", r"(?<!\b(?:sobre|ante)\s)\btod[oa]s?\b(?:\s+\p{L}+){0,3}\s+$", ""),
    ("es", r"^no ", "", r"[^.,;:!?…\n]*\ben absoluto\b"),
    ("es", r"^no todo", r"\b(?:sobre|ante|con|de)\s+$", ""),
    ("es", r"^no ", "", r"[^.;:!?…\n]*\bsino\b"),
    # qui est, que j'ai acheté; si c'est, quand il est; le problème est que; est encore, pas du tout; nous a satisfaits
    ("fr", "", r"\bqui\s+$", ""),
    ("fr", r"n'(?:ai|avons|a|ont) pas$", r"\bque\s+$", ""),
    (
        "fr",
        "",
        rf"\b(?:si|s['’]ils?|quand|lorsque|lorsqu['’]\p{{L}}+|comme|dès|tant){_FEW_WORDS}",
        "",
    ),
    ("fr", r"(?:est|était) pas$", "", r"\s+qu(?:e\b|['’])"),
    (
        "fr",
        "",
        "",
        r"\s+(?:encore|déjà|du\s+tout|mal\s+du\s+tout|non\s+plus|grand-chose|pourquoi|donc|certes|pourtant|peut-être|"
        r"d['’]ailleurs|quelques|plusieurs|certaine?s|longtemps|(?:mal)?heureusement|(?:év|prob|sûr)\p{L}+ment)\b",
    ),
    # il y a deux ans
    ("fr", r"^il n'y a", "", r"\s+\S+\s+(?:an|jour|mois|semaine|heure|minute)s?\b"),
    ("fr", r"^insatisfait", r"(?:\b|['’])(?:a|ai|ont|avait)\s+(?:\p{L}+\s+)?$", ""),
    ("de", r"nicht$", "", r"\s+(?:es|ihn|ihm|ihr|ihnen|sie|mich|mir|dich|dir|sich|uns|ich|du|er|wir|man|das|dies)\b"),
    # j'ai bu de l'eau, il tient une promesse would need: pas d'eau, pas de promesse
    (
        "fr",
        r"\b(?:ai|a|avons|ont|avait|tient|mérite|recommande|recommandons|recommanderais|conseille) pas$",
        "",
        rf"(?!{_OBJECT})\s+(?:(?:\p{{L}}+\s+)?(?:(?:des|du|de\s+la)\b|de\s+l['’])|(?:eu\s+)?(?:de|une?)\b|d['’])",
    ),
    ("fr", r"\b(?:tient|mérite|recommande|recommandons|recommanderais|conseille) pas$", "", _OBJECT),
    # war leider kalt, ist noch warm, nicht mehr; kein paar; heute ist das Wetter schön; ich habe Hunger, sind gute Schuhe
    (
        "de",
        r"nicht$",
        "",
        r"\s+(?:auch|schon|bereits|immer\s+noch|noch|nur|mehr|einmal|leider|sogar|wohl|ja|doch|eben|halt|vielleicht|"
        r"wahrscheinlich|vermutlich|natürlich|definitiv|zwar|aber|jedoch|allerdings|trotzdem|dennoch|deshalb|daher|also|"
        r"gestern|heute|morgen|jetzt|hier|dort|da|überhaupt|gar|für\s+(?:mich|uns|dich)|wie\s+(?:immer|erwartet|gewohnt)|auf\s+jeden\s+Fall|bestimmt|eine?n?)\b",
    ),
    ("de", r"\bkein\w*$", "", r"\s+(?:wenig|paar|bisschen|mal|und)\b"),
    ("de", r"^(?!entspricht).*nicht$", "", rf"\s+{_DETERMINER}(?-i:(?:\s+\p{{Ll}}+)*\s+\p{{Lu}}\S*)\s+\p{{L}}"),
    ("de", r"nicht$", "", rf"\s+(?-i:(?:(?!{_DETERMINER})\p{{Ll}}+e[mnrs]?\s+)?\p{{Lu}}\p{{Ll}})"),
    (
        "de",
        r"nicht$",
        "",
        r"\s+(?:mit|von|für)\b[^.,;:!?…\n]*\b(?:zufrieden|enttäuscht|begeistert|überrascht|überzeugt)\b",
    ),
    ("de", r"^kam(?:en)? nicht$", "", rf"\s+{_DETERMINER}"),
    ("de", r"^(?!nicht).*nicht$", r"\balle\s+(?:\p{L}+\s+)+$", ""),
    ("de", r"^(?:ist|war) nicht$", "", r",\s+dass\b"),
    ("de", r"nicht$|\bkein\w*$", "", r"[^.;:!?…\n]*\bsondern\b"),
    # dass es funktioniert; das Zimmer, das mir passt; was gut ist; wenn es geht, ist
    ("de", r"nicht$", rf"\b{_SUBORDINATE}\b[^.,;:!?…\n]*$", ""),
    ("de", r"nicht$", _MAYBE_SUBORDINATE, _CLAUSE_OVER),
    ("de", r"^(?:ist|bin|sind|war|waren|wird|wurden?) nicht$", "", _CLAUSE_OVER),
    ("de", r"^\p{L}+ nicht$", r"(?:^|[.,;:!?…\n])\W*$", ""),
    # хорошо работает; как можно скорее
    ("ru", r"^не (?!очень)", r"\b\p{L}{2,}о\s+$", ""),
    ("ru", r"^нельзя$", r"\bкак\s+$", ""),
    # у нас была проблема and не было воды would change the case; больше не вернусь, ещё не пришёл; интересно, когда
    ("ru", r"^не (?:был|была|были)$", _CLAUSE_OPENS + _RU_AND + _RU_PLACE, ""),
    (
        "ru",
        r"^не (?:был|была|были)$",
        _CLAUSE_OPENS + _RU_AND + "$",
        r"\s+(?!(?:в|во|на|у|здесь|там|тут|с|со|рад\p{L}?|довол\p{L}+|готов\p{L}?)\b)",
    ),
    (
        "ru",
        "^не было$",
        "",
        rf"(?!\s+{_RU_HOW}(?!{_RU_NOUN})(?:\p{{L}}+(?:о|ым|им)\b|\p{{L}}+(?:ое|ее)\s*(?:[^\s\p{{L}}]|$)))",
    ),
    (
        "ru",
        "^не ",
        r"\bбольше\s+(?:\p{L}+\s+){0,2}$|\b(?:совсем|вовсе|вообще|отнюдь|ничуть|так и|ещё|еще|пока|даже)\s+$",
        "",
    ),
    ("ru", "^не ", "", r"[^.!?…,;:\n]*\b(?:совсем|вообще|вовсе)\b"),
    ("ru", "^не (?:буду|будем|могу)$", "", r"\s+(?:\p{L}+\s+){0,2}больше\b"),
    ("ru", "^не ", r"\b(?:когда|пока|как только|после того,? как)\s+(?:\p{L}+\s+){0,3}$", ""),
    (
        "ru",
        r"^не (?:был|была|были)$",
        "",
        r"\s+(?:\p{L}+(?:ые|ие|ая|ой)\s+)?(?:проблем[аы]|вопросы?|трудности|сложности|недостатки|жалобы|очеред[ьи])\b",
    ),
    ("ru", "^не могу$", r"\bтерпеть\s+$", ""),
    ("ru", "^неинтересно$", _CLAUSE_OPENS + "$", r"\s*,"),
    # لقد كانت، كما هو متوقع، هو جيد
    ("ar", "", r"(?<!\w)(?:[وف]?ل?قد|كما)\s+$", ""),
    # ولم يعمل، عندما كنت، سواء كان، وصلت إلى (I or she)، محمد سعيد
    ("ar", "", r"(?<!\w)[وف]?(?:لا|ألا|لم|ألم|لن|ليس\w*|لست|لسنا|ما|غير|بلا|عدم|لئلا|كيلا)\s+$", ""),
    (
        "ar",
        "",
        r"(?<!\w)[وف]?(?:سواء|مهما|كلما|طالما|أينما|حيثما|أيا|حتى|عندما|حين|حينما|بينما|بعدما|لما|منذ"
        r"|(?:بعد|منذ|قبل|إلى|حتى) أن)\s+$",
        "",
    ),
    ("ar", "^و?لم تصل$", "", r"\s+إلى(?!\w)"),
    ("ar", "غير سعيد$", "", r"(?!\s+(?:جدا|جدًا|للغاية|لأن|ب(?:ال|هذ|خدم|شراء)))"),
    # لا يوجد أي سبب، لم يصل أحد
    (
        "ar",
        "",
        "",
        r"[^.،,؛!\n]*(?<!\w)(?:أي|أحد|أبدا|أبدًا|قط|إطلاقا|على الإطلاق|بتاتا|سوى|إلا|حتى الآن|بعد(?=\s*(?:[^\s\w]|$)))(?!\w)",
    ),
    # ليس الفندق قريبا
    ("ar", r"^[وف]ليست?$", "", ""),
    ("ar", r"^ليست?$", rf"(?:{_CLAUSE_OPENS}|(?<!\w)(?:و?لكن|لأن|حيث|ثم|أو)\s+)$", ""),
    ("ar", r"^ليست?$", "", r"(?!\s+(?:(?:في|من|على|مع|عند)(?!\w)|ال))"),
    # बना हुआ खाना, मिला कर
    ("hi", "", "", r"\s+(?:हुआ|हुई|हुए|कर)(?!\w)"),
    # कोई समस्या नहीं है, को देखते हुए, बढ़ गई है
    (
        "hi",
        "नहीं",
        r"(?<![\w-])(?:कभी|कोई|किसी|अभी तक|एक भी|ज़रा|जरा|बिल्कुल|बिलकुल|कतई)(?![\w-])[^।,.!?…;:\n]*$",
        "",
    ),
    ("hi", r"^नहीं (?:हुआ|हुई|हुए)$", r"त[ािीे]\s+$", ""),
    ("hi", r"^नहीं (?:गया|गई|दिया|आया|आई|आए|लगा)$", _HI_STEM + "$", ""),
    ("hi", r"^नहीं (?:गया|गई)$", _HI_CLOSED_STEM + "$", ""),
    ("hi", r"^नहीं (?:है|हैं|था|थी|थे|थीं)$", _HI_CLOSED_STEM + r"(?:गया|गयी|गये|ग[ईए]|(?:जात|चुक)[ािीे])\s+$", ""),
    # जैसे ही वह आया, क्या बात है!
    ("hi", "", r"(?<!\w)(?:जैसे ही|जब तक|काश|क्या|कितन[ाीे])(?!\w)[^।,.!?…;:\n]*$", ""),
    (
        "hi",
        r"^नहीं (?:है|हैं|था|थी|थे|थीं|हूँ)$",
        _HI_STEM + r"(?:गया|गयी|गये|ग[ईए]|दिया|दी|दिए|लिया|ली|लिए|(?:चुक|सकत|पड़|जात|देत|लेत)[ािीे]|आया|आई|आए)\s+$",
        "",
    ),
    ("hi", r"^नहीं (?:हुआ|हुई|हुए)$", r"[ािीेईएया]\s+$", r"\s+\w"),
    # 你喜欢吗, 如果喜欢, 喜欢的话, 已经收到了
    ("zh", "", "", rf"{_IN_CHINESE_CLAUSE}(?:[吗嗎吧]|的话)"),
    ("zh", "", rf"(?:如果|要是|假如|若是|只要|凡是|除非|希望|为什么|怎么|谁|哪){_IN_CHINESE_CLAUSE}$", ""),
    ("zh", "", r"(?:已经?|刚刚?|早就)$", ""),
    # 适不适合, 喜欢不喜欢, 会喜欢, 才适合, 并不推荐, 一点都不好吃, 不喜欢就算了
    (
        "zh",
        rf"^不{_CHINESE_VERBS}",
        rf"(?:[喜推满适符值建好会能要有以又才只仅求既并毫绝决从]|从来|根本|压根儿?|再也|丝毫|{_CHINESE_VERBS}"
        r"|(?:一点儿?|丝毫|谁|什么)[都也])$",
        "",
    ),
    ("zh", rf"^不{_CHINESE_VERBS}$", "", rf"就|可|是{_CHINESE_VERBS}"),
    ("zh", rf"^不{_CHINESE_VERBS}$", rf"{_CHINESE_VERBS}是$", ""),
    ("zh", r"^不好[吃用看喝]$", rf"比{_IN_CHINESE_CLAUSE}$", ""),
    ("zh", r"^不建议购买$", "", r"[前后时]"),
    # 很不方便, 太不好
    ("zh", rf"^不(?!{_CHINESE_VERBS}|是)", _CHINESE_DEGREE, ""),
    # 终于收到了, 还没收到, 一直没修好, 把问题解决了, 没收到过, 没有用过
    ("zh", r"没", r"(?:才|就|刚|终于|总算|也|都|全|又|还|一直|从来?|地)$", ""),
    ("zh", r"没", rf"[把被给帮替让]{_IN_CHINESE_CLAUSE}$", ""),
    ("zh", r"^没(?:收到|修好)$", "", r"[过又一二两三四五六七八九十几\p{Nd}]"),
    ("zh", r"没", "", r"任何|什么"),
    ("zh", r"^没有用$", "", r"(?![的了，。！；,.!;\s]|$)"),
    # 不好意思, 很好很好, 刚好看到, 最好用热水, 好吃货
    ("zh", r"^不好$", r"好$", ""),
    ("zh", r"^不好$", "", r"意思|很好|[说地吃用看喝]"),
    ("zh", r"^不好[吃用看喝]$", r"[刚正只恰幸爱友你您]$", ""),
    ("zh", r"^不好[吃用看喝]$", r"最$", r"(?![的了，。！；,.!;\s]|$)"),
    ("zh", r"^不好[吃用]$", "", r"[货懒鬼心]"),
    # 但是一个, 不是一个问题，而是两个, 这是因为
    ("zh", r"^不是一", r"[但可于只还总要若算像而凡倒更既]$", ""),
    ("zh", r"不是", "", r"[^。！？\n]*(?:而是|不是)"),
    ("zh", r"^这不是$", "", r"因为|为[了什]|怎么|什么|[谁要说否]"),
    ("zh", r"^我不觉得$", "", rf"{_IN_CHINESE_CLAUSE}(?:还|应该|可能|也许|挺|有点|吧)"),
    # 推荐系统, 朋友推荐, 推荐给了我, 他推荐的店, 喜欢上了, 满意度, 值得一提的是, 发货很快就到
    (
        "zh",
        r"推荐$",
        "",
        r"[菜款品信人位餐书榜码语词了过来]|理由|指数|系统|算法|模型|引擎|阅读|名单|剂量|值(?!得)|的\p{Han}",
    ),
    ("zh", r"推荐$", rf"[把被给向为跟]{_IN_CHINESE_CLAUSE}$|(?:朋友|同事|同学|网友|网上|别人|[经物门])$", ""),
    ("zh", r"^不喜欢$", "", r"[上过了]"),
    ("zh", r"^不喜欢$", r"(?:^|[，。！？；：,.!?;:\s])$", r"的"),
    ("zh", r"^不满意$", "", r"度|程度|率|调查|与否"),
    ("zh", r"^不值得$", "", rf"{_IN_CHINESE_CLAUSE}的是"),
    ("zh", r"快$", "", r"[就到送]"),
)


@cache
def _blocked(language: str) -> list[tuple[regex.Pattern[str], ...]]:
    return [tuple(regex.compile(part, regex.I) for part in row) for tag, *row in _BLOCKED if tag in {"", language}]


class _Form(NamedTuple):
    """A form of a language, what it becomes, and the negative one of the two."""

    listed: str
    opposite: str
    negative: str


_JOINED = {"ar": ("", "و", "ف")}  # the conjunctions that are written as one with what follows


@cache
def _forms(language: str) -> PhraseTable[_Form]:
    """Return the forms of a language. The first row of a form counts."""
    forms: dict[str, _Form] = {}
    for row in read_rows(_NEGATION):
        for joined in _JOINED.get(language, ("",)) if row["language"] == language else ():
            affirmative, negative = joined + row["affirmative"], joined + row["negative"]
            forms.setdefault(affirmative, _Form(affirmative, negative, negative))
            for written in (negative, *(_also_written(affirmative, negative) if language == "en" else ())):
                forms.setdefault(written, _Form(written, affirmative, written))
    return PhraseTable(forms)


def _also_written(affirmative: str, negative: str) -> list[str]:
    """Return the other ways to write an English negative form: `isn't` for `is not`, `it's not` for `it isn't`."""
    short = negative.replace("will not", "won't").replace("cannot", "can't")
    short = regex.sub(r"\b(is|are|was|were|would|could|should|has|have|do|does|did) not\b", r"\1n't", short)
    return [short, f"{affirmative} not"] if "'" in affirmative else [short]


@perturbation(
    "semantics.negate",
    alters="polarity",
    languages={row["language"] for row in read_rows(_NEGATION)},
    severities=1,
    version=2,
    examples=[
        Example("The food is good.", "The food is not good."),
        Example("The food isn't good.", "The food is good.", why="what is denied becomes stated"),
        Example(
            "The room was never clean, but the staff was kind.",
            "The room was never clean, but the staff was not kind.",
            why="a clause that denies something is left alone",
        ),
        Example("It's good, isn't it?", "It's good, isn't it?", why="a question states nothing"),
        Example("The can was full.", "The can was not full.", why="a noun is no verb"),
        Example("He met a friendly man", "He met a friendly man", why="`a` would have to become `an`"),
        Example("我喜欢这家酒店。", "我不喜欢这家酒店。", "zh"),
        Example("不好意思，房间很好。", "不好意思，房间不好。", "zh", why="an idiom is no denial"),
        Example("El hotel es bueno.", "El hotel no es bueno.", "es"),
        Example("C'est un bon hôtel.", "Ce n'est pas un bon hôtel.", "fr"),
        Example("Es war kein schöner Tag.", "Es war ein schöner Tag.", "de"),
        Example(
            "Das Essen ist leider nicht gut.",
            "Das Essen ist leider nicht gut.",
            "de",
            why="the denial stands elsewhere in the clause",
        ),
        Example(
            "Wenn es kalt ist, heizen wir.", "Wenn es kalt ist, heizen wir.", "de", why="the verb closes its clause"
        ),
        Example("Мне не понравилось.", "Мне понравилось.", "ru"),
        Example(
            "Лампа хорошо работает", "Лампа хорошо работает", "ru", why="the denial would stand between adverb and verb"
        ),
        Example("الطعام جيد.", "الطعام غير جيد.", "ar", why="right to left"),
        Example("J'ai des amis.", "Je n'ai pas d'amis.", "fr", why="what one has is `de` where it is denied"),
        Example("खाना अच्छा है।", "खाना अच्छा नहीं है।", "hi", why="Hindi puts its `not` before the verb"),
        Example(
            "It was here and is there", "It was here and is not there", protect=("was",), why="a protected span stays"
        ),
        Example("It was good 👍", "It was not good 👍"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def negate(text: Text, rng: Random, severity: int) -> Text:
    """Turn the first statement that can be into its contrary: `is` into `is not`, or `is not` into `is`."""
    forms = _forms(base(text.language)).find(text, lambda word, form: _has_contrary(text, word, form))
    if not forms:
        return text
    # An affirmative form first: a text that denies one thing still states another.
    word, form = min(forms, key=lambda found: found[1].listed == found[1].negative)
    changes = [(word.start, word.end, in_case(text, word, form.opposite, form.listed))]
    after = "".join(text.graphemes[word.end : word.end + _NEAR])
    if (
        base(text.language) == "fr"
        and _AVOIR.search(form.opposite)
        and (denied := regex.match(_OBJECT, after, regex.I))
    ):
        start, end = denied.span("article")
        article = "de " if denied["vowel"] is None else "d'"
        changes.append((word.end + start, word.end + end, article.upper() if word.string.isupper() else article))
    apostrophe = "’" if "’" in str(text) else "'"
    return text.replace_each([(start, end, made.replace("'", apostrophe)) for start, end, made in changes], "negate")


def _has_contrary(text: Text, word: Word, form: _Form) -> bool:
    if form.listed == form.negative and _ONE_WAY.search(form.listed):
        return False
    before = "".join(text.graphemes[max(0, word.start - _NEAR) : word.start])
    after = "".join(text.graphemes[word.end : word.end + _NEAR])
    if any(
        negative.search(form.negative) and comes.search(before) and follows.match(after)
        for negative, comes, follows in _blocked(base(text.language))
    ):
        return False
    denial = _DENIALS.get(base(text.language))
    rest_of_clause = f"{_CLAUSE_ENDS.split(before)[-1]} {_CLAUSE_ENDS.split(after)[0]}"
    return denial is None or denial.search(rest_of_clause) is None


@perturbation(
    "semantics.number",
    alters="number",
    version=2,
    examples=[
        Example("I paid 5 dollars for 12 eggs.", "I paid 5 dollars for 64 eggs.", severity=5),
        Example("1,250.50 in total", "8,947.73 in total", why="one number, its separators stay"),
        Example("In 2024 it was new.", "In 2095 it was new.", why="a year stays a year"),
        Example(
            "On May 15, 15 May at 11 p.m. 15 left", "On May 15, 15 May at 11 p.m. 64 left", severity=5, why="a date"
        ),
        Example("1 room for 2 guests", "1 room for 9 guests", why="no other number takes the singular"),
        Example(
            "At 10:30 on 2024-05-01 with COVID-19",
            "At 10:30 on 2024-05-01 with COVID-19",
            why="times, dates and names are no numbers",
        ),
        Example("12月25日買了3个", "12月25日買了8个", "zh", severity=5, why="no month is the 64th"),
        Example("我买了3个苹果。", "我买了8个苹果。", "zh"),
        Example(
            "15를 3개 샀다.", "15를 8개 샀다.", "ko", severity=5, why="a particle hangs on the sound of its number"
        ),
        Example("Hay 20 mesas.", "Hay 64 mesas.", "es"),
        Example("Il y a 10 000 habitants.", "Il y a 65 126 habitants.", "fr"),
        Example("Es kostet 3,50 Euro.", "Es kostet 8,77 Euro.", "de"),
        Example("Am 3. Mai um 20 Uhr", "Am 3. Mai um 20 Uhr", "de", why="no day is the 83rd, no hour the 64th"),
        Example("Осталось 15 рублей.", "Осталось 87 рублей.", "ru", why="and not 23, which takes another plural"),
        Example("دفعت ٢٥ ريالا", "دفعت ٦٥ ريالا", "ar", why="the script's own digits"),
        Example("Máme 3 pokoje", "Máme 4 pokoje", "cs", why="and not 5, which takes another plural"),
        Example("मैंने १२३ रुपये दिए।", "मैंने ८७७ रुपये दिए।", "hi", why="the script's own digits"),
        Example("Room 7 or 8?", "Room 7 or 6?", severity=5, protect=("7",), why="a protected span stays", seed=1),
        Example("7", "9", why="one character"),
        Example("5️⃣ stars", "5️⃣ stars", why="a keycap is an emoji"),
        Example("no number", "no number"),
        Example("", "", why="nothing to perturb"),
    ],
)
def number(text: Text, rng: Random, severity: int) -> Text:
    """Change some numbers to others of as many digits; a year stays a year of our centuries."""
    language = base(text.language)
    numbers = [found for found in text.find(_NUMBER) if _may_change(_digits(found.string), language)]
    chosen = rng.sample(numbers, share(severity, len(numbers)))
    changes = [
        (start, end, _other_number(string, language, rng)) for start, end, string in sorted(chosen, reverse=True)
    ]
    return text.replace_each(changes[::-1], "number")


def _may_change(digits: str, language: str) -> bool:
    is_short = len(digits) <= 2
    return bool(_alike(int(digits), len(digits), language)) if is_short else len(digits) <= _MOST_DIGITS


def _other_number(written: str, language: str, rng: Random) -> str:
    digits = _digits(written)
    new = iter(_other(int(digits), len(digits), language, rng))
    return "".join(_same_script(character, next(new)) if character.isdecimal() else character for character in written)


def _digits(written: str) -> str:
    return "".join(str(unicodedata.decimal(character)) for character in written if character.isdecimal())


def _same_script(old: str, digit: str) -> str:
    return chr(ord(old) - unicodedata.decimal(old) + int(digit))


def _other(old: int, length: int, language: str, rng: Random) -> str:
    """Return another number of as many digits that takes the same plural, since the noun beside it stays as it is."""
    if length <= 2:
        return str(rng.choice(_alike(old, length, language)))
    is_year = length == 4 and 1100 <= old < 2100
    low, high = ((1100, 1900) if old < 1900 else (1900, 2100)) if is_year else (10 ** (length - 1), 10**length)
    # A plural hangs on the last two digits at most.
    step = 100 if language in _MANY_PLURALS and not is_year else 1
    head, low, high = old // step, low // step, high // step
    new = rng.randrange(low, high - (low <= head))
    return str((new + (low <= head <= new)) * step + old % step)  # steps over the old number without drawing again


@cache
def _alike(old: int, length: int, language: str) -> tuple[int, ...]:
    """Return the other numbers of one or two digits that take the same plural; a fraction such as 0.1 takes none."""
    low, high = 10 ** (length - 1), 10**length
    is_fraction = 0 < old < low
    return tuple(
        new
        for new in range(low, high)
        if new != old and (is_fraction or _plural(new, language) == _plural(old, language))
    )


def _plural(number: int, language: str) -> str:
    """Return which plural a number under 100 takes, for whole numbers after CLDR."""
    if language in _NO_PLURALS:
        return "other"
    if language == "ar":
        return "one" if number == 1 else "two" if number == 2 else "few" if 3 <= number <= 10 else "many"
    last, is_teen = number % 10, 11 <= number <= 14
    if language in _MANY_PLURALS and (last == 1 or 2 <= last <= 4) and not is_teen:
        return "one" if last == 1 else "few"
    return "one" if number == 1 else "other"
