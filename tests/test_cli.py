"""The command line: what each command prints, and the exit code that tells scripts how it went."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from domo_mcp.app import SANDBOX_TOKEN
from domo_mcp.cli import main
from domo_mcp.sandbox.store import Store

PRODUCTS = "SELECT COUNT(*) AS n FROM `Products`"
SECRET = "cli-test-token-6f1d"
START_S = 60


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Commands set up the log of their process, which here is pytest's."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process; keyword arguments are its environment."""
    for name in [name for name in os.environ if name.startswith("DOMO_")]:
        monkeypatch.delenv(name)

    def command(*arguments: str, **environment: str) -> Outcome:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        assert "Traceback" not in printed.err
        assert SECRET not in printed.out + printed.err
        return Outcome(ended.value.code, printed.out, printed.err)

    return command


@pytest.fixture
def toml(tmp_path: Path) -> Callable[[str], str]:
    """Writes a configuration file and gives its path."""

    def write(text: str) -> str:
        file = tmp_path / "config.toml"
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


@pytest.fixture(scope="module")
def local_domo() -> Iterator[str]:
    """The origin of `domo-mcp sandbox`, as a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "domo_mcp", "sandbox", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _wait_for(process, f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            out, err = process.communicate(timeout=START_S)
    assert out == ""
    assert SANDBOX_TOKEN in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("call", "--sandbox", "run_sql", f"sql={PRODUCTS}", "limit=1"),
        ("call", "run_sql", f"sql={PRODUCTS}", "limit=1", "--sandbox"),
        ("call", "run_sql", f"sql={PRODUCTS}", "--sandbox", "limit=1"),
        ("call", "run_sql", "--sandbox", f"sql={PRODUCTS}", "limit=1"),
        ("call", "--sandbox", "run_sql", "--json", json.dumps({"sql": PRODUCTS, "limit": 1})),
        ("call", "--sandbox", "run_sql", "limit=1", "--json", json.dumps({"sql": PRODUCTS})),
    ],
    ids=["options first", "options last", "options between", "options behind the tool", "JSON", "JSON and pairs"],
)
def test_call_takes_arguments_before_and_after_options(run: Run, arguments: tuple[str, ...]) -> None:
    outcome = run(*arguments)
    assert outcome.code == 0
    assert "\n120\n" in outcome.out
    assert outcome.err == ""


def test_a_pair_wins_over_the_same_key_in_json(run: Run) -> None:
    outcome = run("call", "--sandbox", "run_sql", f"sql={PRODUCTS}", "--json", '{"sql": "SELECT 1"}')
    assert "\n120\n" in outcome.out


def test_an_argument_may_hold_equals_signs(run: Run) -> None:
    outcome = run("call", "--sandbox", "run_sql", "sql=SELECT COUNT(*) AS n FROM `Products` WHERE 1=1")
    assert "\n120\n" in outcome.out


def test_a_tool_that_does_not_exist_is_a_usage_error_that_names_those_like_it(run: Run) -> None:
    outcome = run("call", "--sandbox", "run_sq", "sql=SELECT 1")
    assert (outcome.code, outcome.out) == (2, "")
    assert "There is no tool 'run_sq'. Nearest: run_sql" in outcome.err
    assert "whoami" not in outcome.err


def test_where_no_tool_is_like_it_all_that_are_listed_are_named(run: Run) -> None:
    outcome = run("call", "--sandbox", "xyzzy")
    assert (outcome.code, outcome.out) == (2, "")
    assert "There is no tool 'xyzzy'. Listed: " in outcome.err
    assert "run_sql" in outcome.err
    assert "whoami" in outcome.err
    assert "Nearest" not in outcome.err


def test_a_tool_of_a_toolset_that_is_partly_listed_is_listed_on_request(run: Run) -> None:
    outcome = run("call", "--sandbox", "create_fileset", "name=X")
    assert outcome.code == 2
    told = "create_fileset is not listed here: it is listed on request: add --toolsets default,filesets."
    assert outcome.err == f"domo-mcp: {told}\n"
    assert '"create_fileset"' in run("tools", "--json", "--sandbox", "--toolsets", "default,filesets").out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "its toolset datasets is not chosen (--toolsets)."),
        (("--toolsets", "all", "--access", "read"), "it is to update, which access read does not allow (--access)."),
    ],
)
def test_a_tool_that_is_not_listed_is_told_with_the_true_cause(run: Run, options: tuple[str, ...], says: str) -> None:
    assert f"append_rows is not listed here: {says}" in run("call", "--sandbox", "append_rows", *options).err


def test_a_failed_call_prints_its_error_on_stderr_only(run: Run) -> None:
    outcome = run("call", "--sandbox", "run_sql", "sql=DROP TABLE `Products`")
    assert (outcome.code, outcome.out) == (1, "")
    assert "SELECT" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("run_sql", "--json", "{"), "not JSON"),
        (("run_sql", "--json", "[1]"), "one JSON object"),
        (("run_sql", "SELECT 1"), "key=value"),
        (("run_sql", "--limit", "1"), "--limit"),
    ],
)
def test_arguments_that_cannot_be_read_are_usage_errors(run: Run, arguments: tuple[str, ...], expected: str) -> None:
    outcome = run("call", "--sandbox", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert expected in outcome.err


def test_tools_as_json_are_what_the_protocol_sends(run: Run, local_domo: str) -> None:
    outcome = run("tools", "--json", DOMO_HOST=local_domo, DOMO_DEVELOPER_TOKEN=SANDBOX_TOKEN)
    assert outcome.code == 0
    assert json.loads(outcome.out) == _listed_over_stdio(local_domo)


def test_tools_for_a_person_are_written_as_they_are_called(run: Run) -> None:
    tools = json.loads(run("tools", "--json", "--sandbox").out)
    listed = run("tools", "--sandbox").out
    for tool in tools:
        required = tool["inputSchema"].get("required", ())
        names = tool["inputSchema"]["properties"]
        signs = [f"{name}=…" if name in required else f"[{name}=…]" for name in names]
        assert f"  {' '.join([tool['name'], *signs])}\n" in listed
    assert "Data (toolset data)\n" in listed


def test_one_tool_is_explained_with_each_argument(run: Run) -> None:
    told = run("tools", "list_workflow_instances", "--sandbox").out
    (tool,) = json.loads(run("tools", "--json", "list_workflow_instances", "--sandbox").out)
    for name, argument in tool["inputSchema"]["properties"].items():
        assert f"\n  {name} (" in told
        assert argument["description"].split()[0] in told
    assert "  workflow (text, required)\n" in told
    assert "  limit (number 1 to 100, else 20)\n" in told
    assert told.endswith("[cursor=…]\n")


def test_every_tool_can_be_explained(run: Run) -> None:
    options = ("--sandbox", "--toolsets", "all")
    names = [tool["name"] for tool in json.loads(run("tools", "--json", *options).out)]
    told = run("tools", *names, *options).out
    assert all(f"domo-mcp call {name}" in told for name in names)
    assert "(anything" not in told


def test_a_tool_that_is_not_listed_is_explained_with_the_cause(run: Run) -> None:
    outcome = run("tools", "list_users", "--sandbox")
    assert (outcome.code, outcome.out) == (2, "")
    assert "it is listed on request: add --toolsets default,people." in outcome.err


def test_toolsets_choose_the_tools(run: Run) -> None:
    tools = json.loads(run("tools", "--json", "--sandbox", "--toolsets", "people").out)
    assert [tool["name"] for tool in tools] == ["whoami", "list_users", "list_groups", "get_avatar"]


def test_a_toolset_that_does_not_exist_is_named_with_those_that_do(run: Run) -> None:
    outcome = run("tools", "--sandbox", "--toolsets", "data,peple")
    assert outcome.code == 2
    assert "peple" in outcome.err
    assert "people" in outcome.err


def test_doctor_finds_the_sandbox_well(run: Run) -> None:
    outcome = run("doctor", "--sandbox")
    assert outcome.code == 0
    checks = [line.split(":")[-2].strip() for line in outcome.out.splitlines()]
    assert all(line.startswith("ok  ") for line in outcome.out.splitlines())
    assert {"role", "query"} <= set(checks)


WRITTEN = """[instances.s]
kind = "sandbox"
[catalog]
notes = "notes.md"
[[catalog.examples]]
question = "revenue by region"
dataset = "{0}"
sql = "SELECT `Region`, SUM(`Revenue`) FROM `Sales Orders` GROUP BY `Region`"
"""


def test_doctor_warns_of_datasets_misspelt_in_notes_and_examples(
    run: Run, toml: Callable[[str], str], tmp_path: Path
) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text("# Sales Ordrs\nNet.\n# Calendar\nWeeks.\n# Products\n## Product\nAll.", encoding="utf-8")
    outcome = run("doctor", "--config", toml(WRITTEN.format("Sales Ordres")))
    warned = [line for line in outcome.out.splitlines() if line.startswith("warn")]
    assert outcome.code == 0
    assert len(warned) == 2
    assert 'heading "Sales Ordrs"' in warned[0]
    assert 'dataset "Sales Ordres"' in warned[1]
    assert all('Nearest: "Sales Orders".' in line for line in warned)

    notes.write_text("# sales orders\nNet.", encoding="utf-8")
    outcome = run("doctor", "--config", toml(WRITTEN.format("5A1E0000-0000-4000-8000-000000000001")))
    assert all(line.startswith("ok  ") for line in outcome.out.splitlines())
    assert "notes and examples" in outcome.out


def test_a_dataset_of_another_instance_is_not_misspelt(run: Run, toml: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# sales\nNet.", encoding="utf-8")
    app = '[instances.app]\nkind = "sandbox"\nsurface = "app"\n[instances.app.aliases]\ndatasets = ["sales"]\n'
    outcome = run("doctor", "--config", toml(app + WRITTEN.format("Products")))
    assert outcome.code == 0, outcome.out + outcome.err
    assert "warn" not in outcome.out


def test_doctor_says_which_instance_does_not_answer(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome = run("doctor", DOMO_HOST=f"http://127.0.0.1:{port}", DOMO_DEVELOPER_TOKEN=SECRET)
    assert outcome.code == 1
    assert [line[:4] for line in outcome.out.splitlines()] == ["ok  ", "FAIL"]


def test_doctor_says_that_a_token_is_refused(run: Run, local_domo: str) -> None:
    outcome = run("doctor", DOMO_HOST=local_domo, DOMO_DEVELOPER_TOKEN=SECRET)
    assert outcome.code == 1
    assert "token" in next(line for line in outcome.out.splitlines() if line.startswith("FAIL"))


def test_a_server_without_configuration_says_in_three_lines_what_to_set(run: Run) -> None:
    outcome = run("serve")
    assert (outcome.code, outcome.out) == (2, "")
    first, *hints = outcome.err.splitlines()
    assert first == "domo-mcp: No Domo instance is configured."
    assert len(hints) == 3
    for hint, words in zip(hints, (("DOMO_HOST", "DOMO_DEVELOPER_TOKEN"), ("Admin",), ("--sandbox",)), strict=True):
        assert all(word in hint for word in words)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"DOMO_HOST": "acme.domo.com"}, "DOMO_DEVELOPER_TOKEN is not"),
        ({"DOMO_DEVELOPER_TOKEN": SECRET}, "DOMO_HOST is not"),
        ({"DOMO_TOKEN": SECRET, "DOMO_HOST": "acme.domo.com"}, "Did you mean DOMO_DEVELOPER_TOKEN?"),
        ({"DOMO_MCP_CONFIG": "/does/not/exist.toml"}, "/does/not/exist.toml"),
    ],
    ids=["no token", "no host", "a name like the token's", "a missing file"],
)
def test_half_a_configuration_names_what_is_missing(run: Run, environment: dict[str, str], expected: str) -> None:
    outcome = run("serve", **environment)
    assert (outcome.code, outcome.out) == (2, "")
    assert expected in outcome.err


@pytest.mark.parametrize("command", [("tools",), ("call", "whoami"), ("serve",), ("doctor",)])
def test_a_token_that_is_too_short_to_be_one_ends_the_start(run: Run, command: tuple[str, ...]) -> None:
    """To hide it would take common characters out of every text, the protocol's own keys with them."""
    outcome = run(*command, DOMO_HOST="acme.domo.com", DOMO_DEVELOPER_TOKEN="qzx")
    assert (outcome.code, outcome.out) == (2, "")
    assert "DOMO_DEVELOPER_TOKEN" in outcome.err
    assert "shorter than 8 characters" in outcome.err
    assert "qzx" not in outcome.err


def test_a_placeholder_for_the_key_of_ones_own_model_is_taken(run: Run, toml: Callable[[str], str]) -> None:
    text = '[instances.s]\nkind = "sandbox"\n[sandbox]\nai_key = "ollama"\n'
    assert run("tools", "--config", toml(text)).code == 0


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[instances.acme]\nurl = "https://acme.domo.com"\nauth = { token = "qzx" }\n', "instances.acme.auth.token"),
        ('[instances.s]\nkind = "sandbox"\n[state]\nurl = "postgresql://u:qzx@db/x"\n', "password in state.url"),
    ],
)
def test_a_short_secret_in_the_file_is_named_by_its_key(
    run: Run, toml: Callable[[str], str], text: str, key: str
) -> None:
    outcome = run("tools", "--config", toml(text))
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{key} is shorter than 8 characters" in outcome.err
    assert "qzx" not in outcome.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[limit]\n", "Did you mean limits?"),
        ('[instance.acme]\nurl = "https://acme.domo.com"\n', "Did you mean instances?"),
        ("[limits]\nper_minut = 1\n", "Did you mean per_minute?"),
        ('[instances.acme]\nurl = "https://acme.domo.com"\ntokn = "x"\n', "instances.acme.tokn"),
        ("[limits]\nconcurrency = 0\n", "limits.concurrency"),
        ('[instances.acme]\nurl = "https://acme.domo.com"\n', "has no auth"),
        ('[instances.acme]\nauth.token = "${NOT_SET_ANYWHERE}"\n', "NOT_SET_ANYWHERE"),
        ("this is not TOML", "not TOML"),
    ],
)
def test_a_fault_in_the_file_is_named(run: Run, toml: Callable[[str], str], text: str, expected: str) -> None:
    outcome = run("tools", "--config", toml(text))
    assert (outcome.code, outcome.out) == (2, "")
    assert expected in outcome.err


def test_a_file_that_does_not_exist_is_named(run: Run, tmp_path: Path) -> None:
    outcome = run("tools", "--config", str(tmp_path / "nowhere.toml"))
    assert (outcome.code, outcome.out) == (2, "")
    assert "nowhere.toml" in outcome.err


@pytest.mark.parametrize("address", ["0.0.0.0:8000", "192.168.1.5:8000", "8000", "127.0.0.1:http"])
def test_http_listens_on_loopback_at_a_port_or_not_at_all(run: Run, address: str) -> None:
    outcome = run("serve", "--sandbox", "--http", address)
    assert (outcome.code, outcome.out) == (2, "")
    assert "127.0.0.1" in outcome.err


def test_http_tells_the_address_that_clients_need_once_it_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "domo_mcp", "serve", "--sandbox", "--http", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert process.stderr.readline() == f"domo-mcp listens on http://127.0.0.1:{port}/mcp\n"
            assert httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
        finally:
            process.terminate()
            out, _ = process.communicate(timeout=START_S)
    assert out == ""


@pytest.mark.parametrize(
    "command", [("tools",), ("doctor",), ("call", "whoami"), ("call", "search_datasets", f"query={SECRET}")]
)
def test_the_token_is_in_no_output_however_loud_the_log(
    run: Run, toml: Callable[[str], str], local_domo: str, command: tuple[str, ...]
) -> None:
    """The last one has the audit write down every argument, and the token is one."""
    instance = f'[instances.local]\nurl = "{local_domo}"\nauth = {{ token = "{SECRET}" }}\n'
    file = toml(f'{instance}[audit]\narguments = "full"\n')
    outcome = run(*command, "--config", file, DOMO_MCP_LOG="DEBUG")
    assert SECRET not in outcome.out + outcome.err
    assert ("[hidden]" in outcome.err) is (SECRET in command[-1])


def test_faults_on_demand_reach_a_call_as_errors(run: Run, tmp_path: Path) -> None:
    plan = tmp_path / "faults.toml"
    plan.write_text('[[rules]]\nkind = "401"\npath = "*/users/me"\n', encoding="utf-8")
    outcome = run("call", "--sandbox", "--faults", str(plan), "whoami")
    assert (outcome.code, outcome.out) == (1, "")
    assert "The developer token has expired" in outcome.err
    assert run("call", "--sandbox", "--faults", str(plan), "run_sql", f"sql={PRODUCTS}").code == 0


@pytest.mark.parametrize("command", [("call", "whoami", "--sandbox"), ("serve", "--sandbox"), ("sandbox",)])
def test_a_fault_plan_that_is_none_ends_the_start(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    plan = tmp_path / "faults.toml"
    plan.write_text('[[rules]]\nkind = "tsunami"\n', encoding="utf-8")
    outcome = run(*command, "--faults", str(plan))
    assert (outcome.code, outcome.out) == (2, "")
    assert "rules.0.kind" in outcome.err
    assert "reset_before" in outcome.err


def test_faults_without_a_sandbox_are_refused(run: Run) -> None:
    outcome = run("call", "whoami", "--faults", "x.toml", DOMO_HOST="acme.domo.com", DOMO_DEVELOPER_TOKEN=SECRET)
    assert outcome.code == 2
    assert "Add --sandbox." in outcome.err


def test_a_server_works_against_the_sandbox_as_a_process_of_its_own(
    run: Run, toml: Callable[[str], str], local_domo: str
) -> None:
    file = toml(f'[instances.local]\nurl = "{local_domo}"\nauth = {{ token = "${{SANDBOX}}" }}\n')
    outcome = run("call", "--config", file, "run_sql", f"sql={PRODUCTS}", SANDBOX=SANDBOX_TOKEN)
    assert (outcome.code, outcome.err) == (0, "")
    assert "\n120\n" in outcome.out


def test_the_version_is_printed() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "domo_mcp", "--version"], capture_output=True, text=True, check=True, timeout=START_S
    )
    assert finished.stdout.startswith("domo-mcp ")


def _listed_over_stdio(domo: str) -> object:
    """The tools as a server process lists them."""
    messages: list[dict[str, object]] = [
        {
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "raw", "version": "1"},
            },
        },
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/list"},
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "domo_mcp", "serve"],
        env={**os.environ, "DOMO_HOST": domo, "DOMO_DEVELOPER_TOKEN": SANDBOX_TOKEN},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for message in messages:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        process.stdin.flush()
        replies = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.communicate(timeout=START_S)
    return replies[1]["result"]["tools"]


def _wait_for(process: subprocess.Popen[str], url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the sandbox ended before it answered"
        try:
            assert httpx.get(url, trust_env=False).status_code == 401
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"no answer from {url} within {START_S} seconds")


@pytest.mark.parametrize("level", ["verbose", "5"])
def test_a_log_level_that_does_not_exist_is_told(run: Run, level: str) -> None:
    outcome = run("tools", "--sandbox", DOMO_MCP_LOG=level)
    assert outcome.code == 2
    assert "DEBUG, INFO, WARNING, ERROR" in outcome.err


def test_an_empty_log_level_is_the_usual_one(run: Run) -> None:
    assert run("tools", "--sandbox", DOMO_MCP_LOG="").code == 0


def test_an_audit_file_that_cannot_be_written_ends_the_start(
    run: Run, toml: Callable[[str], str], tmp_path: Path
) -> None:
    outcome = run("call", "whoami", "--sandbox", "--config", toml(f'[audit]\nfile = "{tmp_path}"\n'))
    assert outcome.code == 2
    assert "audit file" in outcome.err


def test_a_sandbox_folder_that_is_open_elsewhere_is_told(run: Run, toml: Callable[[str], str], tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = Store.open(folder)
    try:
        outcome = run("call", "whoami", "--sandbox", "--config", toml(f'[sandbox]\ndata = "{folder}"\n'))
    finally:
        store.close()
    assert outcome.code == 1
    assert "Another process has the sandbox's folder" in outcome.err


@pytest.mark.parametrize("where", ["taken", "70000"])
def test_a_port_that_cannot_be_used_is_told(run: Run, where: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1]) if where == "taken" else where
        outcome = run("sandbox", "--port", port)
    assert outcome.code == 2
    assert f"Port {port}" in outcome.err


def test_arguments_nested_beyond_reason_are_told(run: Run) -> None:
    outcome = run("call", "whoami", "--sandbox", "--json", "[" * 100_000)
    assert outcome.code == 2
    assert "not JSON" in outcome.err
