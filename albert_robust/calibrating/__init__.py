"""Make the profile behind the score: background text in, a neutral space and three anchors out."""
