"""A report as the tests and the picture in the README need it."""

from __future__ import annotations

from ci_runner.report.model import (
    GeneratedFile,
    Report,
    ReportedBuild,
    ReportedFile,
    ReportedFinding,
    ReportedProject,
    ReportedStatement,
    ReportedStep,
)

HEAD = "4f1c2a90d7be63c5a8f0e1d2b3c4a5968778695a"
NEW = "db/migrations/20240611101500_orders.sql"
GENERATED = "db/migrations/20240611120000_add_total.sql"
BUILD = ReportedBuild(
    provider="github-actions",
    repository="acme/shop",
    web_url="https://github.com/acme/shop",
    pull_request=42,
    head_sha=HEAD,
    run_url="https://github.com/acme/shop/actions/runs/1",
)
STEPS = (
    ReportedStep(
        NEW,
        1,
        "ALTER TABLE users DROP COLUMN phone",
        "ok",
        1.9,
        changes=("drop column public.users.phone",),
        locks=("ACCESS EXCLUSIVE on table public.users",),
    ),
    ReportedStep(
        NEW,
        3,
        "ALTER TABLE orders ALTER COLUMN id TYPE bigint",
        "ok",
        14.2,
        changes=("alter column public.orders.id",),
        rewritten=("table public.orders",),
        locks=("ACCESS EXCLUSIVE on table public.orders",),
    ),
    ReportedStep(
        NEW,
        4,
        "INSERT INTO settings (name, value) VALUES ('support', 'jane@example.org')",
        "ok",
        0.4,
        rows=1,
    ),
)
FINDINGS = (
    ReportedFinding(
        "alter-column-type",
        "warning",
        "the type of orders.id changes: the whole table is rewritten under an exclusive lock",
        NEW,
        3,
        3,
        "table public.orders was rewritten",
        "add a new column, copy in batches, then swap the names",
    ),
    ReportedFinding(
        "drop-column",
        "error",
        "column users.phone is dropped: its data is lost and running clients still read it",
        NEW,
        1,
        1,
        "",
        "stop using the column first, drop it in a later release",
    ),
)
PLAN = (
    ReportedStatement(
        "ALTER TABLE orders ADD COLUMN total numeric(12,2) DEFAULT 0 NOT NULL",
        "add column total to orders",
        "column public.orders.total",
        destructive=False,
    ),
    ReportedStatement(
        "CREATE INDEX CONCURRENTLY orders_placed_at_idx ON orders (placed_at)",
        "add index",
        "index public.orders_placed_at_idx",
        destructive=False,
        hazards=("waits for every transaction that is older than itself",),
    ),
)
PROJECT = ReportedProject(
    name="shop",
    dialect="postgres",
    server="PostgreSQL 15.6",
    directory="db/migrations",
    format="atlas",
    state="generated",
    files=(
        ReportedFile(NEW, "new", 3, "0" * 64),
        ReportedFile(GENERATED, "generated", 2, "1" * 64),
    ),
    steps=STEPS,
    plan=PLAN,
    findings=FINDINGS,
    unmanaged=("function public.touch()",),
    generated=(GeneratedFile(GENERATED, "ALTER TABLE …;\n"),),
    replayed_files=12,
    replay_milliseconds=88.0,
)
REPORT = Report(tool_version="0.1.0", build=BUILD, projects=(PROJECT,))
