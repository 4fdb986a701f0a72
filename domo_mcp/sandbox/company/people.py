"""The users of the sandbox, and the company's employees."""

from __future__ import annotations

from datetime import date, timedelta

from domo_mcp.sandbox.appdb.definitions import Group
from domo_mcp.sandbox.company.dice import below, code, day, money, nth, pick, roll
from domo_mcp.sandbox.company.plan import ADMIN, ALEX, DANA, PRIYA, TOMAS, Described, Plan
from domo_mcp.sandbox.records import User

USERS = (
    User(
        id=ADMIN, name="Robin Falk", email="robin.falk@example.com", role="Admin", role_id=1, title="Domo Administrator"
    ),
    User(id=ALEX, name="Alex Rivera", email="alex.rivera@example.com", role="Privileged", role_id=2, title="Analyst"),
    User(
        id=DANA,
        name="Dana Okafor",
        email="dana.okafor@example.com",
        role="Privileged",
        role_id=2,
        title="Sales Operations",
    ),
    User(id=PRIYA, name="Priya Nair", email="priya.nair@example.com", role="Editor", role_id=3, title="Marketing Lead"),
    User(
        id=TOMAS, name="Tomas Lind", email="tomas.lind@example.com", role="Participant", role_id=4, title="Support Lead"
    ),
)

GROUPS = (
    Group(
        id=2,
        name="All Employees",
        members=tuple(user.id for user in USERS),
        type="dynamic",
        description="Everybody who can sign in.",
        default=True,
    ),
    Group(id=21, name="Marketing", members=(PRIYA, ALEX), type="open", description="Campaigns and the web shop."),
    Group(id=22, name="Support Leads", members=(TOMAS,), description="Who answers when a customer has waited."),
    Group(id=23, name="Leadership", members=(ADMIN, DANA), description="Heads of department."),
)
"""Those beside the sales teams of the regions, which the company's app knows (`appdb.GROUPS`)."""

FIRST = (
    "Ana", "Ben", "Carla", "David", "Elena", "Farid", "Greta", "Hugo", "Ingrid", "Jonas",
    "Karin", "Luca", "Marcus", "Nadia", "Oscar", "Petra", "Quentin", "Rosa", "Stefan", "Tessa",
)  # fmt: skip
LAST = (
    "Alvarez", "Berg", "Costa", "Dvorak", "Eriksen", "Fischer", "Garcia", "Hale", "Ionescu", "Jansen",
    "Kowalski", "Laurent", "Moreau", "Novak", "Olsen", "Popescu", "Quinn", "Rossi", "Schmidt", "Tanaka",
)  # fmt: skip
# The job of a person is the remainder of the person's number by 20.
_JOBS = {"Sales": 5, "Support": 4, "Logistics": 3, "Engineering": 3, "Marketing": 2, "Finance": 2, "HR": 1}
DEPARTMENTS = tuple(department for department, jobs in _JOBS.items() for _ in range(jobs))
TITLES = {
    "Sales": "Account Manager",
    "Support": "Support Specialist",
    "Logistics": "Warehouse Planner",
    "Engineering": "Software Engineer",
    "Marketing": "Campaign Specialist",
    "Finance": "Controller",
    "HR": "People Partner",
}
OFFICES = ("Oslo", "Madrid", "Krakow", "Lyon", "Munich")
REPS, REP_JOB, GENEROUS_REP = 16, 0, 7
AGENTS, AGENT_JOB = 12, 5
LEFT_AGENTS = {3: 150, 8: 135}  # agent -> days since the person left


def person(job: str, row: str) -> str:
    """Give the name of the employee of a job (0 to 19) in a row (0 to 19), both expressions: 400 different names."""
    return f"{nth(FIRST, f'{job} + 3 * {row}')} || ' ' || {nth(LAST, f'7 * {job} + 2 * {row}')}"


def name_of(job: int, row: int) -> str:
    """Give the same name as `person`, for numbers."""
    return f"{FIRST[(job + 3 * row) % 20]} {LAST[(7 * job + 2 * row) % 20]}"


def _employees(today: date) -> str:
    named = " ".join(f"WHEN {agent} THEN {day(today - timedelta(days=days))}" for agent, days in LEFT_AGENTS.items())
    heads = nth([name_of(DEPARTMENTS.index(d), 19) for d in DEPARTMENTS], "job")
    titles = nth([TITLES[d] for d in DEPARTMENTS], "job")
    return f"""
        WITH staff AS (
            SELECT i::INTEGER AS i, (i % 20)::INTEGER AS job, (i // 20)::INTEGER AS row FROM range(400) AS r(i)),
        roles AS (
            SELECT *, {nth(DEPARTMENTS, "job")} AS department,
                row = 19 AND (job = 0 OR {nth(DEPARTMENTS, "job")} <> {nth(DEPARTMENTS, "job + 19")}) AS head,
                (job = {REP_JOB} AND row < {REPS}) AS rep, (job = {AGENT_JOB} AND row < {AGENTS}) AS agent
            FROM staff),
        dated AS (
            SELECT *, {day(today)} - CASE WHEN rep OR agent OR head THEN 1200 ELSE 400 END - {below(2600, 11)} AS hired
            FROM roles)
        SELECT {code("E", 4, "i + 1")}, {person("job", "row")}, department,
            CASE WHEN head THEN 'Head of ' || department WHEN rep THEN 'Sales Representative'
                WHEN agent THEN 'Support Agent' ELSE {titles} END,
            {pick(OFFICES, 12)}, hired,
            CASE WHEN agent THEN CASE row {named} END
                WHEN NOT rep AND NOT head AND {roll(13)} < 0.1 THEN {day(today)} - 40 - {below(350, 14)} END,
            {money(f"CASE WHEN head THEN 92000 ELSE 34000 + 900 * (job % 7) END + 12000 * {roll(15)}")},
            CASE WHEN NOT head THEN {heads} END,
            round(2.4 + 2.6 * {roll(16)}, 1)
        FROM dated ORDER BY i"""


EMPLOYEES = Plan(
    number=5,
    name="Employees",
    description="Everybody who works or worked for Northwind Trail, one row each.",
    unit="One row is one employee, present or former.",
    owner=ADMIN,
    columns=(
        Described("Employee ID", "STRING", "Identifier of the employee", ("staff number",)),
        Described("Name", "STRING", "Full name", ("employee", "employee name")),
        Described("Department", "STRING", "Department the employee belongs to", ("team",)),
        Described("Job Title", "STRING", "Title on the contract", ("role", "position")),
        Described("Office", "STRING", "City of the office", ("site", "location")),
        Described("Hire Date", "DATE", "First day at work", ("start date", "hired")),
        Described("Leave Date", "DATE", "Last day at work; empty while employed", ("end date", "left")),
        Described("Salary", "DECIMAL", "Gross yearly salary in euro; confidential", ("pay",), agent_enabled=False),
        Described(
            "Manager Name", "STRING", "Name of the direct manager; empty for heads of department", ("boss", "manager")
        ),
        Described("Performance Score", "DOUBLE", "Result of the last review, 1 to 5", ("review score", "performance")),
    ),
    select=_employees,
    cards=(("Headcount by Department", "badge_vert_bar"), ("Leavers by Month", "badge_line")),
    readers=(ALEX, TOMAS),
    tags=("people", "confidential"),
    alias="employees",
)
GENEROUS_REP_NAME = name_of(REP_JOB, GENEROUS_REP)
LEFT_AGENT_NAMES = tuple(name_of(AGENT_JOB, agent) for agent in LEFT_AGENTS)
