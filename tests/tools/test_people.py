"""The people tools."""

from __future__ import annotations

from tests.answers import Connect


async def test_whoami_says_user_role_instance_access_and_toolsets(connect: Connect) -> None:
    async with connect(policy={"access": "read"}) as client:
        result = await client.call_tool("whoami", {})
    me = result.structured_content
    assert me is not None
    assert (me["name"], me["role"], me["instance"]) == ("Alex Rivera", "Privileged", "sandbox")
    assert (me["access"], me["toolsets"], me["sandbox"]) == ("read", ["default"], True)
