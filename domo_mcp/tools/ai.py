"""AI: text from a prompt, text from a picture."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domo_mcp.tools import args
from domo_mcp.tools.contents.pictures import picture_of
from domo_mcp.tools.results import Text
from domo_mcp.tools.toolset import Call
from domo_mcp.tools.toolsets import ai as toolset
from domo_mcp.untrusted import foreign

TRANSCRIBE = "Return the text in the image, ensuring new lines are preserved."


class AiSettings(BaseModel):
    """`[ai]`: which of Domo's models to use where a call names none; empty: Domo's own choice."""

    model_config = ConfigDict(extra="forbid")

    image_model: str = ""


@toolset.read
async def image_to_text(
    call: Call,
    image: args.Picture,
    prompt: Annotated[str, Field(max_length=20_000, description="What to return; left out: all text.")] = TRANSCRIBE,
    system: args.System | None = None,
    model: args.Model | None = None,
) -> Text:
    """Use it to read the text in a picture (receipt, table, screenshot), or to ask about it, with Domo's AI.

    Costs credits. For PDFs and documents use read_fileset_file or read_data_file.
    """
    picture = await picture_of(call, image)
    answer = await call.domo.ai.image_to_text(
        prompt, picture, system=system, model=model or call.ai.image_model or None
    )
    return Text(answer.output, _spoken(answer.model_id))


@toolset.read
async def generate_text(
    call: Call,
    prompt: Annotated[str, Field(min_length=1, max_length=100_000, description="The prompt, ${input} in a template.")],
    system: args.System | None = None,
    template: Annotated[
        str | None, Field(max_length=100_000, description="Prompt template with ${input} and ${name} places.")
    ] = None,
    parameters: Annotated[
        dict[str, str] | None, Field(max_length=50, description="Values for the ${name} places of the template.")
    ] = None,
    model: args.Model | None = None,
) -> Text:
    """Use it when asked to have Domo's own AI write or summarise text; you write better from what you know already.

    Costs credits. For numbers use get_schema_context and run_sql.
    """
    answer = await call.domo.ai.text_generation(
        prompt, system=system, template=template, parameters=parameters, model=model
    )
    return Text(answer.output, _spoken(answer.model_id))


def _spoken(model: str | None) -> tuple[str, ...]:
    return (f"1 AI call{f' by {foreign(model, 80)}' if model else ''}.",)
