"""Make a small Chinese `BertForSequenceClassification`: is a sentence about pets, or about something else?

Usage: python make_model.py [FOLDER]   (default: model, beside this file; a few seconds on one core)

The sentences are written from the word lists below; the checkpoint is an ordinary transformers folder.
"""

import sys
from itertools import product
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

PETS = ["猫", "狗", "兔子", "金鱼", "鹦鹉", "仓鼠", "小猫", "小狗"]
PET_FACTS = ["{}是宠物", "{}喜欢主人", "我家养了一只{}", "{}在家里睡觉", "孩子们喜欢{}", "{}是{}"]
THINGS = ["汽车", "桌子", "苹果", "手机", "大桥", "学校", "火车", "天气"]
THING_FACTS = ["{}是东西", "{}很新", "我昨天看见了{}", "{}在城市里", "他们在说{}", "{}是{}"]
LABELS = ["其他", "宠物"]


def sentences() -> list[tuple[str, int]]:
    """Return sentences of one or two clauses with their labels."""
    rows = []
    for label, (names, facts) in enumerate([(THINGS, THING_FACTS), (PETS, PET_FACTS)]):
        clauses = [fact.replace("{}", name) for name, fact in product(names, facts)]
        rows += [(f"{clause}。", label) for clause in clauses]
        rows += [(f"{left}，{right}。", label) for left, right in zip(clauses, clauses[7:], strict=False)]
    return rows


def main(folder: Path) -> None:
    """Train the model and write its checkpoint."""
    rows = sentences()
    characters = sorted({character for text, _ in rows for character in text})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]
    tokenizer = BertTokenizer(vocab={token: place for place, token in enumerate(vocabulary)})
    torch.manual_seed(0)
    torch.set_num_threads(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=128,
        id2label=dict(enumerate(LABELS)),
        label2id={label: place for place, label in enumerate(LABELS)},
    )
    model = BertForSequenceClassification(config)
    batch = tokenizer([text for text, _ in rows], padding=True, return_tensors="pt")
    labels = torch.tensor([label for _, label in rows])
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(30):
        optimizer.zero_grad()
        model(**batch, labels=labels).loss.backward()
        optimizer.step()
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "model")
