"""Formulas in a line of text: LaTeX as the signs of Unicode, as far as a line can show them."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.documents.labels import FORMULA

_GREEK = (
    "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ "
    "lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ "
    "Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω hbar ℏ ell ℓ "
)
_SIGNS = (
    "cdot · times × div ÷ pm ± mp ∓ leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ equiv ≡ sim ~ propto ∝ infty ∞ "
    "partial ∂ nabla ∇ sum ∑ prod ∏ int ∫ oint ∮ in ∈ notin ∉ subset ⊂ subseteq ⊆ cup ∪ cap ∩ emptyset ∅ "
    "forall ∀ exists ∃ neg ¬ land ∧ wedge ∧ lor ∨ vee ∨ to → rightarrow → leftarrow ← leftrightarrow ↔ "
    "Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ mapsto ↦ implies ⇒ iff ⇔ ldots … cdots … dots … vdots ⋮ mid | "
    "vert | Vert ‖ lVert ‖ rVert ‖ langle ⟨ rangle ⟩ circ ° degree ° prime ′ angle ∠ perp ⊥ parallel ∥ star ⋆ "
    "ast * oplus ⊕ otimes ⊗ rightleftharpoons ⇌ lim lim log log ln ln exp exp sin sin cos cos tan tan max max "
    "min min det det dim dim ker ker gcd gcd Pr Pr lg lg bmod mod pmod mod "
)
_COMMANDS = dict(zip(*[iter((_GREEK + _SIGNS).split())] * 2, strict=True))
_RAISED = str.maketrans("0123456789+-=()nix", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˣ")
_LOWERED = str.maketrans("0123456789+-=()aeijmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₘₙₒₚᵣₛₜᵤᵥₓ")
_GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
_FRACTION = re.compile(rf"\\[dtc]?frac\s*{_GROUP}\s*{_GROUP}")
_BINOMIAL = re.compile(rf"\\[dt]?binom\s*{_GROUP}\s*{_GROUP}")
_ROOT = re.compile(rf"\\sqrt\s*(?:\[([^\]]*)\])?\s*{_GROUP}")
_STYLED = re.compile(
    rf"\\(?:text|mathrm|mathbf|mathit|mathsf|mathbb|mathcal|operatorname|textbf|textit|mbox|boldsymbol)\s*{_GROUP}"
)
_ACCENT = re.compile(rf"\\(hat|bar|overline|vec|tilde|dot)\s*(?:{_GROUP}|(\w))")
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "overline": "\u0304", "vec": "\u20d7", "tilde": "\u0303", "dot": "\u0307"}
_SCRIPT = re.compile(rf"([_^])\s*(?:{_GROUP}|(\\[A-Za-z]+|\S))")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{[^{}]*\}(?:\{[^{}]*\})?")
_LAYOUT = re.compile(
    r"\\(?:left|right|big|Big|bigg|Bigg|displaystyle|textstyle|limits|nolimits|quad|qquad|[,;:!> ])(?![A-Za-z])"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_COMMAND_AT = re.compile(rf"\\[A-Za-z]+(?:\s*{_GROUP})*")
_DEEPEST = 8


def drawn(text: str) -> str:
    r"""Returns a text with its formulas as signs: ``$x^2 \leq \frac{1}{2}$`` as ``x² ≤ 1/2``."""
    return FORMULA.sub(lambda found: _signs(_bare(found[0])), text)


def drawn_as_typed(text: str) -> str:
    r"""Returns what ``drawn`` does, also of LaTeX without dollar signs: ``a = \frac{N}{M}`` as ``a = N/M``."""
    return drawn(_COMMAND_AT.sub(lambda found: f"${found[0]}$", text) if FORMULA.search(text) is None else text)


@lru_cache(maxsize=1)
def names_of_letters() -> dict[str, str]:
    """Returns the Greek letters by their English names in small letters: ``{"alpha": "α"}``."""
    pairs = zip(*[iter(_GREEK.split())] * 2, strict=True)
    return {name: letter for name, letter in pairs if name.islower()}


def _bare(formula: str) -> str:
    size = 1 if formula[:1] == "$" and formula[:2] != "$$" else 2
    return formula[size:-size]


def _signs(latex: str) -> str:
    rows = _ENVIRONMENT.sub(" ", latex).split("\\\\")
    lines = (_line(row.replace("&", " ")) for row in rows)
    return "; ".join(line for line in lines if line)


def _line(latex: str) -> str:
    latex = latex.replace("~", " ")
    for _ in range(_DEEPEST):  # from the inside outwards
        before = latex
        latex = _STYLED.sub(r"\1", latex)
        latex = _BINOMIAL.sub(r"C(\1, \2)", latex)
        latex = _ROOT.sub(lambda found: f"{(found[1] or '').translate(_RAISED)}√{_held(found[2])}", latex)
        latex = _FRACTION.sub(lambda found: f"{_held(found[1])}/{_held(found[2])}", latex)
        if latex == before:
            break
    latex = _ACCENT.sub(lambda found: f"{found[2] or found[3]}{_ACCENTS[found[1]]}", latex)
    latex = _COMMAND.sub(_command, _LAYOUT.sub(" ", latex))
    latex = _SCRIPT.sub(_script, latex)
    return " ".join(re.sub(r"\\([{}%$#&_|])", r"\1", latex.replace("\\{", "⦃").replace("\\}", "⦄"))
                    .replace("{", "").replace("}", "").replace("⦃", "{").replace("⦄", "}").split())  # fmt: skip


def _command(found: re.Match[str]) -> str:
    """A sign stands where its command stood; a name such as ``log`` does not touch the letter before it."""
    sign: str = _COMMANDS.get(found[1], found[0])
    is_name = len(sign) > 1 and sign.isalpha()
    if not is_name:
        return sign
    before, behind = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return f"{' ' * before.isalnum()}{sign}{' ' * (behind.isalnum() or behind == chr(92))}"


def _held(part: str) -> str:
    """Returns a numerator or what stands below a root in brackets, where it is more than one thing."""
    part = part.strip()
    return part if re.fullmatch(r"[\\√]?\w+|\w+(?:\([^()]*\))?", part) else f"({part})"


def _script(found: re.Match[str]) -> str:
    body = (found[2] or found[3] or "").strip()
    table = _RAISED if found[1] == "^" else _LOWERED
    small = body.translate(table)
    if body and all(ord(sign) in table for sign in body):
        return small
    return f"{found[1]}{body}" if len(body) < 2 else f"{found[1]}({body})"
