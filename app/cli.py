"""The command `upstander`: each command reads its options and calls the package that does the work."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from app.jobs.refused import Refused
from app.settings import SecretsMissing, Settings
from app.words import LOCALES

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
imports = typer.Typer(no_args_is_help=True, help="Take in what an agency already has.")
app.add_typer(imports, name="import")
keys = typer.Typer(no_args_is_help=True, help="Secrets of this installation, and the keys that sign its logs.")
app.add_typer(keys, name="keys")

AgencyOption = Annotated[str, typer.Option("--agency", help="ORI of the agency")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would happen, change nothing")]


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what people can mend into one sentence and exit code 1."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        from sqlalchemy.exc import OperationalError

        from app.db.head import NotMigrated, why_silent

        try:
            return command(*args, **options)
        except (Refused, SecretsMissing, NotMigrated) as refused:
            typer.echo(str(refused), err=True)
        except OperationalError:
            typer.echo(why_silent(Settings().database_url), err=True)
        raise typer.Exit(1)

    return run


@app.command()
@plainly
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    data: Annotated[Path, typer.Option(help="folder for everything the demo keeps")] = Path("var"),
    incidents: Annotated[Path | None, typer.Option(help="CSV of force forms to load beside the demo's own")] = None,
) -> None:
    """Run a working demo agency: database, pages, API, worker and signer; Ctrl-C ends all of it."""
    from app.demo.run import run_demo

    if incidents is not None and not incidents.is_file():
        raise Refused(f"There is no file {incidents}.")
    sys.exit(run_demo(port, data.resolve(), incidents))


@app.command()
@plainly
def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64)] = 1,
) -> None:
    """Serve pages and API; worker and signer run beside it as processes of their own."""
    from app.jobs.web import serve_web

    serve_web(host, port, workers, Settings().forwarded_by)


@app.command()
@plainly
def migrate() -> None:
    """Make database and roles if they are missing, and bring the tables up to date. Needs a superuser's URL."""
    from app.jobs.installation import install

    settings = Settings()
    install(settings)
    typer.echo("The database is up to date.")


@app.command()
@plainly
def init(
    name: Annotated[str, typer.Option(prompt=True, help="name of the agency")],
    ori: Annotated[str, typer.Option(prompt=True, help="nine letters and digits")],
    state: Annotated[str, typer.Option(prompt=True, help="two letters")],
    time_zone: Annotated[str, typer.Option(prompt=True, help="such as America/New_York")],
    admin_email: Annotated[str, typer.Option(prompt=True)],
    admin_name: Annotated[str, typer.Option(prompt=True)],
    went_live_on: Annotated[str, typer.Option(help="incidents before this day start no clocks")] = "",
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Make a real agency and its first administrator."""
    from app.jobs.installation import make_real_agency

    try:
        live = date.fromisoformat(went_live_on) if went_live_on else date.today()  # noqa: DTZ011 - a day, not an instant
    except ValueError:
        raise Refused("Give --went-live-on as YYYY-MM-DD.") from None
    slug = asyncio.run(
        make_real_agency(
            Settings(),
            {"name": name, "ori": ori.upper(), "state": state.upper(), "time_zone": time_zone, "went_live_on": live},
            {"email": admin_email, "name": admin_name, "password": password},
        )
    )
    typer.echo(
        f"The agency is made; its log is named {slug}. Run `upstander keys make` so that the signer has its keys."
    )


@imports.command("roster")
@plainly
def import_roster(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], agency: AgencyOption, dry_run: DryRun = False
) -> None:
    """Officers, ranks, units and supervisors from a CSV file: all rows or none."""
    from app.jobs.rosters import import_roster_file

    if not asyncio.run(import_roster_file(Settings(), agency, str(file), dry_run=dry_run, say=typer.echo)):
        raise typer.Exit(1)


@imports.command("incidents")
@plainly
def import_incidents(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    agency: AgencyOption,
    mapping: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="what columns and values mean; New Jersey's where none is given"
        ),
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Force forms from a CSV file, grouped into incidents with rosters: all rows or none."""
    from app.jobs.force_forms import import_force_forms_file

    def progress(done: int, of: int) -> None:
        typer.echo(f"\r{done:,} of {of:,} incidents", err=True, nl=done == of)

    if not asyncio.run(
        import_force_forms_file(
            Settings(), agency, file, mapping_file=mapping, dry_run=dry_run, say=typer.echo, progress=progress
        )
    ):
        raise typer.Exit(1)


@app.command()
@plainly
def worker() -> None:
    """Number the record, keep its heartbeat, make exports. Any number of workers may run."""
    from app.api.logs import write_logs
    from app.jobs.processes import run_process
    from app.jobs.worker import run_worker

    write_logs()
    run_process(run_worker, Settings())


@app.command()
@plainly
def signer() -> None:
    """Sign checkpoints, exports and promises; best run as a system user of its own."""
    from app.api.logs import write_logs
    from app.audit.signer_process import SignerRunning, SocketUnusable, run_signer
    from app.jobs.processes import run_process

    write_logs()
    try:
        run_process(run_signer, Settings())
    except (SignerRunning, SocketUnusable) as refused:
        raise Refused(str(refused)) from refused


@app.command("export")
@plainly
def export_record(
    agency: AgencyOption,
    to: Annotated[Path, typer.Option(help="file to write; never overwritten")],
    account: Annotated[str, typer.Option("--as", help="email of an account that may export; it is asked in its name")],
    since: Annotated[
        int | None, typer.Option(min=0, help="size of the checkpoint held; else that of its last export")
    ] = None,
    purpose: Annotated[str, typer.Option(help="why, as it will stand in the record")] = "periodic_review",
    wait: Annotated[float, typer.Option(min=1, help="seconds to wait for a signed checkpoint")] = 120,
) -> None:
    """Export the record of an agency for a board, to be checked with verify.py."""
    from app.jobs.export_command import export_to_file
    from app.oversight.schemas import Purpose

    if purpose not in set(Purpose):
        raise Refused(f"The purpose is one of: {', '.join(Purpose)}.")
    if to.exists():
        raise Refused(f"{to} is there already; nothing is overwritten.")
    made = asyncio.run(export_to_file(Settings(), agency, account, Purpose(purpose), since, to, wait))
    typer.echo(f"{to}: entries {made.since_size} to {made.size}, {made.bytes_total:,} bytes.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def verify(context: typer.Context) -> None:
    """Check an export or a receipt offline: hands everything on to verify.py, which knows nothing of this service."""
    import subprocess

    checker = Path(__file__).with_name("verify.py")
    sys.exit(subprocess.run([sys.executable, "-I", checker, *context.args], check=False).returncode)


@app.command()
@plainly
def rate(
    what: Annotated[str, typer.Argument(help="search (usually 60 a minute), report (10 an hour), export (5 a day)")],
    most: Annotated[int, typer.Argument(help="how many one person may do in that time")],
    agency: AgencyOption,
) -> None:
    """Let the people of an agency do more at a time than is usual; less than that can be set for nobody."""
    from app.jobs.rates import set_agency_rate

    asyncio.run(set_agency_rate(Settings(), agency, what, most))
    typer.echo(f"From now on {most} for each person.")


@keys.command("make")
@plainly
def keys_make() -> None:
    """Make what is missing: secrets of the installation, and the signer's keys of every log that has none."""
    from app.jobs.log_keys import make_missing_log_keys, make_missing_secrets
    from app.jobs.token_rotation import drop_ended

    settings = Settings()
    for name in make_missing_secrets(settings):
        typer.echo(f"secret {name}")
    for kid in drop_ended(settings):
        typer.echo(f"dropped the ended token key {kid}")
    for origin in asyncio.run(make_missing_log_keys(settings)):
        typer.echo(f"keys of {origin}")


@keys.command("rotate")
@plainly
def keys_rotate(
    stolen: Annotated[bool, typer.Option("--stolen", help="end all tokens now: the keys so far are dropped")] = False,
) -> None:
    """Make a new key for the tokens of API clients; the one before verifies until its last token has ended."""
    from app.jobs.token_rotation import rotate

    rotated = rotate(Settings(), stolen=stolen)
    typer.echo(f"token key {rotated.kid} signs from {rotated.signs_from:%H:%M:%S} UTC")
    for kid in rotated.dropped:
        typer.echo(f"dropped {kid}")


@keys.command("show")
@plainly
def keys_show() -> None:
    """Print the public keys of every log, as lines of a policy know them."""
    from app.jobs.log_keys import public_keys

    for line in asyncio.run(public_keys(Settings())):
        typer.echo(line)


@keys.command("policy")
@plainly
def keys_policy(agency: AgencyOption) -> None:
    """Print the policy file of an agency's log: hand it to the board on paper or stick, with the verifier's SHA-256."""
    from app.jobs.log_keys import policy_of

    typer.echo(asyncio.run(policy_of(Settings(), agency)), nl=False)


@app.command()
def doctor() -> None:
    """Say what is sound in this installation and what is not, a line each; exit code 1 where something fails."""
    from app.jobs.doctor import Grade, examine

    has_failed = False
    for finding in examine():
        typer.echo(str(finding))
        has_failed = has_failed or finding.grade is Grade.FAIL
    if has_failed:
        raise typer.Exit(1)


@app.command()
def openapi(to: Annotated[Path, typer.Option(help="folder to write to")] = Path("openapi")) -> None:
    """Write the published contract and the list of problems."""
    from app.api.openapi import write_contract

    write_contract(to)


@app.command()
@plainly
def words(
    begin: Annotated[str | None, typer.Option(help="language to begin a catalogue for, such as es")] = None,
    to: Annotated[Path, typer.Option(help="folder to write to")] = LOCALES,
) -> None:
    """Gather all that people read into app/locales/, and bring its translations up to date."""
    from babel import UnknownLocaleError

    from app.api.catalogues import template, write_catalogues

    try:
        told = write_catalogues(template(), to, begin)
    except (UnknownLocaleError, ValueError):
        raise Refused(f"There is no language {begin}; give its code, such as es.") from None
    for line in told:
        typer.echo(line)


if __name__ == "__main__":
    app()
