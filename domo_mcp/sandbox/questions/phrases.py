"""What people say, kind by kind: each phrase and what it stands for."""

from __future__ import annotations

from domo_mcp.sandbox.questions.kinds import Kind

_FUTURE = "it asks about the future, and the data only says what has happened"
_CAUSE = "it asks for causes, and SQL only finds figures"
_PART = "it could be a share or an amount: say `what share of`, or name the amount"
_DIFFERENCE = "it asks for a difference: ask for both figures with `and`, or for one `by` what tells the two apart"
_ORDERED = "it needs the rows in an order or the ones before them, which one plain SELECT does not give"

PHRASES: dict[Kind, dict[str, str]] = {
    Kind.AGGREGATE: {
        "SUM": "total,sum,sum of,total of,overall,combined",
        "AVG": "average,avg,mean,average of,mean of,on average",
        "MIN": "minimum,min,minimum of",
        "MAX": "maximum,max,maximum of",
    },
    Kind.COUNT: {
        "": (
            "how many,number of,count of,count,total number of,the number of,total count of,total amount of,"
            "amount of,numbers of,counts of,no of,nr of,volume of,the volume of,volume,volumes"
        ),
    },
    Kind.DISTINCT: {
        "": "distinct,unique,different",
    },
    Kind.BY: {
        "by": "by,across,distributed over,distributed across,distributed among,spread over,spread across",
        "per": "per,broken down per,per individual,divided by,relative to the number of",
        "each": (
            "for each,each,every,for every,in each,in every,grouped by,broken down by,split by,for each of,each of,"
            "of each,of every,at each,from each,on each,with each,within each,by each,per each,split per,"
            "split into,split across,split up by,split out by,broken out by,break down by,broken up by,grouped per,"
            "group by,separated by,for the different,across the different,for each individual,by individual,"
            "for every single,across all,in the different"
        ),
    },
    Kind.GRAIN: {
        "day": "day,daily,days,day by day,calendar day",
        "week": "week,weekly,weeks,week by week,calendar week",
        "month": "month,monthly,months,month by month,calendar month",
        "quarter": "quarter,quarterly,quarters,quarter by quarter,calendar quarter",
        "year": "year,yearly,annual,annually,years,year by year,calendar year",
        "weekday": "weekday,weekdays,day of the week,day of week,days of the week",
        "hour": "hour,hourly,hour of the day,hour of day",
    },
    Kind.TREND: {
        "month": (
            "over time,trend of,trend,develop,developed,develops,evolve,evolved,development of,evolution of,trend in"
        ),
    },
    Kind.RANK: {
        "DESC": (
            "top,best,leading,rank,ranking of,rank the,ranking,strongest,best performing,top performing,"
            "highest performing"
        ),
        "ASC": "bottom,worst,weakest,poorest,worst performing,lowest performing,poorest performing",
    },
    Kind.MOST: {
        "DESC": (
            "most,busiest,most common,most frequent,most often,most frequently,highest,largest,biggest,greatest,"
            "highest single,largest single,biggest single,longest,slowest,"
            "most expensive,priciest,dearest,highest number of,largest number of,"
            "greatest number of,biggest number of"
        ),
        "ASC": (
            "least,least common,rarest,least often,least frequent,lowest,smallest,fewest,shortest,fastest,quickest,"
            "cheapest,quietest,least expensive,lowest number of,smallest number of"
        ),
    },
    Kind.SORT: {
        "DESC": (
            "highest first,largest first,biggest first,best first,most first,descending,in descending order,"
            "from highest to lowest,from high to low,highest to lowest,largest to smallest,"
            "from largest to smallest"
        ),
        "ASC": (
            "lowest first,cheapest first,smallest first,worst first,ascending,in ascending order,"
            "from lowest to highest,from low to high,lowest to highest,from smallest to largest"
        ),
    },
    Kind.RECENT: {
        "MAX": "latest,most recent,newest,last,most recently",
        "MIN": "earliest,first,oldest",
        "START": (
            "longest serving,longest tenured,been here longest,been here the longest,been with us longest,"
            "been with us the longest,longest with us,longest at the company,longest standing"
        ),
    },
    Kind.SELLING: {
        "DESC": "best selling,top selling,most sold",
        "ASC": "worst selling,least sold",
    },
    Kind.SHARE: {
        "": (
            "share of,percentage of,percent of,proportion of,the share of,percentage,percent,share,proportion,"
            "fraction of,portion of,% of,how many percent of,how many % of,percentage share of,fraction,"
            "percentage share,relative share of,as a share of the total,as a share of total,"
            "as a percentage of the total,as a percentage of total,as percent of total,as % of total"
        ),
    },
    Kind.LIST: {
        "": (
            "list,show,show me,display,give me,give,find,tell me,provide,provide me with,i need,we need,get me,"
            "pull,name,enumerate,list all,show us,give us,let me see,i want,i would like,i want to see,"
            "i would like to see"
        ),
    },
    Kind.WHICH: {
        "which": (
            "which,who,which of,which of the,which of our,in which,at which,on which,for which,from which,through which"
        ),
        "what": (
            "what,in what,at what,on what,how did,how is,how are,how has,how have,how much,how high,how large,how big"
        ),
        "when": "when",
    },
    Kind.NOT: {
        "": (
            "not,isn,excluding,exclude,except,except for,without,other than,but not,non,no,apart from,never,"
            "leaving out,leave out,not counting,not including,ignoring,ignore,disregarding,omitting,outside,"
            "outside of,not yet,but not yet,lacking,lack,missing,do not have,does not have,did not have,have not,"
            "has not,with no,aside from,all but,neither,ended without,end without,ending without"
        ),
    },
    Kind.COMPARE: {
        ">": (
            "worth more than,worth over,worth above,totalling more than,over,above,more than,greater than,"
            "exceeding,higher than,larger than,exceeds,exceed,exceeded,bigger than,beyond,in excess of,longer than,"
            ">"
        ),
        ">=": (
            "worth at least,at least,no less than,>=,not less than,no fewer than,not fewer than,a minimum of,"
            "at or above,greater than or equal to"
        ),
        "<": (
            "worth less than,worth under,under,below,less than,fewer than,lower than,smaller than,beneath,shorter than,"
            "<"
        ),
        "<=": (
            "worth at most,worth up to,at most,up to,no more than,<=,not more than,a maximum of,at or below,"
            "less than or equal to"
        ),
        "=": "exactly,equal to,equals,=",
        "<>": "<>,!=,not equal to",
    },
    Kind.MORE: {
        ">=": ("or more,or higher,or above,and above,and more,or better,and up,and over,or greater,or longer"),
        "<=": "or less,or fewer,or lower,or below,and below,and under,or under,or shorter",
    },
    Kind.BETWEEN: {
        "": "between",
    },
    Kind.JOIN: {
        "and": "and,as well as,plus,and their,and its,along with,together with,in addition to",
        ",": ",",
        "or": "or,nor",
    },
    Kind.BE: {
        "": (
            "is,are,was,were,has been,have been,been,got,that are,that were,that is,who are,which are,which were,"
            "come,comes,came,gets,be,being,that,account for,accounts for,accounted for,make up,makes up,contribute,"
            "contributes,contributed,represent,represents,responsible for,linked,linked to,attributed to,tied to,"
            "associated with,related to,had been,went,go,goes,came from,come from,comes from,fell on,falls on,"
            "made up by,made up of,end up,ended up"
        ),
    },
    Kind.FILLER: {
        "": (
            "performed,performs,perform,in terms of,measured by,based on,judging by,granted,in euro,in euros,"
            "in eur,please note,curious,wondering,interested in,would you,would you mind,could,check,calculate,"
            "compute,determine,identify,work out,figure out,find out,look up,summarise,summarize,fetch,retrieve,"
            "pull up,print,plot,draw,prepare,create,quickly,briefly,simply,basically,again,ok,okay,well,btw,fyi,"
            "asap,thx,cheers,individual,respective,various,particular,specific,dataset,data set,for me,for us,"
            "good morning,good afternoon,dear,help me,i wonder,tell us,i am,i was,we are,we were,concern,concerns,"
            "concerning,regarding,relating to,makes,given,carry,carries,offer,offers,stocked,break down,"
            "get,bring,brings,brought,brought in,bring in,brings in,take,takes,took,taken,generate,generates,"
            "generated,produce,produced,achieve,achieved,earned us,some,something,anything,want,would,like,know,"
            "see,look,let,know about,shown,receive,receives,received,record,recorded,contain,contains,containing,"
            "belong,belongs,belonging,i would like to know,i want to know,we want to know,can you tell me,"
            "could you tell me,do you know,assigned,assigned to,assigned to them,handled,handle,handles,handled by,"
            "dealt with,live,lives,living,located,based,sit,via,by means of,through,into,among,amongst,inside,"
            "within,hi,hello,hey,thanks,thank,both,either,both amounts,both figures,both values,currency,company,"
            "our company,the company,here,yet,already,still,ever,actually,really,reported,now,right now,"
            "at the moment,as of today,data,overview,chart,graph,figures,numbers,statistics,stats,exist,exists,"
            "them,his,her,he,she,one of,quick question,pass,passes,passed,saw,seen,happen,happened,happens,"
            "that have,who have,which have,labelled,labeled,marked,marked as,classified as,categorised as,"
            "with status,in status,the,a,an,of,do,does,did,we,us,our,i,my,you,your,they,their,its,it,have,had,has,"
            "there,for,in,on,at,from,to,with,please,can,all,any,me,just,about,gives,gave,where,whose,these,those,"
            "this,such,made,make,during,coming,over the,along with,then,respectively,create a sql query to show me,"
            "write a sql query to show,meaning,meaning that,that means,namely,specifically,in particular,"
            "used,use,uses,using,carried,landed,landed on,landing on,arrived on,written,wrote,write,exact,roughly,"
            "approximately,and what,looking for,i am looking for,i am interested in,could i get,can i get,run me,"
            "may i have,let us know,gotten,when you get a chance,no rush,management wants to know,sorry,also,kindly,"
            "very,lasted,lasts,lasting,did we run,do we run,we ran,we run,my boss wants to know,"
            "my boss asked,for my report,for a slide"
        ),
    },
    Kind.CHANGE: {
        "": (
            "% change,% growth,% increase,% increase in,% change in,% decrease,difference,difference in,"
            "difference between,how much higher,how much lower,how much more,how much less,how many more,"
            "how many fewer,growth,grow,grew,grown,change,changed,changes,increase,increased,decrease,decreased,"
            "drop,dropped,decline,declined,rise,rose,risen,fall,fell,go up,went up,gone up,go down,went down,"
            "gone down,growth rate,rate of growth,rate of change,growth of,growth in,change in,by how many percent,"
            "by how much,by what percentage,by what percent,percent change,percentage change,percentage growth,"
            "percent growth,percent change in,percentage change in,percentage increase,percentage increase in,"
            "percentage decrease in,the change in percent,change in percent,growth in percent,"
            "the growth in percent"
        ),
    },
    Kind.CONTRAST: {
        "": (
            "than,compare,compared,comparison,versus,vs,compared with,compared to,in comparison with,"
            "in comparison to,as compared to,as compared with,relative to,against,comparison of,comparing"
        ),
    },
    Kind.AGO: {
        "year": (
            "same period last year,same quarter last year,same month last year,same period of the previous year,"
            "same quarter of the previous year,same month of the previous year,same period the year before,"
            "the year before,a year before,a year earlier,one year earlier,year earlier,year over year,yoy,"
            "year on year,the prior year,same period a year earlier,same quarter a year earlier,"
            "same month a year earlier"
        ),
    },
    Kind.LONG: {
        "": (
            "hours until,hours to,hours it takes to,time until,time it takes to,how long does it take,"
            "how long does it take us,how long do we take,how long did it take,time to,days to,days until,"
            "how many days does it take,how many days do we need,how many days did it take,how long did it take us,"
            "days it takes,time it takes,how long it takes,how long do we need,how long does it usually take,"
            "how long does it usually take us,how long until"
        ),
    },
    Kind.PERCENT: {
        "": "in percent,in %,as a percentage,as percentage,in percentage",
    },
    Kind.ONLY: {
        "": "only,exclusively,solely",
    },
    Kind.TOGETHER: {
        "": "together,taken together,in total,altogether,all together,all in all",
    },
    Kind.TIME: {
        "": "time,times",
    },
    Kind.SPLIT: {
        "": "split of,breakdown of,distribution of,the split of,the breakdown of,the distribution of",
    },
    Kind.WIDE: {
        "": (
            "all columns,all the columns,every column,all fields,all the fields,every field,all details,"
            "all the details,full details,every detail,columns,fields,details"
        ),
    },
    Kind.NOW: {
        "": "do we have,we have,are there,do we employ",
    },
    Kind.UNIT: {
        "minute": "in minutes,minutes",
        "second": "in seconds,seconds",
        "hour": "in hours,hours",
        "day": "in days",
    },
    Kind.ARITHMETIC: {
        "-": "minus",
        "*": "multiplied by",
    },
    Kind.RATE: {
        "": "rate,rates",
    },
    Kind.CURRENT: {
        "": (
            "current,currently,still employed,still with us,still work here,still working here,active,presently,"
            "still here,still work for us,still working for us,still at the company,currently employed,"
            "currently working,currently work,employed,work,works,working,work for us,works for us"
        ),
    },
    Kind.NEW: {
        "": "new,newly,brand new",
    },
    Kind.DATED: {
        "": (
            "and when,and on which day,and on what day,and on which date,and on what date,and since when,"
            "and which day,and the day"
        ),
    },
    Kind.REFUSED: {
        _FUTURE: "will,forecast,predict,prediction,expect,expected,next,project,projected,going to",
        _CAUSE: "why,because,cause,causes,caused,reason,reasons,explain",
        _PART: "how much of",
        _DIFFERENCE: "correlation",
        _ORDERED: "running,cumulative,median",
    },
}
