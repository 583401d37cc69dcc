GOOD = {
    "good",
    "great",
    "friendly",
    "fresh",
    "love",
    "loves",
    "loved",
    "happy",
    "recommend",
    "works",
    "excellent",
    "hot",
    "fast",
    "solid",
    "bright",
    "warm",
}


def predict(batch):
    return [
        "positive" if GOOD & set(inputs["text"].lower().replace(".", "").split()) else "negative" for inputs in batch
    ]
