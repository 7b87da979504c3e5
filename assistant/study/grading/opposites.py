"""Words that mean the same or the opposite, as far as a grader needs them: the rest it takes from the notes."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.answering.units import NEGATIONS
from assistant.index.words import stem, words

_OPPOSITES = """
    well/poorly,badly,poor,bad good/bad,poor high/low higher/lower highest/lowest large/small,little
    largest,biggest/smallest,tiniest,minimal bigger,larger/smaller maximum,maximal/minimum,minimal many/few
    more/less,fewer most/least increase,increases,raises,grows,rises/decrease,decreases,reduces,lowers,falls
    with/without always/never all/none fast/slow faster/slower quick/slow cheap/expensive
    labelled,labeled,tagged/unlabelled,unlabeled,untagged supervised/unsupervised structured/unstructured
    seen,known,old/unseen,unknown,new better/worse,poorer same/different simple/complex easy/hard,difficult
    short/long early/late before/after first/last maximise,maximize/minimise,minimize add,adds/remove,removes
    training,train/testing,test batch/real-time,individually,single positive/negative,negatives positives/negatives
    true/false correct/incorrect,wrong right/wrong likely/unlikely possible/impossible
    deterministic/non-deterministic,probabilistic,random internal/external open/closed sparse/dense
    similar/dissimilar,different biased/impartial,unbiased impartial/partial,biased safe/dangerous
    discriminates,favours/impartial gain/loss inside/outside win/lose start,begins/end,ends upper/lower
    encode,encrypt/decode,decrypt able/unable enables,allows,helps/prevents,hinders,blocks
    automatic,automatically/manual,manually,hand static/dynamic local/remote public/private strong/weak
    full,fully/partial,partly required,needed,necessary/optional,unnecessary continuous,continuously/once
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
"""

Flips = frozenset[tuple[str, str]]


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


def denials(text: str) -> int:
    """Returns how many words of ``text`` deny something."""
    plain = text.replace("’", "'")
    return sum(word in NEGATIONS for word in words(plain)) + len(_DENYING.findall(plain))
