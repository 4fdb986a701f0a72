"""What doctor says of protections and approvals that are about nothing there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from domo_mcp.cli import main

SANDBOX = '[instances.s]\nkind = "sandbox"\n'
MISSPELT = """
[policy]
access = "full"
unattended = ["update_appdb_documents:Taskss", "delete_appdb_collection:Tasks", "update_appdb_documents:Tasks"]
deny = { dataset = ["Employes", "Employees", "Pay*"], collection = ["taskz", "tasks"] }
[policy.allow]
dataset = ["*", "Sales Ordrs"]
[policy.columns]
hide = ["Employes.Salary", "Employees.Salary", "Salary", "agent-disabled", "Empl*.Phone"]
mask = ["Custmers.Email"]
"""


def doctor(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Its exit code and the lines that warn."""
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(("doctor", "--config", str(file)))
    assert isinstance(ended.value.code, int)
    return ended.value.code, [line for line in capsys.readouterr().out.splitlines() if line.startswith("warn")]


def test_misspelt_protections_are_told_with_the_nearest_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, warned = doctor(tmp_path, SANDBOX + MISSPELT, capsys)
    assert code == 0
    expected = [
        ('policy.deny.dataset: "Employes"', '"Employees"'),
        ('policy.deny.collection: "taskz"', '"Tasks"'),
        ('policy.allow.dataset: "Sales Ordrs"', '"Sales Orders"'),
        ('policy.columns.hide: "Employes.Salary"', '"Employees"'),
        ('policy.columns.mask: "Custmers.Email"', '"Customers"'),
        ('policy.unattended: "update_appdb_documents:Taskss"', '"Tasks"'),
        ('policy.unattended: "delete_appdb_collection:Tasks"', "always takes a person"),
    ]
    assert len(warned) == len(expected), warned
    for line, parts in zip(warned, expected, strict=True):
        assert all(part in line for part in parts), line


def test_an_allowance_counts_case_as_the_policy_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, warned = doctor(tmp_path, f'{SANDBOX}[policy.allow]\ndataset = ["sales orders", "Products"]\n', capsys)
    (line,) = warned
    assert 'policy.allow.dataset: "sales orders"' in line
    assert '"Sales Orders"' in line
