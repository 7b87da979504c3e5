# ruff: noqa: E501 - lines of notes are as long as people write them
"""Notes for the page without a model: Markdown with lists, formulas and code, and a PDF with pages."""

INFERENCE = """# Fundamentals of AI and ML

These are my notes for the first part of the course.

## Basic concepts

- **Model** - what training produces. It makes predictions from the data it was trained on.
- **Training** - feeding data to a model so that it gets better at recognising patterns.
- **Inference** - using a trained model to make predictions on new, unseen data.

### Types of inference

- **Batch inference** - processes a large number of inputs at once. It suits tasks where no immediate answer is needed, for example when large chunks of data are sent at set periods.
- **Real-time inference** - handles each input individually as it arrives. It gives an immediate prediction, and is essential where an instant response is needed.

### Bias and fairness

- **Bias** - systematic errors in a model's predictions, caused by prejudiced assumptions.
- **Fairness** - making sure that predictions are impartial and favour no group.

## Types of data

| Kind | What it is | Used in |
|---|---|---|
| Labelled | comes with tags | supervised learning |
| Unlabelled | has no tags | unsupervised learning |
| Time series | points at intervals | forecasting |

## Use cases

- **Assist decisions** - models can analyse medical images to help doctors.
	- In finance, they analyse market trends.
- **Scale** - moderation for millions of users.
"""

ATTENTION = r"""# Transformers

## Self-attention

Every token looks at every other token. A *query* is compared with all *keys*; the results are made into weights by softmax.

$$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right) V$$

The scores are divided by $\sqrt{d_k}$ so that softmax does not become too sharp when the vectors are long.

## Softmax

Softmax turns any numbers into positive weights that sum to one:

$$\mathrm{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}$$

```python
import numpy as np

def softmax(x):
    # subtracting the maximum changes nothing, but prevents overflow
    e = np.exp(x - x.max())
    return e / e.sum()
```

## Positional encoding

Attention alone does not know the order of the tokens, so positions are added to the embeddings.
"""

COSTS_PAGES = (
    "AWS cost trade-offs\n\nOn-demand pricing bills every request. There is no commitment, which suits uneven traffic\n"
    "and experiments. Its price for each token is the highest of the three.\n",
    "Provisioned throughput reserves capacity for a term. It gives steady latency, and becomes cheaper\n"
    "than on-demand pricing where the load is high and even.\n\nBatch jobs cost about half of on-demand requests, "
    "because they run when capacity is free.\n",
)

HOSTILE = """# Hostile <script>window.hacked = 1</script>

## Danger <img src=x onerror="window.hacked = 2">

<script>window.hacked = 3</script>

A link [click me](javascript:window.hacked=4) and <img src="https://example.org/a.png" onerror="window.hacked=5">.

![picture](https://example.org/tracker.png)

The **password** is `${window.hacked=6}` and {{window.hacked}} <iframe src="javascript:parent.hacked=7"></iframe>.
"""
