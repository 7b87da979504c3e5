"""Finds answers that have the right words with the wrong meaning: opposites, and words in each other's place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from assistant.answering.units import NEGATIONS
from assistant.index.words import stem, words
from assistant.quiz.exam.texts import meaning

_OPPOSITES = """
    best/worst constrict,constriction,contract,contraction/dilate,dilation,expand,expansion
    well/poorly,badly,poor,bad good/bad,poor high/low highest/lowest large/small,little
    largest,biggest/smallest,tiniest,minimal bigger,larger/smaller maximum,maximal/minimum,minimal many/few
    most/least above,over/below,under
    with/without always/never all/none fast/slow faster/slower quick/slow cheap/expensive
    labelled,labeled,tagged/unlabelled,unlabeled,untagged supervised/unsupervised structured/unstructured
    seen,known,old/unseen,unknown,new better/worse,poorer same/different simple/complex easy/hard,difficult
    short/long early/late before/after first/last maximise,maximize/minimise,minimize add,adds/remove,removes
    training,train/testing,test batch/real-time,individually,single positive/negative,negatives positives/negatives
    true/false correct/incorrect,wrong right/wrong likely/unlikely possible/impossible
    deterministic/non-deterministic,probabilistic,random internal/external open/closed sparse/dense
    similar/dissimilar,different biased/impartial,unbiased impartial/partial,biased safe/dangerous
    discriminates,favours/impartial inside/outside win/lose start,begins/end,ends upper/lower
    encode,encrypt/decode,decrypt able/unable enables,allows,helps/prevents,hinders,blocks
    automatic,automatically/manual,manually,hand static/dynamic local/remote public/private strong/weak
    full,fully/partial,partly required,needed,necessary/optional,unnecessary continuous,continuously/once
"""
_UP = """
    more increase raise rise grow higher up bigger larger greater faster stronger widen lengthen
"""
_DOWN = """
    less fewer decrease reduce fall drop lower down decline shrink smaller slower weaker narrow shorten
"""
_SAME = """
    new,unseen,unknown,fresh poorly,badly,poor large,big,huge,vast,great,lot,many,massive picture,image,photo,visual
    forecast,predict,guess,estimate,estimation wrong,false,incorrect,mistaken,untrue right,correct,true,accurate
    make,create,produce,generate,generation,build,built fair,impartial,unbiased,equal group,cluster,clustering
    learn,memorise,memorize,memorises,memorizes error,mistake,fault label,tag,annotation,annotated
    find,detect,spot,discover,identify money,cost,price,expense user,customer,client,person,people
    write,text,textual fast,quick,immediate,instant,quickly,immediately reward,payoff,point trial,experiment,action
    alone,single,individually,one part,chunk,piece,section,portion number,numeric,numerical,value word,token,text
    cut,split,divide,break,divided aim,goal,purpose,objective show,display clean,prepare,tidy hyperparameter,setting
    look,explore,exploratory gather,collect,collection talk,speech,spoken,voice,speak,audio speech,voice,spoken
    explain,interpret,understand,comprehensible,transparent reason,explanation,reasoning
    invent,fabricate,fabricated,made-up fabricated,incorrect,false guarantee,ensure,ensures
    decrease,reduce,lower,save,cut trustworthy,trust,reliability,reliable choice,choose,select,pick extract,pull
    sort,classify,category,class,kind,type total,sum,overall,cumulative reach,get box,opaque
    share,percentage,proportion,fraction,ratio,percent catch,found,find,detect actual,real,really,actually
    precise,exact,exactly,deterministic chance,random,probability,probabilistic often,usual,usually
    help,assist,support noise,noisy remove,denoise,removing step,stage,iterative,iteratively,gradually
    near,close,closer,closeness,nearby meaning,semantic,similar,alike,related handle,process,deal,treat
    input,request,record wait,delay hardware,chip,server speed,throughput,latency
    bill,charge,pay,price,pricing,charged buy,purchase spread,deploy region,area,location brain,neural
    structure,architecture machine,computer human,people,person imitate,simulate,simulation,mimic,copy
    answer,response,reply,result need,necessary,required,requires extra,additional,further pay,cost,costs
    hard,difficult,tricky way,process,manner share,part layer,level rows,table,tabular time,date,period,interval
    tune,tuning,adjust,adapt,optimise,optimize watch,monitor,observe,track,monitoring drift,change,changing
    translate,translation summarise,summarize,summary,condense,shorten doctor,clinician
    disease,illness,condition,sick
    above,over below,under
    increase,raise,grow,rise,more,higher,up,growth fall,drop,less,fewer,down,decrease,decline,lower,reduce
"""


@lru_cache(maxsize=1)
def opposites() -> dict[str, frozenset[str]]:
    """Returns for each stem the stems that say the opposite."""
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split():
        left, right = (frozenset(stem(word) for word in side.split(",")) for side in pair.split("/"))
        for one in left:
            found.setdefault(one, set()).update(right - left)
        for other in right:
            found.setdefault(other, set()).update(left - right)
    return {key: frozenset(value) for key, value in found.items()}


@lru_cache(maxsize=1)
def directions() -> dict[str, int]:
    """Returns the stems that say that something becomes more (1) or less (-1)."""
    return {stem(word): sign for words_, sign in ((_UP, 1), (_DOWN, -1)) for word in words_.split()}


_NONE = frozenset[int]()


def turned(answer: str, reference: str, others: Sequence[str] = ()) -> bool:
    """Whether an answer says that what grows by ``reference`` shrinks, or the reverse; ``others`` do not say that."""
    meant, said, elsewhere = _changes(reference), _changes(answer), _changes(". ".join(others))
    both = [one for one in meant if one in said]
    if any(
        len(meant[one]) == len(said[one]) == 1
        and meant[one] != said[one]
        and not said[one] <= elsewhere.get(one, _NONE)
        for one in both
    ):
        return True
    if others:
        return False
    all_meant, all_said = (
        {(denies, sign) for (_, denies), signs in found.items() for sign in signs} for found in (meant, said)
    )
    if both or len(all_meant) != 1 or len(all_said) != 1:
        return False
    (denies, sign), (denies_too, other) = *all_meant, *all_said
    return denies == denies_too and sign != other


def _changes(text: str) -> dict[tuple[str, bool], frozenset[int]]:
    """Returns how each stem that stands beside a word of change changes, and apart from that how it does not change."""
    found: dict[tuple[str, bool], set[int]] = {}
    for clause in _CHANGE_SCOPE.split(text):
        behind = denied(clause).behind
        stems = [stem(word) for word in words(clause) if meaning(word) or stem(word) in directions()]
        for at, one in enumerate(stems):
            if one in directions():
                near = [other for other in stems[max(0, at - 2) : at + 3] if other not in directions()]
                for other in near or [""]:
                    found.setdefault((other, behind.get(one, False)), set()).add(directions()[one])
    return {one: frozenset(signs) for one, signs in found.items()}


@lru_cache(maxsize=1)
def synonyms() -> dict[str, frozenset[str]]:
    """Returns for each stem the stems that a student may use in its place."""
    found: dict[str, set[str]] = {}
    for group in _SAME.split():
        stems = {stem(word) for word in group.split(",")}
        for one in stems:
            found.setdefault(one, set()).update(stems - {one})
    return {key: frozenset(value) for key, value in found.items()}


_DENYING = re.compile(
    r"\b(?:fails? to|failing to|instead of|rather than|hardly|barely|rarely|lacks?|lacking|unable to|far from|nobody"
    r"|nothing|no one)\b",
    re.IGNORECASE,
)


_DENIALS_ELSEWHERE = """
    nicht kein keine keinen keinem keiner keines niemals ohne weder jamais sans aucun aucune nunca ningun ninguna nao
    nenhum nenhuma niet geen nooit zonder senza nessun nessuna
"""
_ELSEWHERE = frozenset(_DENIALS_ELSEWHERE.split())
"""What denies in other languages, folded; no word that means something else in English."""


UN = "ŋ"
"""Stands for the beginning of "unlabelled": it denies the word behind it and no other."""


class Denials(NamedTuple):
    """Which stems of a clause are denied: if a denial is of the whole clause, and if it is of what stands behind it.

    ``turned`` are those that are denied by their beginning: "unlabelled".
    """

    whole: dict[str, bool]
    behind: dict[str, bool]
    turned: frozenset[str] = frozenset()


def denied(clause: str) -> Denials:
    """Returns what is denied in a clause."""
    plain = _DENYING.sub(" not ", clause.replace("’", "'"))
    behind, turned_round, denies, flips = dict[str, bool](), set[str](), False, False
    for word in words(plain):
        if word == UN:
            flips = not flips
            continue
        if word in NEGATIONS or word in _ELSEWHERE:
            denies = not denies
        behind[stem(word)] = denies != flips
        turned_round |= {stem(word)} if flips else set()
        flips = False
    behind.update((one, behind[stem(one)]) for one in meaning(clause) if stem(one) in behind)
    whole = {one: denies != (one in turned_round) for one in behind}
    return Denials(whole, behind, frozenset(turned_round))


_CHANGE_SCOPE = re.compile(
    r"[,;:.]\s+|\s+(?:and|so|leads? to|because|since|while|whereas|but|as|when|if)\s+", re.IGNORECASE
)
_CLAUSE = re.compile(r"[,;:.]\s+|\s+(?:and|while|whereas|but|than)\s+", re.IGNORECASE)
_VERBS = """
    use make train predict convert turn learn cause reduce increase improve add create produce trigger induce stimulate
    inhibit activate require contain precede follow determine influence drive motivate generate replace include release
    contract constrict bind form enter leave transfer transport raise lower exceed imply prove define
"""
_AROUND = re.compile(
    r"\b(?:from|to|into|by|with|on|of|for|at|than|over|between|divided by|instead of|subset of|part of|is|are|using"
    rf"|leads? to|(?:{'|'.join(_VERBS.split())})(?:e?[sd])?)\b",
    re.IGNORECASE,
)
_ORDERED = re.compile(r"\b(?:ratio|quotient|difference)\b[^.;,]*?(\w+) (?:and|to) (\w+)", re.IGNORECASE)
_WAY = re.compile(r"\bfrom\s+((?:\S+\s+){1,4}?)to\s+((?:\S+\s*){1,3})", re.IGNORECASE)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+\w+(?:ed|en|lt|de|nt)\b.*\bby\b", re.IGNORECASE)


def change_places(answer: str, reference: str) -> bool:
    """Returns whether parts of ``answer`` stand in each other's places, compared with ``reference``."""
    return (
        _clauses_exchanged(answer, reference)
        or _sides_exchanged(answer, reference)
        or _order_exchanged(answer, reference)
        or _way_exchanged(answer, reference)
    )


def _way_exchanged(answer: str, reference: str) -> bool:
    """Something goes from where it should arrive."""
    for meant in _WAY.finditer(reference):
        start, end = meaning(meant[1]), meaning(meant[2])
        for said in _WAY.finditer(answer):
            begins, ends = meaning(said[1]), meaning(said[2])
            if begins & (end - start) and ends & (start - end) and not begins & (start - end):
                return True
    return False


def _order_exchanged(answer: str, reference: str) -> bool:
    """A ratio or a difference of two things has them in the other order."""
    pairs = [(found[1].lower(), found[2].lower()) for found in _ORDERED.finditer(reference)]
    return any((found[2].lower(), found[1].lower()) in pairs for found in _ORDERED.finditer(answer))


def _clauses_exchanged(answer: str, reference: str) -> bool:
    """Two clauses of the answer each join a half of one clause of the reference with a half of another."""
    meant = [clause for clause in map(meaning, _CLAUSE.split(reference)) if len(clause) >= 2]
    said = [clause for clause in map(meaning, _CLAUSE.split(answer)) if len(clause) >= 2]
    for one, other in combinations(meant, 2):
        only_one, only_other = one - other, other - one
        mixed = [clause for clause in said if clause & only_one and clause & only_other]
        pure = [clause for clause in said if bool(clause & only_one) != bool(clause & only_other)]
        for first, second in combinations(mixed, 2):
            crossed = not (first & second & (only_one | only_other))
            if crossed and not pure:
                return True
    return False


def _sides_exchanged(answer: str, reference: str) -> bool:
    """What stands before and behind one and the same verb or preposition is exchanged; a passive does that rightly."""
    if bool(_PASSIVE.search(answer)) != bool(_PASSIVE.search(reference)):
        return False
    for joint in dict.fromkeys(match[0].lower() for match in _AROUND.finditer(reference)):
        meant, said = _sides(reference, joint), _sides(answer, joint)
        if meant is None or said is None:
            continue
        to_left, to_right = said[0] & (meant[1] - meant[0]), said[1] & (meant[0] - meant[1])
        straight = len(said[0] & (meant[0] - meant[1])) + len(said[1] & (meant[1] - meant[0]))
        if to_left and to_right and len(to_left) + len(to_right) > straight:
            return True
        if any(opposites().get(one, frozenset()) & to_right for one in to_left):
            return True
    return False


def _sides(text: str, joint: str) -> tuple[frozenset[str], frozenset[str]] | None:
    parts = re.split(rf"\b{re.escape(joint)}\b", text, flags=re.IGNORECASE)
    if len(parts) != 2:
        return None
    left, right = _near(parts[0], last=True), _near(parts[1], last=False)
    return (left, right) if left and right else None


def _near(text: str, *, last: bool) -> frozenset[str]:
    """The words of the same clause that stand next to a joint."""
    clauses = [clause for clause in re.split(r"[,;:.]\s", text) if clause.strip()]
    clause = (clauses[-1] if last else clauses[0]) if clauses else ""
    found = words(clause)
    return meaning(" ".join(found[-5:] if last else found[:5]))
