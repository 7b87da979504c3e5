"""The commands and environments of LaTeX that are known by name, and what becomes of each."""

from __future__ import annotations

import re

VERBATIM = ("verbatim", r"verbatim\*", "Verbatim", "lstlisting", "minted", "alltt", "pycode", "sagecode")
"""Environments of code, as patterns."""

HEADINGS = ("part", "chapter", "section", "subsection", "subsubsection", "frame", "paragraph", "subparagraph")
"""What is a heading, the highest first; of a slide it is its title."""

SAME_HEADING = {
    "addpart": "part", "addchap": "chapter", "addsec": "section", "minisec": "paragraph", "lecture": "chapter",
    "lesson": "chapter", "frametitle": "frame", "slidetitle": "frame",
}  # fmt: skip

OVERLAID = frozenset(
    """item uncover only onslide visible invisible alt temporal alert structure pause textbf textit emph includegraphics
    frametitle framesubtitle frame action color""".split()  # noqa: SIM905
)
"""What may have a specification of slides behind it: ``\\item<2->``."""

BUILT_IN = {
    "uncover": (1, "#1"), "only": (1, "#1"), "visible": (1, "#1"), "onslide": (1, "#1"), "alert": (1, "#1"),
    "structure": (1, "#1"), "invisible": (1, "#1"), "alt": (2, "#1"), "ensuremath": (1, "#1"), "pause": (0, ""),
    "texorpdfstring": (2, "#1"), "frame": (1, "\\begin{frame}#1\\end{frame}"), "xspace": (0, ""),
    "SI": (2, "#1\\,\\mathrm{#2}"), "qty": (2, "#1\\,\\mathrm{#2}"), "si": (1, "\\mathrm{#1}"),
    "unit": (1, "\\mathrm{#1}"), "num": (1, "#1"), "nicefrac": (2, "{#1}/{#2}"), "sfrac": (2, "{#1}/{#2}"),
}  # fmt: skip
"""Commands of packages that are written out like those of the author: how many arguments they have, and the text."""

_UNITS = "meter m metre m second s gram g kilogram kg kelvin K ampere A mole mol joule J newton N watt W volt V"
_PREFIXES = "kilo k milli m micro μ nano n mega M giga G centi c"
BUILT_IN |= {name: (0, sign) for name, sign in zip(*[iter(f"{_UNITS} {_PREFIXES}".split())] * 2, strict=True)}
BUILT_IN |= {"per": (0, "/"), "squared": (0, "^2"), "cubed": (0, "^3"), "percent": (0, "\\%")}

_DROPPED = """label vspace hspace hskip vskip vfill hfill hrule vrule rule setlength addtolength setcounter addtocounter
    stepcounter refstepcounter pagestyle thispagestyle newpage clearpage cleardoublepage pagebreak linebreak nopagebreak
    noindent indent centering raggedright raggedleft tableofcontents listoffigures listoftables listofalgorithms
    lstlistoflistings maketitle titlepage bibliographystyle bibliography printbibliography addbibresource nocite
    usepackage RequirePackage input include includeonly subfile includegraphics graphicspath includesvg includepdf
    index printindex makeindex gls glsadd phantom hphantom vphantom author date institute subtitle title titlegraphic
    logo thanks email address affiliation tikzset pgfplotsset pgfdeclareimage pgfuseimage usetikzlibrary
    definecolor colorlet color rowcolor cellcolor columncolor pagecolor hypersetup lstset geometry allowdisplaybreaks
    appendix frontmatter mainmatter backmatter bigskip medskip smallskip hline toprule midrule bottomrule cline
    cmidrule addlinespace arraystretch selectlanguage newlength newcounter newif documentclass numberwithin
    theoremstyle addcontentsline markboth markright protect relax leavevmode footnotemark qed qedhere qedsymbol
    column transdissolve transition AtBeginSection AtBeginDocument captionsetup sloppy fussy
    ref eqref pageref autoref cref Cref nameref vref hypertarget hyperlink phantomsection let expandafter endinput
    tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge rmfamily sffamily upshape mdseries
    normalfont selectfont boldmath unboldmath displaystyle limits left right big Big makeatletter makeatother
    ExplSyntaxOn ExplSyntaxOff minitoc dominitoc columnbreak nobreak null strut"""
DROPPED = frozenset(_DROPPED.split())
"""Commands of which nothing is read, their arguments included: the layout, files, labels, what is made by LaTeX."""

DROPPED_NAMES = re.compile(
    r"set\w*(?:font|template|color|colour|style|length|counter|logo|size)|use\w*(?:theme|package|color|font|library)"
    r"|(?:re)?new\w*(?:command|environment|length|counter|column\w*)|Declare\w+|addto\w+|pgf\w+|beamer\w+"
)
"""The names of commands that define something."""

BOLD = frozenset(("textbf", "bf", "bfseries", "strong", "textsb"))
ITALIC = frozenset(("emph", "textit", "it", "itshape", "em", "textsl", "sl", "slshape", "dfn"))
TYPED = frozenset(("texttt", "tt", "ttfamily", "lstinline", "code", "path"))
SWITCHES = frozenset(("bf", "bfseries", "it", "itshape", "em", "sl", "slshape", "tt", "ttfamily"))
"""Of these, what holds to the end of its group."""

KINDS = {
    "\\": "break", "newline": "break", "tabularnewline": "break", "par": "gap", "item": "gap", "keptcode": "kept",
    "footnote": "note", "footnotetext": "note", "href": "link", "url": "link", "nolinkurl": "link",
    "caption": "caption", "framesubtitle": "caption", "textsuperscript": "raised", "textsubscript": "lowered",
}  # fmt: skip
"""What becomes of some commands."""

LISTS = {
    "itemize": "ul", "enumerate": "ol", "description": "ul", "compactitem": "ul", "compactenum": "ol", "enumitem": "ol",
    "compactdesc": "ul", "inparaenum": "ol", "asparaenum": "ol", "easylist": "ul", "list": "ul", "trivlist": "ul",
    "thebibliography": "ol", "tasks": "ol", "parts": "ol", "questions": "ol", "subparts": "ol", "labeling": "ul",
}  # fmt: skip
ITEMS = frozenset(("item", "bibitem", "task", "part", "question", "subpart"))

TABLES = frozenset(("tabular", "tabular*", "tabularx", "tabulary", "longtable", "tabu", "longtabu", "supertabular"))
PICTURES = frozenset(
    """tikzpicture pgfpicture picture pspicture circuitikz tikzcd forest axis asy dot2tex xy filecontents filecontents*
    asydef feynman chemfig overpic pspicture* psmatrix""".split()  # noqa: SIM905
)
"""Environments that are drawings, or files."""

BOXES = frozenset(("block", "alertblock", "exampleblock"))
QUOTES = frozenset(("quote", "quotation", "verse", "displayquote"))
ALIGNED = frozenset(("align", "eqnarray", "flalign", "alignat", "xalignat", "IEEEeqnarray", "aligned", "split"))
DISPLAYED = ALIGNED | {"equation", "displaymath", "gather", "multline", "math", "gathered", "dmath", "empheq"}
"""Environments that are formulas; one with a star is the same."""

_THEOREMS = (
    "theorem Theorem thm Theorem theo Theorem lemma Lemma lem Lemma proposition Proposition prop Proposition "
    "corollary Corollary cor Corollary coro Corollary definition Definition defn Definition defi Definition "
    "def Definition dfn Definition example Example exa Example exmp Example eg Example ex Example examples Examples "
    "remark Remark rem Remark rmk Remark note Note proof Proof pf Proof claim Claim conjecture Conjecture axiom Axiom "
    "property Property exercise Exercise exer Exercise exo Exercise problem Problem question Question "
    "solution Solution sol Solution answer Answer observation Observation fact Fact notation Notation "
    "assumption Assumption warning Warning recall Recall summary Summary "
    "satz Satz beweis Beweis beweisidee Beweisidee bemerkung Bemerkung bem Bemerkung beispiel Beispiel bsp Beispiel "
    "folgerung Folgerung korollar Korollar aufgabe Aufgabe übung Übung lösung Lösung loesung Lösung hinweis Hinweis "
    "theoreme Théorème théorème Théorème preuve Preuve demonstration Démonstration démonstration Démonstration "
    "exemple Exemple remarque Remarque corollaire Corollaire lemme Lemme propriete Propriété exercice Exercice "
    "teorema Teorema definicion Definición ejemplo Ejemplo demostracion Demostración ejercicio Ejercicio "
    "observacion Observación proposicion Proposición corolario Corolario lema Lema definizione Definizione "
    "esempio Esempio dimostrazione Dimostrazione osservazione Osservazione esercizio Esercizio "
    "definicao Definição exemplo Exemplo demonstracao Demonstração "
)
THEOREMS = dict(zip(*[iter(_THEOREMS.split())] * 2, strict=True))
"""Environments with a label before their text, and the label, where the file does not say another."""

DEFINITIONS = frozenset(("Definition", "Definición", "Définition", "Definizione", "Definição"))
"""Labels of what says what its title means."""

STRUCTURE = frozenset(
    (*HEADINGS, *SAME_HEADING, *BOLD, *ITALIC, *TYPED, *DROPPED, *ITEMS, "begin", "end", "footnote", "caption", "\\")
)
"""Commands that stay what they are, however a file defines them anew."""
