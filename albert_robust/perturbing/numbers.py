"""Numbers of a text that stand for themselves: no part of a name, a time, a date or a range."""

from pathlib import Path

import regex

from albert_robust.tables import read_rows
from albert_robust.text.scripts import RUN_ON_SCRIPTS

# A number stands alone: no letter touches it (B2B, 4th, COVID-19), and it is no part of a time, a date or a range
# (10:30, 2024-05-01, 12月25日). Scripts that write no blanks, and Hangul, may touch it (3个, 2024년). Blanks group the
# digits only after one to three: 10 000, but 2024 300.
_TOUCHES = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--[{RUN_ON_SCRIPTS}]]"
_MONTHS = [month for row in read_rows(Path(__file__).with_name("months.tsv")) for month in row["months"].split()]
# A number of one or two digits that is a day, a month or an hour: 12月25日, 3시, 15 de mayo, 3. Oktober, 11 p.m., 18 Uhr, 14 h,
# à 20 heures, 10 बजे; or a century or decade: 19. Jahrhundert.
_DATE = (
    r"(?<!\p{Nd}{3})(?:月|[時时시](?![间間간])|日(?![元圆圓円間])|[點点](?=[钟鐘半整\p{Nd}])|(?<=月\p{Nd}+)[号號]|월|일(?!간)"
    r"|(?<=(?:[上下中正]午|早上|晚上|凌晨)\p{Nd}+)[點点]|\.?[\s-]*(?:de\s|of\s|من\s(?:شهر\s)?)?\L<months>(?![\p{L}\p{M}])"
    r"|\s*(?:[ap]\.?m|Uhr|o['’]clock|h)\b|\s*(?:صباح|مساء|ظهرا|बज|तारीख|के\sदशक|بجے)|\.\s+Jahrhundert"
    r"|\s+час(?:а|ов)?\s+(?:утра|дня|вечера|ночи)|(?<=\b(?:à|vers|dès|las|às|om|rond)\s\p{Nd}+)\s+(?:heures?|horas?|uur)\b)"
)
# May 15, les années 80, a las 20, 14 h 30, 10点30分
_DATE_BEFORE = (
    r"(?<!\b\L<months>\.?\s(?=\p{Nd}{1,2}(?!\p{Nd}))|\p{Nd}\s?h\s|\p{Nd}[點点時时]|\bबजकर\s"
    r"|\b(?:années|años|a las|às|alle|ore|saat|pukul|jam|godzinie|lúc|ngày|tháng|tarehe|saa|الساعة|القرن|ساعت)\s)"
)
_DOTTED = r"\p{Nd}+\.\p{Nd}{1,2}\.\p{Nd}"  # 2.3.1, 12.05.2024
_BYTE = r"(?:25[0-5]|(?:2[0-4]|1\d|[1-9])?\d)"
_ADDRESS = rf"{_BYTE}(?:\.{_BYTE}){{3}}(?!\p{{Nd}}|\.\p{{Nd}})"  # of a machine: 192.168.100.200
_PARTICLE = (
    r"(?:[은는이가을를과와]|으?로)(?!\p{Hangul})"  # hangs on the last sound of the number it follows: 15를, but 16을
)
NUMBER = regex.compile(
    rf"(?=\p{{Nd}})(?<!{_TOUCHES}|{_TOUCHES}[-'’]|\p{{Nd}}[.,:/\u066b\u066c]){_DATE_BEFORE}(?!{_DOTTED}|{_ADDRESS})"
    rf"(?:\p{{Nd}}{{1,3}}+(?:[ \u00a0\u202f]\p{{Nd}}{{3}}+(?!\p{{Nd}}))++|\p{{Nd}}++)(?:[.,\u066b\u066c]\p{{Nd}}++)*+"
    rf"(?!['’]?{_TOUCHES}|[:/-]\p{{Nd}}|{_DATE}|{_PARTICLE})",
    regex.V1,
    months=_MONTHS,
)
