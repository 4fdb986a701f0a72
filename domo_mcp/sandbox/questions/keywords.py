"""The words of questions that name no column and no value: what each asks for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a keyword asks for."""

    AGGREGATE = "aggregate"
    COUNT = "count"
    DISTINCT = "distinct"
    BY = "by"
    GRAIN = "grain"
    TREND = "trend"
    RANK = "rank"
    MOST = "most"
    RECENT = "recent"
    SELLING = "selling"
    SHARE = "share"
    LIST = "list"
    WHICH = "which"
    NOT = "not"
    COMPARE = "compare"
    BETWEEN = "between"
    JOIN = "join"
    BE = "be"
    FILLER = "filler"
    REFUSED = "refused"


@dataclass(frozen=True)
class Keyword:
    """A keyword as asked: its kind, what it stands for, and its text."""

    kind: Kind
    stands_for: str
    text: str


_FUTURE = "it asks about the future, and the data only says what has happened"
_CAUSE = "it asks for causes, and SQL only finds figures"
_CHANGE = "it asks for a comparison over time, which one plain SELECT does not give"
_CONTRAST = "it sets two things side by side: ask for both figures with `and`, or for one `by` what tells the two apart"
_ORDERED = "it needs the rows in an order or the ones before them, which one plain SELECT does not give"

_PHRASES: dict[Kind, dict[str, str]] = {
    Kind.AGGREGATE: {
        "SUM": "total,sum,sum of,total of,overall,combined",
        "AVG": "average,avg,mean,average of,mean of,on average",
        "MIN": "minimum,min,minimum of",
        "MAX": "maximum,max,maximum of",
    },
    Kind.COUNT: {"": "how many,number of,count of,count,total number of,the number of,total count of"},
    Kind.DISTINCT: {"": "distinct,unique,different"},
    Kind.BY: {
        "by": "by,across",
        "per": "per",
        "each": "for each,each,every,for every,in each,in every,grouped by,broken down by,split by",
    },
    Kind.GRAIN: {
        "day": "day,daily,days",
        "week": "week,weekly,weeks",
        "month": "month,monthly,months",
        "quarter": "quarter,quarterly,quarters",
        "year": "year,yearly,annual,annually,years",
    },
    Kind.TREND: {"month": "over time,trend of,trend"},
    Kind.RANK: {"DESC": "top,best,leading", "ASC": "bottom,worst"},
    Kind.MOST: {
        "DESC": "most,highest,largest,biggest,greatest",
        "ASC": "least,lowest,smallest,fewest",
    },
    Kind.RECENT: {"MAX": "latest,most recent,newest,last", "MIN": "earliest,first,oldest"},
    Kind.SELLING: {"DESC": "best selling,top selling", "ASC": "worst selling"},
    Kind.SHARE: {
        "": "share of,percentage of,percent of,proportion of,the share of,percentage,percent,share,proportion"
    },
    Kind.LIST: {"": "list,show,show me,display,give me,give,find,get,tell me"},
    Kind.WHICH: {"which": "which,who,which of", "what": "what", "when": "when"},
    Kind.NOT: {"": "not,isn,excluding,exclude,except,except for,without,other than,but not,non,no,apart from"},
    Kind.COMPARE: {
        ">": "over,above,more than,greater than,exceeding,higher than,larger than,exceeds,>",
        ">=": "at least,no less than,>=,not less than",
        "<": "under,below,less than,fewer than,lower than,smaller than,<",
        "<=": "at most,up to,no more than,<=,not more than",
        "=": "exactly,equal to,equals,=",
        "<>": "<>,!=,not equal to",
    },
    Kind.BETWEEN: {"": "between"},
    Kind.JOIN: {"and": "and,as well as,plus,and their,and its", ",": ",", "or": "or"},
    Kind.BE: {
        "": "is,are,was,were,has been,have been,been,got,that are,that were,that is,who are,which are,which were,"
        "come,comes,came"
    },
    Kind.FILLER: {
        "": "the,a,an,of,do,does,did,we,us,our,i,my,you,your,they,their,its,it,have,had,has,there,for,in,on,at,from,to,"
        "with,please,can,could,all,any,me,only,just,about,gives,gave,where,whose,that,these,those,this,such,"
        "made,make,during,within,coming,over the,along with,then,respectively,"
        "create a sql query to show me,write a sql query to show"
    },
    Kind.REFUSED: {
        _FUTURE: "will,forecast,predict,prediction,expect,expected,next,project,projected,going to",
        _CAUSE: "why,because,cause,causes,caused,reason,reasons,explain",
        _CHANGE: "growth,grow,grew,change,changed,increase,increased,decrease,decreased,drop,dropped",
        _CONTRAST: "compare,compared,comparison,versus,vs,than,difference,correlation",
        _ORDERED: "running,cumulative,median",
    },
}

KEYWORDS: dict[tuple[str, ...], Keyword] = {
    tuple(text.split()) or (text,): Keyword(kind, stands_for, text)
    for kind, table in _PHRASES.items()
    for stands_for, texts in table.items()
    for text in (texts.split(",") if texts != "," else [","])
}
LONGEST = max(map(len, KEYWORDS))
