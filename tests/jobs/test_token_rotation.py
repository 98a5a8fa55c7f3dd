"""S58: `upstander keys rotate` changes the key of bearer tokens while the service runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.agencies.token_keys import LAST, LEAD, new_kid, new_token_key
from app.agencies.tokens import BadToken, Tokens
from app.jobs.refused import Refused
from app.jobs.token_rotation import drop_ended, rotate
from app.settings import Settings, make_secrets, read_token_keys

OVER = LEAD + LAST + timedelta(seconds=5)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data=tmp_path)
    make_secrets(made.secrets_folder, new_kid(datetime.now(UTC) - OVER * 3), new_token_key())
    return made


def kids(settings: Settings) -> list[str]:
    return sorted(read_token_keys(settings.secrets_folder))


def age(settings: Settings, kid: str, by: timedelta) -> str:
    """Make a key older, as if time had passed."""
    folder = settings.secrets_folder / "token"
    older = new_kid(datetime.now(UTC) - by)
    (folder / f"{kid}.pem").rename(folder / f"{older}.pem")
    return older


def test_the_key_before_stays_until_its_tokens_have_ended_and_is_then_removed(settings: Settings) -> None:
    [first] = kids(settings)
    token, _ = Tokens.load("us", read_token_keys(settings.secrets_folder)).issue("a", "b", datetime.now(UTC), 10)
    rotated = rotate(settings)
    assert (kids(settings), rotated.dropped) == ([first, rotated.kid], [])
    assert Tokens.load("us", read_token_keys(settings.secrets_folder)).read(token)
    second = age(settings, rotated.kid, OVER)
    assert drop_ended(settings) == [first]
    assert kids(settings) == [second]


def test_a_rotation_removes_what_ended_before_it(settings: Settings) -> None:
    [first] = kids(settings)
    second = age(settings, rotate(settings).kid, OVER)
    rotated = rotate(settings)
    assert rotated.dropped == [first]
    assert kids(settings) == [second, rotated.kid]


def test_stolen_keys_are_gone_at_once_and_so_are_their_tokens(settings: Settings) -> None:
    [first] = kids(settings)
    token, _ = Tokens.load("us", read_token_keys(settings.secrets_folder)).issue("a", "b", datetime.now(UTC), 10)
    rotated = rotate(settings, stolen=True)
    assert (kids(settings), rotated.dropped) == ([rotated.kid], [first])
    with pytest.raises(BadToken):
        Tokens.load("us", read_token_keys(settings.secrets_folder)).read(token)


def test_a_new_key_is_for_its_owner_alone(settings: Settings) -> None:
    made = settings.secrets_folder / "token" / f"{rotate(settings).kid}.pem"
    assert made.stat().st_mode & 0o077 == 0


def test_where_others_keep_the_secrets_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Rotate where the secrets are kept"):
        rotate(Settings(data=tmp_path / "nowhere"))
    assert drop_ended(Settings(data=tmp_path / "nowhere")) == []
