"""Scripts, as parts of patterns of `regex`: sets of scripts go into a class, `[\\p{L}--[...]]`."""

# No blanks part the words of these, so a letter beside a word does not say that the word goes on. They are the scripts
# of the languages that perturbations know.
UNSPACED_SCRIPTS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}"
# A letter of a word that ends at a blank, by the rules of regex.V1.
LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{UNSPACED_SCRIPTS}]]"
# Korean has blanks, but particles and units follow a number, a mark or a quotation without one: 2024년, 문서1은.
RUN_ON_SCRIPTS = rf"{UNSPACED_SCRIPTS}\p{{Hangul}}"
# A model may answer in more languages than perturbations know.
UNSPACED_IN_ANSWERS = rf"{UNSPACED_SCRIPTS}\p{{Lao}}\p{{Khmer}}\p{{Myanmar}}"
# Arabic writes conjunctions and prepositions as one with the name that follows.
ARABIC_PREFIXES = "[وف]?[بلك]?"
