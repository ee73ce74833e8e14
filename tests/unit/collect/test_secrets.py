"""A key is found where its name says, also where Airflow itself looks for its connections."""

from __future__ import annotations

import pytest

from kaders.collect.secrets import from_environment


@pytest.mark.parametrize(
    ("name", "variable", "value", "key"),
    [
        ("env:KRANT_KEY", "KRANT_KEY", "geheim", "geheim"),
        ("connection:krant", "AIRFLOW_CONN_KRANT", '{"conn_type": "http", "password": "ge@heim"}', "ge@heim"),
        ("connection:krant", "AIRFLOW_CONN_KRANT", "http://wij:ge%40heim@krant.example/", "ge@heim"),
        ("connection:krant", "AIRFLOW_CONN_KRANT", '{"conn_type": "http"}', ""),
        ("connection:krant", "AIRFLOW_CONN_KRANT", '{"password": half', ""),
        ("connection:krant", "AIRFLOW_CONN_KRANT", "[]", ""),
        ("connection:krant", "KRANT", "geheim", ""),
        ("env:KRANT_KEY", "OTHER", "geheim", ""),
    ],
)
def test_a_key_stands_where_its_name_says(
    monkeypatch: pytest.MonkeyPatch, name: str, variable: str, value: str, key: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert from_environment(name) == key
