"""Formulas of Word and PowerPoint as LaTeX."""

from __future__ import annotations

import pytest
from lxml import etree

from assistant.documents.formats.office_math import MATH, latex_of


def r(text, properties=""):
    return f"<m:r><m:rPr>{properties}</m:rPr><m:t>{text}</m:t></m:r>"


def e(inside):
    return f"<m:e>{inside}</m:e>"


def part(name, inside):
    return f"<m:{name}>{inside}</m:{name}>"


def latex(inside):
    return latex_of(etree.fromstring(f'<m:oMath xmlns:m="{MATH[1:-1]}">{inside}</m:oMath>'))


FRACTION = part("f", part("num", r("a")) + part("den", r("b")))
SUM = '<m:naryPr><m:chr m:val="∑"/></m:naryPr>'
BRACED = part("limLow", e(r("a+b")) + part("lim", r("⏟")))
NUMBERS = part("num", r("n")) + part("den", r("k"))
PLAIN = '<m:sty m:val="p"/>'
COLUMNS = part("m", part("mr", e(r("1")) + e(r("x>0"))) + part("mr", e(r("0")) + e(r("x≤0"))))


@pytest.mark.parametrize(
    ("inside", "right"),
    [
        (r("f") + r("′") + r("=α+Δx"), "f'=\\alpha +\\Delta x"),
        (FRACTION, "\\frac{a}{b}"),
        (part("d", e(r("a+b"))), "(a+b)"),
        (part("d", e(FRACTION)), "\\left( \\frac{a}{b} \\right)"),
        (part("d", '<m:dPr><m:begChr m:val="|"/><m:endChr m:val="|"/></m:dPr>' + e(r("x"))), "|x|"),
        (
            part("d", '<m:dPr><m:begChr m:val="{"/><m:endChr m:val=""/></m:dPr>' + e(COLUMNS)),
            "\\begin{cases} 1 & x>0 \\\\ 0 & x\\leq 0 \\end{cases}",
        ),
        (part("sSubSup", e(r("x")) + part("sub", r("i")) + part("sup", r("10"))), "x_i^{10}"),
        (part("sPre", part("sub", r("6")) + part("sup", r("14")) + e(r("C"))), "{}_6^{14}C"),
        (part("rad", part("deg", r("3")) + e(r("y"))), "\\sqrt[3]{y}"),
        (
            part("nary", SUM + part("sub", r("i=1")) + part("sup", r("n")) + e(r("i"))),
            "\\sum_{i=1}^n i",
        ),
        (part("func", part("fName", r("sin", PLAIN)) + e(r("x"))), "\\sin x"),
        (part("func", part("fName", r("Var", PLAIN)) + e(part("d", e(r("X"))))), "\\operatorname{Var} (X)"),
        (part("limLow", e(r("lim", PLAIN)) + part("lim", r("x→0"))), "\\lim_{x\\to 0}"),
        (part("acc", '<m:accPr><m:chr m:val="‾"/></m:accPr>' + e(r("x"))), "\\bar{x}"),
        (part("limLow", e(BRACED) + part("lim", r("c"))), "\\underbrace{a+b}_c"),
        (part("f", '<m:fPr><m:type m:val="noBar"/></m:fPr>' + NUMBERS), "\\binom{n}{k}"),
        (r("if x", "<m:nor/>"), "\\text{if x}"),
        (r("kg", PLAIN), "\\mathrm{kg}"),
        (r("5$"), "5\\$"),
    ],
)  # fmt: skip
def test_each_construct(inside, right):
    assert latex(inside) == right


def test_one_that_no_person_wrote_is_its_signs():
    deep = etree.Element(f"{MATH}r")
    etree.SubElement(deep, f"{MATH}t").text = "x"
    for _ in range(2000):
        outer = etree.Element(f"{MATH}box")
        outer.append(deep)
        deep = outer
    assert latex_of(deep) == "x"
