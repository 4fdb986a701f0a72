"""What else people call the things and places of a business: tried where a schema's own words know nothing."""

from __future__ import annotations

from domo_mcp.sandbox.questions.words import root

_ALIKE = {
    "employee": (
        "staff,staff member,worker,people,person,everyone,everybody,colleague,team member,personnel,workforce,"
        "hire,member of staff,direct report,report"
    ),
    "customer": "client,buyer,shopper,people,person,everyone,everybody,consumer,subscriber,account",
    "ticket": "case,issue,enquiry,inquiry,request,complaint",
    "session": "visit,traffic",
    "visit": "session",
    "product": "item,article,good,model",
    "order": "purchase",
    "campaign": "ad,ads,advert,advertisement,advertising,promotion",
    "salary": "pay,wage,salary cost,salary bill,payroll,wage bill,earn,earned,earning,earns,paid",
    "quantity": "unit,piece,item sold,unit ordered",
    "revenue": "sale,turnover,taking,sales figure,sale revenue,sale amount,sale value",
    "spend": "spent,spending,expenditure,spends,marketing cost",
    "stock": "inventory,piece,unit,stock level,left in stock,unit in stock,piece in stock,item in stock,in stock",
    "satisfaction": "csat,satisfaction rating,happiness",
    "job title": "position,role,job,function",
    "manager": (
        "boss,supervisor,line manager,superior,managed by,led by,report to,reporting to,work for,working for,work under"
    ),
    "rating": "star,rated,review score,customer rating",
    "discount": "rebate,reduction,price reduction,discounted,discount rate",
    "list price": "retail price,catalogue price,selling price",
    "unit cost": "purchase price,cost price",
    "duration": "session length,visit length,visit duration,time on site,length",
    "first response": (
        "first reply,initial response,respond,reply,responding,replying,response time,"
        "first response time,first answer,first reply time,"
        "time to first response,time until first response"
    ),
    "resolution hour": (
        "resolution time,time to resolution,solution time,resolving time,hour to resolve,hour until resolved"
    ),
    "profit": "gross profit",
    "margin": "profit margin,gross margin,gross profit margin",
    "department": "division",
    "category": "product type,type of product,product family",
    "device": "device type",
    "landing page": "entry page,start page",
    "country": "nation",
    "region": "area,territory",
    "segment": "customer type,customer group,type of customer,kind of customer",
    "lifetime value": "customer lifetime value,ltv,clv,cltv",
    "sale rep": "salesperson,salesman,seller,sale representative,sale person",
    "agent": "support agent,support rep,support employee",
    "impression": "view",
    "price": "priced",
    "performance": "performance rating,performance review",
    "ship": "dispatch,deliver,delivered,delivery,deliveries,left the warehouse",
    "leave": "quit,leaver,resignation,depart,departed,resign,resigned",
    "hire": (
        "join,joined,joiner,starter,start working,started working,start work,started work,start,started,recruit,"
        "recruited,employed since"
    ),
    "signup": "sign up,signed up,sign ups,register,registered,join,joined,registration",
    "resolve": "close,closed,solve",
    "launch": "release,released,introduce,introduced",
    "return": "send back,sent back",
    "social": "social media",
    "online": "online shop,online store,webshop,web store,internet",
    "store": "shop,physical store,retail store",
    "partner": "reseller,partner channel",
    "business": "b2b,corporate,business client",
    "consumer": "b2c,private customer,private client,private",
    "public sector": "government,public",
    "mobile": "smartphone,phone,cell phone,mobile phone",
    "order value": "value of order,order amount",
    "average order value": (
        "aov,average basket,average basket value,average basket size,average spend per order,"
        "average order size,average ticket size"
    ),
    "email": "e mail,mailing,email address,e mail address",
    "order date": "date of order,date of purchase",
}
_PEOPLE = {
    "austria": "austrian",
    "czechia": "czech,czech republic",
    "denmark": "danish,dane",
    "france": "french",
    "germany": "german",
    "ireland": "irish",
    "italy": "italian",
    "japan": "japanese",
    "netherlands": "dutch,holland",
    "norway": "norwegian",
    "poland": "polish,pole",
    "portugal": "portuguese",
    "romania": "romanian",
    "spain": "spanish,spaniard",
    "sweden": "swedish,swede",
    "switzerland": "swiss",
    "united states": "american,us,usa",
    "united kingdom": "british,uk",
}


def _turned(table: dict[str, str]) -> dict[tuple[str, ...], tuple[str, ...]]:
    turned: dict[tuple[str, ...], tuple[str, ...]] = {}
    for word, others in table.items():
        for other in others.split(","):
            key = tuple(other.split())
            turned[key] = (*turned.get(key, ()), word)
    return turned


_VERBS = ("ship", "leave", "hire", "signup", "resolve", "launch")
MEANT_VERBS = {root(other): verb for verb in _VERBS for other in _ALIKE[verb].split(",") if " " not in other}
MEANT = _turned(_ALIKE) | _turned(_PEOPLE)
LONGEST_MEANT = max(map(len, MEANT))
