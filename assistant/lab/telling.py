"""What a cluster is about, in its own words: those that are frequent in it and rare in the others.

All passages of a cluster are read as one text. With f(w, c) how often word w stands in cluster c, as a share of the
words of c, f(w) how often it stands in all clusters together, and A the mean number of words in a cluster::

    weight(w, c) = f(w, c) * log(1 + A / f(w))

Words are compared by their stems, as in production's search; of each stem the most frequent spelling is shown.

Source: Grootendorst, BERTopic (2022), class-based TF-IDF.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from assistant.index.words import STOPWORDS, stem, words


def telling_words(texts: Sequence[str], labels: Sequence[int], count: int = 4) -> list[tuple[str, ...]]:
    """Returns the most telling words of each cluster, best first, at most ``count``.

    Args:
        texts: The passages.
        labels: The number of each one's cluster; every number from 0 to the largest occurs.
        count: Of words.
    """
    spellings: dict[str, Counter[str]] = {}
    clusters: list[Counter[str]] = [Counter() for _ in range(max(labels, default=-1) + 1)]
    for text, label in zip(texts, labels, strict=True):
        for word in words(text):
            if word not in STOPWORDS and len(word) > 1 and not word.isdigit():
                clusters[label][stem(word)] += 1
                spellings.setdefault(stem(word), Counter())[word] += 1
    everywhere = sum(clusters, Counter[str]())
    mean_size = everywhere.total() / max(1, len(clusters))

    def weight(word: str, cluster: Counter[str]) -> float:
        return cluster[word] / cluster.total() * math.log(1 + mean_size / everywhere[word])

    best = [sorted(cluster, key=lambda word, c=cluster: (-weight(word, c), word))[:count] for cluster in clusters]  # type: ignore[misc]
    return [tuple(spellings[word].most_common(1)[0][0] for word in chosen) for chosen in best]
