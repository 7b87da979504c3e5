"""LaTeX: what its author typeset, read from small files that are written here by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.config import NotesConfig
from assistant.documents.loading import load_document
from assistant.documents.roles import Role, role_at
from assistant.types import Document, ElementKind


@pytest.fixture
def read(tmp_path: Path):
    def load(latex: str) -> Document:
        (tmp_path / "note.tex").write_text(latex, encoding="utf-8")
        return load_document(tmp_path / "note.tex", "note.tex", NotesConfig())

    return load


def headings(note: Document) -> list[tuple[int, str]]:
    return [(one.level, one.label) for one in note.elements if one.kind is ElementKind.HEADING]


WHOLE = r"""\documentclass[a4paper]{article}
\usepackage{amsmath} % not read
\newcommand{\R}{\mathbb{R}}
\newcommand{\norm}[2][2]{\left\|#2\right\|_{#1}}
\title{\bf Norms}
\author{A. Student}
\begin{document}
\maketitle
\tableofcontents
\section{Spaces \emph{with} norms}\label{sec:norms}
A norm is a map $\norm{x}$ on~$\R^n$. % a remark to oneself
It is never \textbf{negative}; see Section~\ref{sec:norms}.

\subsection*{Kinds}
\begin{itemize}
  \item the sum norm
    \begin{enumerate} \item easy \item sharp \end{enumerate}
  \item[max] the largest entry
\end{itemize}
\input{chapters/two}
\vspace{2em}
\section{Proofs}
\begin{equation}\label{eq:one}
  \norm[1]{x} = \sum_i |x_i| \nonumber
\end{equation}
\end{document}
what stands here is not typeset
"""


def test_a_whole_course_has_its_headings_lists_and_formulas(read) -> None:
    note = read(WHOLE)
    assert (note.kind, note.title) == ("latex", "Norms")
    assert headings(note) == [(1, "Norms"), (2, "Spaces with norms"), (3, "Kinds"), (2, "Proofs")]
    assert note.text == (
        "# Norms\n\n## Spaces with norms\n\n"
        "A norm is a map $\\left\\|x\\right\\|_{2}$ on $\\mathbb{R}^n$. It is never **negative**; see Section .\n\n"
        "### Kinds\n\n- the sum norm\n  1. easy\n  2. sharp\n- **max** the largest entry\n\n"
        "## Proofs\n\n$$\n\\left\\|x\\right\\|_{1} = \\sum_i |x_i|\n$$"
    )


def test_a_part_of_a_course_has_no_preamble(read) -> None:
    note = read("\\chapter{Waves}\nA wave moves.\n\\paragraph{Speed} It is $c$.\n")
    assert headings(note) == [(1, "Waves"), (2, "Speed")]
    assert note.text.endswith("## Speed\n\nIt is $c$.")


def test_the_slides_of_a_deck_are_headings(read) -> None:
    note = read(
        r"""\documentclass{beamer}\begin{document}
\section{Risk}
\begin{frame}<1->[fragile]{Insurance}
  \framesubtitle{who pays}
  \begin{itemize}[<+->] \item<2-> a \alert{premium} \pause \item \only<3>{a claim} \end{itemize}
  \includegraphics[width=.5\textwidth]{pictures/a.png}
\end{frame}
\begin{frame} \frametitle{Insurance} \begin{block}{Moral hazard} Care falls. \end{block} \end{frame}
\frame{\frametitle{Selection} Bad risks buy.}
\begin{frame}{} No title. \end{frame}
\end{document}"""
    )
    assert headings(note) == [(1, "Risk"), (2, "Insurance"), (2, "Selection")]
    assert note.text == (
        "# Risk\n\n## Insurance\n\nwho pays\n\n- a premium\n- a claim\n\n**Moral hazard**\n\nCare falls.\n\n"
        "## Selection\n\nBad risks buy.\n\nNo title."
    )


def test_a_theorem_says_what_it_is(read) -> None:
    note = read(
        r"""\newtheorem{satz}[theorem]{Satz}
\newtcbtheorem[auto]{merke}{Merke}{colback=red}{m}
\begin{definition}[Group] A set with an operation.\end{definition}
\begin{satz}[Lagrange] The order divides.\end{satz}
\begin{merke}{Order}{ord} It is finite.\end{merke}
\begin{proof} Count the cosets. \qed \end{proof}
\begin{example} The integers.

They are infinite.\end{example}
\begin{exercise} Show that it is closed.\end{exercise}
\begin{infobox}[colback=red] Just text. \end{infobox}"""
    )
    assert note.text.split("\n\n") == [
        "**Group** (Definition). A set with an operation.",
        "**Satz (Lagrange).** The order divides.",
        "**Merke (Order).** It is finite.",
        "**Proof.** Count the cosets.",
        "**Example.** The integers.",
        "They are infinite.",
        "**Exercise.** Show that it is closed.",
        "Just text.",
    ]
    roles = {note.text[one.start : one.end]: role_at(note, one.start) for one in note.sentences()}
    assert roles["The integers."] is Role.EXAMPLE
    assert roles["Show that it is closed."] is Role.EXERCISE
    assert roles["Count the cosets."] is Role.TEACHES


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\begin{align*} a &= b \\ &= c \end{align*}", "$$\n\\begin{aligned} a &= b \\\\ &= c \\end{aligned}\n$$"),
        (r"\begin{eqnarray} a &=& b \cr c &\to& d \end{eqnarray}",
         "$$\n\\begin{aligned} a &= b \\\\ c &\\to d \\end{aligned}\n$$"),
        (r"\begin{gather} a \\ b \end{gather}", "$$\n\\begin{gathered} a \\\\ b \\end{gathered}\n$$"),
        (r"so \[ x \] and \( y \) end", "so\n\n$$\nx\n$$\n\nand $y$ end"),
        (r"$\text{if $n$ is even}$", r"$\text{if }n\text{ is even}$"),
        (r"\DeclareMathOperator{\im}{im} $\im f$", r"$\operatorname{im} f$"),
        (r"\def\abs#1{|#1|} $\abs{x}$, $\abs y$", "$|x|$, $|y|$"),
        (r"\newcommand{\be}{\begin{equation}}\newcommand{\ee}{\end{equation}} \be x \ee", "$$\nx\n$$"),
        ("price $x is\n\nopen and $y$ not", "price $x is$\n\nopen and $y$ not"),
        (r"costs \$5", r"costs \$5"),
    ],
)  # fmt: skip
def test_formulas_are_as_the_page_draws_them(read, latex: str, text: str) -> None:
    assert read(latex).text.strip() == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"na\"{\i}ve caf\'e, \ss, \AA, 5\,\% \& more\ldots", "naïve café, ß, Å, 5 % & more…"),
        ("``said'' -- so --- and don't", "“said” – so — and don't"),
        ("\\usepackage[ngerman]{babel} \"`Gr\"u\"se\"'", "„Grüße“"),
        (r"{\it one} {\bf two} \textsc{Three} \underline{four}", "*one* **two** Three four"),
        (r"\unknown[opt]{first}{last} and \nothing here", "last and here"),
        (r"\href{https://a.example/b\_c}{words} \url{https://a.example}",
         "[words](https://a.example/b_c) <https://a.example>"),
        (r"text\footnote{a note} goes on", "text[^1] goes on\n\n[^1]: a note"),
        (r"as \citet{smith10} says", "as [smith10] says"),
        ("line one\\\\\nline two", "line one\nline two"),
        ("% only\nwords% glued\n  here\n\nnext 50\\% more", "wordshere\n\nnext 50% more"),
        (r"\verb|a_b{| and \texttt{x\_y}", "`a_b{` and `x_y`"),
        ("\\begin{lstlisting}[language=Python]\nif x: # 100%\n    $y$\n\\end{lstlisting}",
         "```python\nif x: # 100%\n    $y$\n```"),
        (r"\begin{tikzpicture} \draw (0,0) node {A}; \end{tikzpicture} text", "text"),
        (r"\begin{figure}\centering\includegraphics{a/b.png}\caption{A cell.}\label{f}\end{figure}", "A cell."),
        (r"\begin{description} \item[Force] a push \item[Work:] a way \end{description}",
         "- **Force**: a push\n- **Work**: a way"),
        (r"\begin{quote} Know. \end{quote}", "> Know."),
        (r"\begin{thebibliography}{9}\bibitem{a} A. Author, 1999.\end{thebibliography}",
         "# References\n\n1. A. Author, 1999."),
    ],
)  # fmt: skip
def test_text_is_as_it_is_typeset(read, latex: str, text: str) -> None:
    assert read(latex).text.strip() == text


def test_a_table_has_its_head_and_cells(read) -> None:
    note = read(
        r"""\begin{table}\caption{Bases}\begin{tabular}{l|c}
\hline Name & \textbf{Sign} \\ \hline
adenine & A \\
\multicolumn{2}{c}{both $a \& b$} \\
\bottomrule \end{tabular}\end{table}"""
    )
    assert note.text == ("Bases\n\n| Name | **Sign** |\n| --- | --- |\n| adenine | A |\n| both $a \\& b$ |  |")


@pytest.mark.parametrize(
    "latex",
    [
        r"One } two \end{nothing} three \begin{itemize} \item four { five",
        r"One $ two \[ three \begin{align} four \section{five",
        r"\newcommand{\x}{\x\x} One \x two three four five \newcommand{\y",
        r"One \def two {three} \newtheorem{four} five",
        r"\begin{itemize} One two \item three \end{itemize} \begin{enumerate} four five \end{enumerate}",
        r"One \'\href{two}{three} four \keptcode{five}",
    ],
)
def test_what_is_not_closed_loses_no_word(read, latex: str) -> None:
    words = read(latex).text
    assert [word for word in ("One", "two", "three", "four", "five") if word not in words] == []


def test_commands_that_double_themselves_end(read) -> None:
    bomb = "".join(f"\\newcommand{{\\{chr(98 + n)}}}{{\\{chr(97 + n)}\\{chr(97 + n)}}}" for n in range(20))
    assert len(read(f"\\newcommand{{\\a}}{{ha}}{bomb} Start \\u end").text) < 200_000


def test_words_behind_a_style_of_a_drawing_are_read(read) -> None:
    assert read("\\tikzstyle{box 1}=[draw, thick]\n\\tikzset{a/.style={draw}} Text").text.strip() == "Text"


def test_braces_that_no_author_wrote_are_refused_in_words(read, tmp_path: Path) -> None:
    from assistant.errors import UnreadableNote

    with pytest.raises(UnreadableNote, match="too deep") as refused:
        read("{" * 20_000 + "deep" + "}" * 20_000)
    assert ".txt" in refused.value.hint
