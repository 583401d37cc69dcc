"""One example of a dataset."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Example:
    """Inputs by field, the references a model should meet, and a language.

    Attributes:
        id: Unique in its dataset and language; the same id in another language is its translation.
        language: BCP 47 tag.
        fields: The inputs of the model, by the task's field names.
        references: A label, the accepted answers, or reference texts; empty if the dataset has none.
        parallels: The fields of the same example in other languages, by language.
        slices: What it has in each column by whose values results are told apart; nothing where it has no value there.
        beside: What it has in each further column that measures read; no model sees it.
        line: That of its row. Examples may be the same whatever their lines are.
    """

    id: str
    language: str
    fields: Mapping[str, str]
    references: tuple[str, ...]
    parallels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    slices: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    line: int = field(default=0, compare=False)
