"""Text-to-SQL and text generation, by the model that is configured or by the sandbox's own engines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domo_mcp.sandbox import questions
from domo_mcp.sandbox.ai.model import AiSettings, complete
from domo_mcp.sandbox.ai.schemas import DataSourceSchema, enriched
from domo_mcp.sandbox.ai.summary import summarise
from domo_mcp.sandbox.ai.templates import TEXT_GENERATION, TEXT_TO_SQL, between_tags, fill, table
from domo_mcp.sandbox.records import Dataset
from domo_mcp.sandbox.store import Store

SQL_ENGINE, TEXT_ENGINE = "sandbox.deterministic-sql", "sandbox.extractive"


class PromptTemplate(BaseModel):
    """A template to use in place of the service's own."""

    template: str


class TextRequest(BaseModel):
    """The body of Text Generation (AI Service Layer API). `model` is accepted; the answer's model id says who spoke."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    input: str = Field(min_length=1)
    prompt_template: PromptTemplate | None = None
    parameters: dict[str, str] = {}
    model: str | None = None
    system: str = ""

    def filled(self, default: str, known: Mapping[str, str]) -> str:
        """Give the prompt: the request's template or the default, filled with what is known and the parameters."""
        template = self.prompt_template.template if self.prompt_template else default
        return fill(template, {**known, **self.parameters, "input": self.input})


class SqlRequest(TextRequest):
    """The body of Text-to-SQL (AI Service Layer API)."""

    data_source_schemas: list[DataSourceSchema] = []


@dataclass(frozen=True)
class Answer:
    """What came out: the filled prompt, the text, and which engine wrote it."""

    prompt: str
    output: str
    model_id: str
    is_customer_model: bool


async def text_to_sql(
    store: Store, request: SqlRequest, *, readable: list[Dataset], settings: AiSettings | None
) -> Answer:
    """Write SQL for a question; raises model.ModelFailed.

    Without a model the output of a question that is not understood is one comment, `-- cannot answer: <reason>`.
    `readable` are the datasets of which values may be looked up.
    """
    today = _today(store, request)
    prompt = request.filled(TEXT_TO_SQL, _known(request, today))
    if settings is not None:
        output = between_tags(await complete(settings, request.system, prompt))
        return Answer(prompt, output, settings.model, is_customer_model=True)
    schemas = [await enriched(store, schema, readable) for schema in request.data_source_schemas]
    return Answer(prompt, _written(request, schemas, today), SQL_ENGINE, is_customer_model=False)


async def text_generation(request: TextRequest, *, settings: AiSettings | None) -> Answer:
    """Write text for a prompt; raises model.ModelFailed. Without a model the text is an extract, and says so."""
    prompt = request.filled(TEXT_GENERATION, {})
    if settings is not None:
        return Answer(prompt, await complete(settings, request.system, prompt), settings.model, is_customer_model=True)
    return Answer(prompt, summarise(prompt), TEXT_ENGINE, is_customer_model=False)


def _written(request: SqlRequest, schemas: list[questions.Schema], today: date) -> str:
    question = request.filled("${input}", {})
    if not schemas:
        return "-- cannot answer: no dataset schema came with the question"
    try:
        return questions.write_sql(question, schemas, today=today)
    except questions.NotUnderstood as reason:
        return f"-- cannot answer: {' '.join(str(reason).split())}"


def _known(request: SqlRequest, today: date) -> dict[str, str]:
    tables = (table(schema.data_source_name, schema.columns) for schema in request.data_source_schemas)
    return {
        "dataSourceSchemas": " ".join(tables),
        "dialect": "MySQL",
        "commentToken": "--",
        "today": today.isoformat(),
    }


def _today(store: Store, request: SqlRequest) -> date:
    try:
        return date.fromisoformat(request.parameters["today"])
    except (KeyError, ValueError):
        return store.clock().date()
