"""Exports: asked by an office, made with its holder's rights, checked by an outsider, and gone after a day."""

from __future__ import annotations

import asyncio
import io
import json
import os
import secrets
import time
import uuid
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from app.audit.keys import read_policy
from app.audit.kinds import KINDS
from app.audit.log import record
from app.jobs.exports import Exporter, sweep
from app.oversight.actions import file_of
from tests.record import Recorder, exporter, pull, recorder, verify
from tests.world import NOWHERE, Person, World, file_case, fresh_key, report_body

ASK = {"purpose": "periodic_review"}


@pytest.fixture
async def at_work(world: World) -> AsyncIterator[Recorder]:
    async with recorder(world.database) as found:
        yield found


@pytest.fixture
async def exports(at_work: Recorder) -> AsyncIterator[Exporter]:
    async with exporter(at_work) as found:
        yield found


def policy_of(at_work: Recorder, world: World) -> str:
    return read_policy(at_work.settings.policies_folder, world.agency.id)


def files_in(bundle: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def shown(bundle: bytes) -> dict[int, dict[str, Any]]:
    """Index -> block name -> members of every entry that the bundle shows."""
    lines = [json.loads(line) for line in files_in(bundle)["blocks.ndjson"].splitlines()]
    blocks = {line["i"]: [json.loads(text) for text in line["b"]] for line in lines}
    return {index: {name: members for _, name, members in texts} for index, texts in blocks.items()}


def kinds_shown(bundle: bytes) -> list[str]:
    return [entry["what"]["kind"] for entry in shown(bundle).values()]


async def state_of(reader: Person, export_id: str) -> dict[str, Any]:
    answer = await reader.get(f"/v1/audit/exports/{export_id}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def put_on_the_wall(world: World, person: Person, case_id: str) -> None:
    world.database.sql(
        "INSERT INTO recusal (id, agency_id, case_id, account_id, created_at) "
        "VALUES (gen_random_uuid(), :agency, :case, :account, now())",
        agency=world.agency.id,
        case=case_id,
        account=person.account_id,
    )


def ids_of(filed: dict[str, Any]) -> dict[str, str]:
    """Ids of the case, the incident and the report of a filing."""
    return {"case": filed["case_id"], "incident": filed["incident_id"], "report": filed["id"]}


def a_day_before(world: World) -> dict[str, Any]:
    """Another incident than the cast's own."""
    own: dict[str, Any] = report_body(world)["incident"]
    return {**own, "occurred_at": (datetime.now(UTC) - timedelta(days=1)).isoformat(), "place": "Birch Street"}


class TestTheBoardPullsTheRecord:
    async def test_and_verifies_it_on_its_own_machine(self, world: World, at_work: Recorder, exports: Exporter) -> None:
        await file_case(world)
        bundle = await pull(at_work, exports, world.board)
        answer = verify(bundle, policy_of(at_work, world))
        assert answer.code == 0, answer.text
        assert "VERIFIED" in answer.text
        assert "report.filed" in kinds_shown(bundle)

    async def test_each_export_joins_the_last(self, world: World, at_work: Recorder, exports: Exporter) -> None:
        await file_case(world)
        first = await pull(at_work, exports, world.board)
        policy = policy_of(at_work, world)
        outside = verify(first, policy, "--state", "state.json")
        assert outside.code == 0, outside.text
        await file_case(world)
        second = await pull(at_work, exports, world.board)
        cover = json.loads(files_in(second)["bundle.json"])
        assert cover["from"] == json.loads(files_in(first)["bundle.json"])["to"]
        joined = verify(second, policy, "--state", "state.json", folder=outside.folder)
        assert joined.code == 0, joined.text
        assert "continues the tree" in joined.text
        backwards = verify(first, policy, "--state", "state.json", folder=outside.folder)
        assert backwards.code == 1

    async def test_an_export_since_nothing_holds_the_whole_record(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        await pull(at_work, exports, world.board)
        again = await pull(at_work, exports, world.board, since=0)
        assert json.loads(files_in(again)["bundle.json"])["from"] == 0
        assert verify(again, policy_of(at_work, world)).code == 0

    async def test_long_stretches_join_across_the_edges_of_tiles(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        desk = None
        for amount in (200, 300, 30, 600):
            async with world.transaction() as tx:
                for _ in range(amount):
                    record(tx, "agency.read", ("agency", world.agency.id))
            bundle = await pull(at_work, exports, world.board)
            outside = verify(bundle, policy_of(at_work, world), "--state", "state.json", folder=desk)
            assert outside.code == 0, outside.text
            desk = outside.folder

    async def test_it_holds_who_asked_for_it_and_the_next_one_what_was_handed_out(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        first = await pull(at_work, exports, world.board)
        assert "export.asked" in kinds_shown(first)
        second = await pull(at_work, exports, world.inspector)
        [made] = [entry for entry in shown(second).values() if entry["what"]["kind"] == "export.made"]
        assert made["of"]["digest"] == sha256(files_in(first)["bundle.json"]).hexdigest()
        assert (made["of"]["from"], made["of"]["to"]) == (0, json.loads(files_in(first)["bundle.json"])["to"])
        assert made["who"]["actor"] == "service"

    async def test_digests_of_the_answer_are_those_of_the_file(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        bundle = await pull(at_work, exports, world.board)
        [told] = (await world.board.get("/v1/audit/exports")).json()
        assert told["file_sha256"] == sha256(bundle).hexdigest()
        assert told["bytes_total"] == len(bundle)
        assert told["digest"] == sha256(files_in(bundle)["bundle.json"]).hexdigest()
        content = await world.board.get(f"/v1/audit/exports/{told['id']}/content", headers={"Range": "bytes=5-9"})
        assert (content.status_code, content.content) == (206, bundle[5:10])
        assert content.headers["repr-digest"] == f"sha-256=:{b64encode(sha256(bundle).digest()).decode()}:"

    async def test_a_policy_of_another_log_refutes_it(
        self, world: World, neighbours: World, at_work: Recorder, exports: Exporter
    ) -> None:
        bundle = await pull(at_work, exports, world.board)
        await at_work.settle(neighbours.agency.id)
        assert verify(bundle, policy_of(at_work, neighbours)).code == 1


class TestWhatIsNotShown:
    async def test_sign_ins_and_drafts_are_not(self, world: World, at_work: Recorder, exports: Exporter) -> None:
        await world.reporter.call("POST", "/v1/auth/token", data={"username": world.reporter.email, "password": "x"})
        bundle = await pull(at_work, exports, world.board)
        assert all(KINDS[kind].board for kind in kinds_shown(bundle))
        assert "session.refused" in world.kinds()
        assert "session.refused" not in kinds_shown(bundle)

    async def test_nothing_of_a_case_behind_the_readers_wall(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        walled = ids_of(await file_case(world))
        open_case = ids_of(await file_case(world, incident=a_day_before(world)))
        assert walled["case"] != open_case["case"]
        put_on_the_wall(world, world.board, walled["case"])
        await world.intake.get("/v1/cases")
        for steps in ("/v1/cases/{case}", "/v1/cases/{case}/timeline"):
            await world.intake.get(steps.format(**walled))
            await world.board.get(steps.format(**walled))
        bundle = await pull(at_work, exports, world.board)
        everything = "".join(json.dumps(entry) for entry in shown(bundle).values())
        assert not [kind for kind, found in walled.items() if found in everything]
        assert open_case["report"] in everything
        assert verify(bundle, policy_of(at_work, world)).code == 0

    async def test_nor_an_entry_that_only_names_it_among_others(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        """What someone else found in a search would tell as much as the case itself."""
        filed = ids_of(await file_case(world))
        put_on_the_wall(world, world.board, filed["case"])
        other = uuid.uuid4()
        async with world.transaction() as tx:
            record(tx, "case.listed", ("case", None), ids=[other, filed["case"]], count=2)
            record(tx, "case.listed", ("case", None), ids=[other], count=1)
            record(tx, "match.confirmed", ("report", uuid.UUID(filed["report"])))
            record(tx, "incident.injury_found", ("incident", uuid.UUID(filed["incident"])))
        bundle = await pull(at_work, exports, world.board)
        listed = [entry for entry in shown(bundle).values() if entry["what"]["kind"] == "case.listed"]
        assert [entry["of"]["ids"] for entry in listed] == [[str(other)]]
        assert not {"match.confirmed", "incident.injury_found"} & set(kinds_shown(bundle))

    async def test_all_four_blocks_are_withheld_or_none(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        put_on_the_wall(world, world.board, ids_of(await file_case(world))["case"])
        bundle = await pull(at_work, exports, world.board)
        assert all(set(entry) == {"of", "on", "what", "who"} for entry in shown(bundle).values())
        size = json.loads(files_in(bundle)["bundle.json"])["to"]
        assert 0 < len(shown(bundle)) < size

    async def test_another_reader_sees_what_the_first_may_not(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        walled = ids_of(await file_case(world))
        put_on_the_wall(world, world.board, walled["case"])
        other = await pull(at_work, exports, world.inspector)
        assert walled["report"] in "".join(json.dumps(entry) for entry in shown(other).values())

    async def test_a_wall_counts_as_it_stands_when_the_export_is_made(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        walled = ids_of(await file_case(world))
        asked = (await world.board.post("/v1/audit/exports", ASK)).json()
        put_on_the_wall(world, world.board, walled["case"])
        await at_work.settle(world.agency.id)
        await exports.make_all()
        bundle = (await world.board.get(f"/v1/audit/exports/{asked['id']}/content")).content
        assert walled["report"] not in "".join(json.dumps(entry) for entry in shown(bundle).values())


class TestWhoMayHaveOne:
    async def test_only_offices_that_oversee_may_ask(self, world: World) -> None:
        for name, person in world.cast.items():
            answer = await person.post("/v1/audit/exports", ASK)
            allowed = name in ("board", "inspector", "commander", "second_commander")
            assert answer.status_code == (201 if allowed else 403), name

    async def test_only_the_asker_follows_and_downloads_it(
        self, world: World, neighbours: World, at_work: Recorder, exports: Exporter
    ) -> None:
        await pull(at_work, exports, world.board)
        [told] = (await world.board.get("/v1/audit/exports")).json()
        for other in (world.inspector, world.commander, world.reporter, neighbours.board):
            for path in (f"/v1/audit/exports/{told['id']}", f"/v1/audit/exports/{told['id']}/content"):
                assert (await other.get(path)).status_code == 404
            assert (await other.get("/v1/audit/exports")).json() == []

    async def test_someone_who_lost_the_office_meanwhile_gets_none(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        asked = (await world.board.post("/v1/audit/exports", ASK)).json()
        await at_work.settle(world.agency.id)
        self.end_roles(world, world.board)
        await exports.make_all()
        [[state, why]] = world.database.sql("SELECT state, failed_because FROM export WHERE id = :id", id=asked["id"])
        assert (state, why) == ("failed", "right")
        assert world.kinds()[-1] == "export.failed"

    async def test_someone_who_lost_the_office_cannot_download_what_was_made(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        await pull(at_work, exports, world.board)
        [told] = (await world.board.get("/v1/audit/exports")).json()
        self.end_roles(world, world.board)
        assert (await world.board.get(f"/v1/audit/exports/{told['id']}/content")).status_code == 404

    @staticmethod
    def end_roles(world: World, person: Person) -> None:
        world.database.sql("UPDATE account_role SET ended_at = now() WHERE account_id = :id", id=person.account_id)

    async def test_an_account_that_was_disabled_gets_none(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        asked = (await world.board.post("/v1/audit/exports", ASK)).json()
        await at_work.settle(world.agency.id)
        world.database.sql("UPDATE account SET disabled_at = now() WHERE id = :id", id=world.board.account_id)
        await exports.make_all()
        [[why]] = world.database.sql("SELECT failed_because FROM export WHERE id = :id", id=asked["id"])
        assert why == "right"


class TestAsking:
    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"purpose": "curiosity"},
            {"purpose": "mirror", "since_size": -1},
            {"purpose": "mirror", "since_size": "1"},
            {"purpose": "mirror", "since_size": 1.5},
            {"purpose": "mirror", "since_size": 2**63},
            {"purpose": "mirror", "since_size": 123_456},
            {"purpose": "mirror", "profile": "all"},
            {"purpose": "mirror", "more": 1},
            [],
        ],
    )
    async def test_what_does_not_fit_is_refused(self, world: World, body: Any) -> None:
        assert (await world.board.post("/v1/audit/exports", body)).status_code == 422

    async def test_a_retry_asks_once(self, world: World) -> None:
        key = fresh_key()
        first, again = [await world.board.post("/v1/audit/exports", ASK, key=key) for _ in range(2)]
        assert first.content == again.content
        assert first.headers["location"] == again.headers["location"] == f"/v1/audit/exports/{first.json()['id']}"
        assert world.kinds().count("export.asked") == 1

    async def test_it_waits_while_nobody_numbers_or_signs(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        asked = (await world.board.post("/v1/audit/exports", ASK)).json()
        assert (await state_of(world.board, asked["id"]))["state"] == "asked"
        await exports.make_all()
        at_work.make_keys(world.agency.id)
        await at_work.number(world.agency.id)
        await exports.make_all()
        early = await world.board.get(f"/v1/audit/exports/{asked['id']}/content")
        assert (early.status_code, early.json()["type"]) == (409, "/problems/export-not-ready")
        await at_work.settle(world.agency.id)
        await exports.make_all()
        assert (await state_of(world.board, asked["id"]))["state"] == "made"

    async def test_a_list_goes_on_with_its_cursor(self, world: World) -> None:
        asked = [(await world.board.post("/v1/audit/exports", ASK)).json()["id"] for _ in range(5)]
        found: list[str] = []
        path: str | None = "/v1/audit/exports?limit=2"
        while path:
            page = await world.board.get(path)
            found += [each["id"] for each in page.json()]
            link = page.headers.get("link")
            path = link.split(">")[0].removeprefix("<") if link else None
        assert found == asked[::-1]

    @pytest.mark.parametrize("export_id", [str(NOWHERE), "x", "5b3c0d0e-55c4-4b0a-9f0b-7d8e21f3a6c1", "%00", "..%2f"])
    async def test_what_is_not_there_is_not_found(self, world: World, export_id: str) -> None:
        for path in (f"/v1/audit/exports/{export_id}", f"/v1/audit/exports/{export_id}/content"):
            assert (await world.board.get(path)).status_code == 404

    async def test_every_act_and_every_read_leaves_its_entry(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        await pull(at_work, exports, world.board)
        [told] = (await world.board.get("/v1/audit/exports")).json()
        await state_of(world.board, told["id"])
        found = [kind for kind in world.kinds() if kind.startswith("export.")]
        assert found == ["export.asked", "export.made", "export.downloaded", "export.listed", "export.read"]


class TestTheEnd:
    async def test_after_a_day_it_is_gone(self, world: World, at_work: Recorder, exports: Exporter) -> None:
        await pull(at_work, exports, world.board)
        [told] = (await world.board.get("/v1/audit/exports")).json()
        world.database.sql("UPDATE export SET expires_at = now() WHERE id = :id", id=told["id"])
        gone = await world.board.get(f"/v1/audit/exports/{told['id']}/content")
        assert (gone.status_code, gone.json()["type"]) == (404, "/problems/export-gone")

    async def test_a_file_that_is_gone_is_no_fault(self, world: World, at_work: Recorder, exports: Exporter) -> None:
        await pull(at_work, exports, world.board)
        [told] = (await world.board.get("/v1/audit/exports")).json()
        file_of(at_work.settings.exports_folder, uuid.UUID(told["id"])).unlink()
        gone = await world.board.get(f"/v1/audit/exports/{told['id']}/content")
        assert gone.status_code == 404

    def test_old_files_are_swept_and_new_ones_kept(self, tmp_path: Path) -> None:
        for name, age in (("old.zip", 90_000), ("old.part", 90_000), ("new.zip", 10), ("other.txt", 90_000)):
            (tmp_path / name).write_bytes(secrets.token_bytes(8))
            os.utime(tmp_path / name, (time.time() - age,) * 2)
        assert sweep(tmp_path) == 2
        assert sorted(path.name for path in tmp_path.iterdir()) == ["new.zip", "other.txt"]


class TestTheJob:
    async def test_two_at_once_make_it_once(self, world: World, at_work: Recorder, exports: Exporter) -> None:
        await world.board.post("/v1/audit/exports", ASK)
        await at_work.settle(world.agency.id)
        await asyncio.gather(*(exports.make_all() for _ in range(2)))
        assert world.kinds().count("export.made") == 1

    async def test_a_signer_that_goes_away_leaves_it_asked(
        self, world: World, at_work: Recorder, exports: Exporter
    ) -> None:
        asked = (await world.board.post("/v1/audit/exports", ASK)).json()
        await at_work.settle(world.agency.id)
        at_work.settings.signer_socket.rename(at_work.settings.signer_socket.with_suffix(".away"))
        await exports.make_all()
        assert (await state_of(world.board, asked["id"]))["state"] == "asked"
        at_work.settings.signer_socket.with_suffix(".away").rename(at_work.settings.signer_socket)
        await exports.make_all()
        assert (await state_of(world.board, asked["id"]))["state"] == "made"
