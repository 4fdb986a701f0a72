"""The command line: parse, then call one function of the package for each command."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from domo_mcp import __version__
from domo_mcp.errors import ConfigError, DomoMcpError
from domo_mcp.untrusted import plain

EXIT_ERROR, EXIT_USAGE = 1, 2


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command. Exit codes: 0 done, 1 the call failed, 2 the command or its configuration is wrong."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and (options.command not in {"call", "doctor"} or any(part.startswith("-") for part in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.pairs = [*getattr(options, "arguments", ()), *rest]  # key=value may stand before and after options
    try:
        sys.exit(_run(options))
    except ConfigError as error:
        print(plain(f"domo-mcp: {error.message}\n{error.hint}".rstrip()), file=sys.stderr)
        sys.exit(EXIT_USAGE)
    except DomoMcpError as error:
        print(f"domo-mcp: {error}", file=sys.stderr)
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_ERROR)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="domo-mcp", description="MCP server for Domo.")
    parser.add_argument("--version", action="version", version=f"domo-mcp {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    server = argparse.ArgumentParser(add_help=False)
    server.add_argument("--config", type=Path, metavar="FILE", help="configuration file (else DOMO_MCP_CONFIG)")
    server.add_argument("--sandbox", action="store_true", help="use the embedded sandbox: no account, invented data")
    server.add_argument("--faults", metavar="FILE", help="what goes wrong in the sandbox (TOML or JSON)")
    server.add_argument("--toolsets", metavar="A,B", help="toolsets to list; default, all, or names")
    server.add_argument("--access", choices=["read", "write", "full"], help="what callers may do to Domo")
    server.add_argument(
        "--root", action="append", default=[], metavar="DIR", help="folder that file arguments may touch"
    )

    commands.add_parser("try", help="a guided tour of the sandbox: no account, invented data")
    serve = commands.add_parser("serve", parents=[server], help="run the server on stdio, or on HTTP")
    serve.add_argument("--http", metavar="HOST:PORT", help="streamable HTTP at /mcp instead of stdio")
    sandbox = commands.add_parser("sandbox", help="run the local Domo alone, over HTTP")
    sandbox.add_argument("--port", type=int, default=8010)
    sandbox.add_argument("--data", type=Path, metavar="DIR", help="keep its state here (default: in memory)")
    sandbox.add_argument("--faults", metavar="FILE", help="what goes wrong in it (TOML or JSON)")
    doctor = commands.add_parser(
        "doctor", parents=[server], help="check configuration, network, token and one query; explain the policy"
    )
    doctor.add_argument("--explain", metavar="TOOL", help="what the policy would do with a call of this tool, and why")
    doctor.add_argument("arguments", nargs="*", metavar="key=value")
    doctor.add_argument("--json", dest="json_arguments", metavar="'{…}'", help="all arguments as one JSON object")
    audit = commands.add_parser("audit", parents=[server], help="check the audit file")
    audit.add_argument("action", choices=["verify"])
    changes = commands.add_parser("changes", parents=[server], help="list what this server changed in Domo")
    changes.add_argument("--limit", type=int, default=20)
    tools = commands.add_parser("tools", parents=[server], help="list the tools, or explain some with their arguments")
    tools.add_argument("names", nargs="*", metavar="TOOL", help="only these, each argument explained")
    form = tools.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as tools/list sends them")
    form.add_argument("--markdown", action="store_true", help="as tables, one for each toolset")
    call = commands.add_parser(
        "call",
        parents=[server],
        help="call one tool",
        description="Call one tool, through an MCP client on the same server. At a terminal the answer is shown "
        "without the marks that tell a model what is data; into a pipe or a file goes what a model reads.",
        epilog="The arguments of a tool: domo-mcp tools TOOL. Lists and objects are JSON: "
        """datasets='["Sales Orders"]', or all in one: --json '{"datasets": ["Sales Orders"]}'.""",
    )
    call.add_argument("tool", metavar="TOOL", help="its name")
    call.add_argument("arguments", nargs="*", metavar="key=value", help="an argument of the tool")
    call.add_argument("--json", dest="json_arguments", metavar="'{…}'", help="all arguments as one JSON object")
    call.add_argument("--save", type=Path, metavar="FILE", help="save the picture of the answer in a new file")
    return parser


def _run(options: argparse.Namespace) -> int:
    from domo_mcp import telemetry

    telemetry.configure(os.environ.get("DOMO_MCP_LOG", ""))
    if options.command == "sandbox":
        return _sandbox(options)
    if options.command == "try":
        from domo_mcp.commands.tour import tour

        return tour()
    config, local = _config(options), getattr(options, "http", None) is None
    return _on_server(options, config, local=local)


def _on_server(options: argparse.Namespace, config: Any, *, local: bool) -> int:
    match options.command:
        case "serve":
            from domo_mcp.commands.serve import serve

            return serve(config, http=not local)
        case "doctor":
            from domo_mcp.commands.doctor import doctor, explain

            return explain(config, options.explain, _call_arguments(options)) if options.explain else doctor(config)
        case "tools":
            from domo_mcp.commands.tools import list_tools

            return list_tools(config, options.names, as_json=options.json, as_markdown=options.markdown)
        case "changes":
            from domo_mcp.commands.changes import changes

            return changes(config, options.limit)
        case "audit":
            from domo_mcp.commands.audit import verify

            return verify(config)
    from domo_mcp.commands.call import call

    return call(config, options.tool, _call_arguments(options), options.save)


def _config(options: argparse.Namespace) -> Any:
    from domo_mcp.config import load

    overrides: dict[str, dict[str, Any]] = {}
    if options.toolsets:
        overrides["tools"] = {"toolsets": options.toolsets.split(",")}
    if options.access:
        overrides["policy"] = {"access": options.access}
    if options.faults:
        overrides["sandbox"] = {"faults": options.faults}
    if options.root:
        overrides["files"] = {"roots": options.root}
    if getattr(options, "http", None):
        host, _, port = options.http.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not host or not (port.isascii() and port.isdecimal()):
            raise ConfigError(f"--http takes HOST:PORT, not {options.http!r}.", "For example: --http 127.0.0.1:8000")
        overrides["server"] = {"host": host, "port": int(port)}
    config = load(options.config, sandbox=options.sandbox, overrides=overrides)
    if options.faults and all(instance.kind != "sandbox" for instance in config.instances.values()):
        raise ConfigError("--faults is for the sandbox, and no instance is one.", "Add --sandbox.")
    return config


def _sandbox(options: argparse.Namespace) -> int:
    from domo_mcp.commands.ports import check_free
    from domo_mcp.local_domo import fault_plan, open_store

    plan = fault_plan(options.faults or "")
    check_free("127.0.0.1", options.port)
    store = open_store(options.data)
    from domo_mcp.sandbox.app import serve

    try:
        print(f"Local Domo on http://127.0.0.1:{options.port} (token: sandbox-token)", file=sys.stderr)
        serve(store, port=options.port, plan=plan)
    finally:
        store.close()
    return 0


def _call_arguments(options: argparse.Namespace) -> dict[str, Any]:
    try:
        given = json.loads(getattr(options, "json_arguments", None) or "{}")
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"--json is not JSON: {error}.") from None
    if not isinstance(given, dict):
        raise ConfigError("--json takes one JSON object.")
    pairs = [pair.partition("=") for pair in options.pairs]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise ConfigError(f"Arguments are written key=value, not {wrong[0]!r}.")
    return given | {name: value for name, _, value in pairs}
