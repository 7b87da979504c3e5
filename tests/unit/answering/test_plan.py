"""What a question asks for, by its form."""

from __future__ import annotations

import pytest

from assistant.answering.plan import Wanted, subject_of, wanted


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("whats the differnce between mitosis and meiosis", Wanted.COMPARISON),
        ("diff between bonds and stocks", Wanted.COMPARISON),
        ("where in my notes is dissociation", Wanted.PLACE),
        ("Where can I read about tariffs?", Wanted.PLACE),
        ("which lecture covers inflation?", Wanted.PLACE),
        ("on what page is the softmax formula", Wanted.PLACE),
        ("what is the formula for variance", Wanted.FORMULA),
        ("how is the velocity of money calculated", Wanted.FORMULA),
        ("show me the code for a loop", Wanted.CODE),
        ("pls give me an example of splitting", Wanted.EXAMPLE),
        ("how many modes does an object have", Wanted.NUMBER),
        ("In what year did the war end?", Wanted.NUMBER),
        ("and why do people dissociate", Wanted.REASON),
        ("what caused the crash", Wanted.REASON),
        ("what are the steps of a crisis", Wanted.STEPS),
        ("how do i write a comment", Wanted.WAY),
        ("list all types of empathy", Wanted.LIST),
        ("advantages of a central bank", Wanted.LIST),
        ("is bias the same as fairness", Wanted.YES_OR_NO),
        ("explain simply what a token is", Wanted.PLAIN_WORDS),
        ("wat is osmosis", Wanted.MEANING),
        ("Welche Arten von Unternehmen gibt es?", Wanted.LIST),
        ("Was sind die Vorteile der SWOT-Analyse?", Wanted.LIST),
        ("Warum steigt der Preis?", Wanted.REASON),
        ("Wie viele Phasen hat der Lebenszyklus?", Wanted.NUMBER),
        ("Was versteht man unter einem Oligopol?", Wanted.MEANING),
        ("Wo in meinen Notizen steht etwas zum BIP?", Wanted.PLACE),
        ("Wie lautet die Formel für das BIP?", Wanted.FORMULA),
        ("Pourquoi le ciel est-il bleu ?", Wanted.REASON),
        ("Quelle est la différence entre un atome et un ion ?", Wanted.COMPARISON),
        ("¿Cuáles son las ventajas de un índice?", Wanted.LIST),
        ("Quali sono le fasi della mitosi?", Wanted.STEPS),
        ("was the treaty signed", Wanted.YES_OR_NO),
        ("Was besagt die Phillips-Kurve?", Wanted.MEANING),
        ("Welche fünf Kräfte unterscheidet Porter?", Wanted.LIST),
        ("what is the name of the first king", Wanted.MEANING),
        ("name the first kings", Wanted.LIST),
        ("what is art nouveau", Wanted.MEANING),
    ],
)
def test_the_form_says_what_is_asked_for(question: str, kind: Wanted) -> None:
    assert wanted(question) is kind


@pytest.mark.parametrize(
    "question",
    [
        "where is chlorophyll found?",
        "in which section of memory are globals stored",
        "what page replacement algorithms are there",
        "which files are opened first",
        "what chapter of history began in 1789",
    ],
)
def test_a_place_outside_the_notes_is_a_question_like_others(question: str) -> None:
    assert wanted(question) is not Wanted.PLACE
    assert subject_of(question) == question


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("where in my lecture notes is dissociation?", "where is dissociation?"),
        ("which lecture covers inflation?", "inflation?"),
        ("Where can I read about tariffs?", "tariffs?"),
        ("where in my notes?", "where in my notes?"),
        ("what is in my notes about tariffs", "what is in my notes about tariffs"),
    ],
)
def test_the_place_itself_is_not_searched_for(question: str, subject: str) -> None:
    assert subject_of(question) == subject
