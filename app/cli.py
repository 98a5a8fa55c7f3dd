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

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
imports = typer.Typer(no_args_is_help=True, help="Take in what an agency already has.")
app.add_typer(imports, name="import")

AgencyOption = Annotated[str, typer.Option("--agency", help="ORI of the agency")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would happen, change nothing")]


def plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what people can mend into one sentence and exit code 1."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        from sqlalchemy.exc import OperationalError

        try:
            return command(*args, **options)
        except (Refused, SecretsMissing) as refused:
            typer.echo(str(refused), err=True)
        except OperationalError:
            typer.echo("The database does not answer at UPSTANDER_DATABASE_URL.", err=True)
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

    serve_web(host, port, workers)


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
def openapi(to: Annotated[Path, typer.Option(help="folder to write to")] = Path("openapi")) -> None:
    """Write the published contract and the list of problems."""
    from app.api.openapi import write_contract

    write_contract(to)


if __name__ == "__main__":
    app()
