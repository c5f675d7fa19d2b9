"""The short form of ``tests.storm``: what is spoiled ends each command as documented, and nothing goes lost."""

import random
from pathlib import Path

import pytest

from tests.storm.answers import KINDS, answers
from tests.storm.documents import documents
from tests.storm.places import places


@pytest.mark.usefixtures("command")
def test_changed_documents_are_refused_by_name_or_change_nothing(tmp_path: Path) -> None:
    tried = [*documents(tmp_path, random.Random(2), 12)]
    assert [each for each in tried if each.wrong] == []
    assert {each.code for each in tried} == {0, 1}


@pytest.mark.usefixtures("command")
def test_results_find_a_place_wherever_a_sweep_stands_when_its_store_fails(tmp_path: Path) -> None:
    assert [each for each in places(tmp_path, random.Random(5), 4) if each.wrong] == []


@pytest.mark.usefixtures("command")
def test_bad_answers_of_a_server_end_each_command_as_documented(tmp_path: Path) -> None:
    assert len(KINDS) >= 30
    tried = [*answers(tmp_path, random.Random(1), 4)]
    assert [each for each in tried if each.wrong] == []
    assert len(tried) == 7
