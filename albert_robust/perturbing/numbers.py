"""Numbers of a text that stand for themselves: no part of a name, a time, a date or a range."""

import regex

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
NUMBER = regex.compile(
    rf"(?<!{_TOUCHES}|{_TOUCHES}[-'’]|\p{{Nd}}[.,:/\u066b\u066c]){_DATE_BEFORE}(?!{_DOTTED})"
    rf"(?:\p{{Nd}}{{1,3}}+(?:[ \u00a0\u202f]\p{{Nd}}{{3}}+(?!\p{{Nd}}))++|\p{{Nd}}++)(?:[.,\u066b\u066c]\p{{Nd}}++)*+"
    rf"(?!['’]?{_TOUCHES}|[:/-]\p{{Nd}}|{_DATE}|{_PARTICLE})",
    regex.V1,
)
