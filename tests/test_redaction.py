"""Secrets of a URI: they are in nothing that is printed or stored, whatever their characters and their place."""

import json
import shlex
import string
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sweep import redaction
from sweep.errors import BadInput
from sweep.provenance import command as provenance_command
from sweep.redaction import masked, without_secrets
from sweep.settings import composition
from tests.conftest import Command
from tests.tracking.bounded import bounded

PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " üß€"

SECRETS = st.text(PRINTABLE, min_size=4, max_size=24).map(lambda text: f"Zq{text}7§{text[::-1]}")
"""Texts that occur nowhere by chance, and are no ports."""

PLACES = [
    "postgresql://bob:{}@h:5432/db",
    "postgresql+psycopg://bob:{}@h/db?sslmode=require",
    "mysql+pymysql://user@server:{}@h/db",
    "mssql+pyodbc://bob:{}@h:1/db",
    "http://bob:{}@h:5000",
    "https://{}@h/x",
    "http://u:p@{}@h/x",
    "postgresql://h/db?password={}",
    "postgresql://bob@h/db?sslmode=require&sslpassword={}",
    "https://h/x?token={}&y=2",
    *(NO_HOST := ["postgresql://bob:{}", "http://h:{}/x"]),
    "sqlite+pysqlcipher://:{}@/x.db?cipher=aes",
    "https://h/x#token={}",
    "https://h#{}",
    "postgresql://h/db?sslmode=require#{}",
]


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of another test is known."""
    monkeypatch.setattr(redaction, "_remembered", set())


def leaks(secret: str, text: str) -> bool:
    """Whether ``text`` shows a part of ``secret`` that is long enough to be no chance."""
    return any(secret[start : start + 8] in text for start in range(len(secret) - 7))


def filled(place: str, secret: str, encoded: bool = False) -> tuple[str, str]:
    """A URI with a secret in it, and the secret as far as anybody can tell where it ends."""
    if place in NO_HOST:  # What follows an @ is a host.
        secret = secret.replace("@", "x")
    uri = place.format(quote(secret, "") if encoded else secret)
    if not encoded and "?" in place and place.index("?") < place.index("{"):  # A value ends where the next one begins.
        secret = secret.partition("&")[0]
    return uri, secret


@given(SECRETS, st.sampled_from(PLACES), st.booleans())
@example("sec/ret", PLACES[0], False)
@example("pass?word@1:2#3&4=5", PLACES[0], False)
@example("a b'c\"d\\e", PLACES[4], False)
@example("://Zq7§://@", PLACES[0], False)
def test_a_whole_uri_is_masked(secret: str, place: str, encoded: bool) -> None:
    uri, secret = filled(place, secret, encoded)
    shown = masked(uri)
    assert not leaks(secret, shown)
    assert masked(shown) == shown
    assert shown.startswith(uri.partition("://")[0])


@given(SECRETS, st.sampled_from(PLACES), st.booleans())
def test_of_a_uri_that_the_process_was_given_no_piece_is_shown(secret: str, place: str, encoded: bool) -> None:
    uri, secret = filled(place, secret, encoded)
    redaction._remembered.clear()
    redaction.remember(uri)
    quoted = quote(secret, "")
    for text in (uri, f"cannot use {uri!r}: {json.dumps(uri)} is odd", f'host "{secret}@h" {secret!r}', f"as {quoted}"):
        assert not leaks(secret, without_secrets(text)), text


@pytest.mark.parametrize(
    "begin", ["postgresql:/bob:", "postgresql//bob:", "https//", "HTTP:/", "http:bob:", "b:", "x" * 70 + ":"]
)
def test_a_mistyped_uri_is_refused_without_its_secret(begin: str) -> None:
    uri = f"{begin}Zq-hunter-22@h/db"
    with pytest.raises(BadInput) as refused:
        composition.tracking([f"tracking.uri={uri}"])
    assert not leaks("Zq-hunter-22", str(refused.value))
    assert "@h/db is not allowed" in str(refused.value)


@given(SECRETS, st.sampled_from(PLACES))
def test_the_command_line_is_kept_without_its_secrets(secret: str, place: str) -> None:
    uri, secret = filled(place, secret)
    for word in (f"tracking.uri={uri}", f"tracking.uri='{uri}'"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["sweep", "lr=1", word])
            patch.setattr(sys, "orig_argv", ["python", "-m", "sweep", "lr=1", word])
            assert not leaks(secret, provenance_command())
            assert not leaks(secret, str(BadInput(word, "", "")))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://bob@h/db", "postgresql://bob@h/db"),
        ("postgresql+psycopg://bob@server@h:5432/db", "postgresql+psycopg://bob@server@h:5432/db"),
        ("postgresql://[::1]:5432/db", "postgresql://[::1]:5432/db"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("cannot reach 'http://[::1]:80', (http://h:9).", "cannot reach 'http://[::1]:80', (http://h:9)."),
        ("sqlite:////home/me@work/a:b@c/x.db", "sqlite:////home/me@work/a:b@c/x.db"),
        ("https://h/x?tok-en", "https://h/x?***"),
        ("see http://h:5000/#/experiments/1", "see http://h:5000/#/experiments/1"),
        ("postgresql://bob:123456/db", "postgresql://bob:***"),
        ("postgresql://bob:65535/db", "postgresql://bob:65535/db"),
        ("lr=1", "lr=1"),
        ("no secret: 1e-3 @ x", "no secret: 1e-3 @ x"),
    ],
)
def test_what_is_no_secret_stays_and_what_may_be_one_does_not(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


def test_a_quoted_address_on_the_command_line_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["python", "-m", "sweep", 'tracking.uri="http://h:5000"', "tracking={uri:'http://h:5000'}"]
    monkeypatch.setattr(sys, "orig_argv", words)
    monkeypatch.setattr(sys, "argv", words[2:])
    assert shlex.split(provenance_command()) == words


@pytest.mark.parametrize(
    "name", ["MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_PASSWORD", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY"]
)
def test_a_secret_of_the_environment_is_hidden(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "ab'c de\n")
    assert without_secrets('Invalid header value: "Bearer ab\'c de\\n" !') == 'Invalid header value: "Bearer ***" !'


@pytest.mark.parametrize(
    "uri",
    [
        "postgresql://bob:SEcr/ret9@127.0.0.1:9/db",
        "postgresql://bob@server:SEcr+ret9@127.0.0.1:9/db",
        "postgresql://bob:p@SEcr_ret9@127.0.0.1:9/db",
        "postgresql://bob:SEcr-ret9",
        "postgresql://127.0.0.1:9/db?password=SEcr-ret9",
        "http://u:p@SEcr-ret9@127.0.0.1:9",
        "http://u:SEcr/ret9@127.0.0.1:9",
        "http://u:SEcr ret9@127.0.0.1:9",
        "foo://u:SEcr-ret9@h",
        "http://127.0.0.1:9/#SEcr-ret9",
        "postgresql://127.0.0.1:9/db?sslmode=require#token=SEcr-ret9",
        "postgresql://bob:${SEcr}@127.0.0.1:9/db",
        "postgresql://bob:x${SEcr:ret9}@127.0.0.1:9/db",
        "postgresql://bob:${SEcr.ret9}@127.0.0.1:9/db",
    ],
)
def test_a_store_that_does_not_open_shows_no_secret(command: Command, tmp_path: Path, uri: str) -> None:
    for words in ((), ("dry_run=true",), ("lr=-1",), ("lr=[",)):
        said = command(f"tracking.uri='{uri}'", "tracking.patience=0", *words)
        assert (said.code, said.err[:7]) == (1, "sweep: ")
        assert "SEcr" not in said.out + said.err
        assert "ret9" not in said.out + said.err
    assert not list(tmp_path.rglob("*"))
    assert shlex.split(f"tracking.uri={masked('postgresql://bob@h/db')}") == ["tracking.uri=postgresql://bob@h/db"]


@pytest.mark.parametrize(
    "question", [["--cfg", "job"], ["--cfg", "job", "--resolve"], ["--cfg", "all"], ["--info", "config"]]
)
def test_an_answer_about_the_configuration_shows_no_secret(
    command: Command, monkeypatch: pytest.MonkeyPatch, question: list[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://bob:SEcr@h/x")
    for words in ([], ["tracking.uri='postgresql://bob:SEcr/ret9@h/db'"]):
        said = command(*question, *words)
        assert (said.code, "SEcr" in said.out + said.err, "ret9" in said.out + said.err) == (0, False, False)
        assert question[0] == "--info" or "uri: " in said.out  # Of which a logger tells, set up once a process.


@pytest.mark.parametrize("text", ["a" * 1_000_000, "a:" * 500_000, "a://" * 250_000, "x://" + ")" * 1_000_000])
def test_a_long_text_is_looked_through_at_once(text: str) -> None:
    with bounded():
        assert len(without_secrets(text)) > 0


def test_a_password_of_any_characters_is_hidden_at_once() -> None:
    uri = f"http://bob:{'Zq7x:' * 20_000}@h"
    redaction.remember(uri)
    with bounded():
        assert without_secrets(f"no {uri} at Zq7x:Zq7x:Zq7x") == "no http://***@h at ***:***:***"


def test_the_name_of_a_variable_in_a_password_is_told(command: Command) -> None:
    said = command("tracking.uri='postgresql://bob:${oc.env:NO_SUCH_PASSWORD}@h/db'")
    assert (said.code, "'NO_SUCH_PASSWORD' not found" in said.err) == (1, True)


def test_a_traceback_that_was_asked_for_shows_no_secret(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    said = command("tracking.uri='foo://u:SEcr-ret9@h'")
    assert (said.code, "Traceback" in said.err, "SEcr" in said.err) == (1, True, False)
