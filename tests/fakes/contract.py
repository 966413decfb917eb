"""A forge's OpenAPI description, held against every request and answer of its fake."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_URI = "urn:forge"
_SLICE = Path(__file__).with_name("github-openapi.json")
_GREEDY = frozenset({"ref", "basehead", "branch"})


class Contract:
    """`greedy` are the names of parameters of paths that hold slashes."""

    def __init__(self, document: Any = None, greedy: frozenset[str] = _GREEDY) -> None:
        if document is None:
            document = json.loads(_SLICE.read_text(encoding="utf-8"), object_hook=_with_null)
        self._document = document
        resource = Resource.from_contents(self._document, default_specification=DRAFT202012)
        self._registry: Any = Registry().with_resource(_URI, resource)
        self._routes = [
            (re.compile(_pattern(path, greedy)), verbs)
            for path, verbs in self._document["paths"].items()
        ]

    def request(self, verb: str, path: str, body: Any) -> None:
        """AssertionError for an unknown route or a body that the forge would not take."""
        asked = self._operation(verb, path).get("requestBody")
        if asked is not None:
            self._check(asked["content"]["application/json"]["schema"], body, f"{verb} {path}")

    def complete(self, verb: str, path: str, status: int, body: Any) -> Any:
        """`body` with the required fields that the fake left out, checked."""
        answer = self._operation(verb, path)["responses"][str(status)]
        answer = self._resolve(answer)
        if "content" not in answer:
            return body
        schema = answer["content"]["application/json"]["schema"]
        full = self._fill(schema, body)
        self._check(schema, full, f"{status} of {verb} {path}")
        return full

    def _operation(self, verb: str, path: str) -> Any:
        for pattern, verbs in self._routes:
            if pattern.fullmatch(path) and verb.lower() in verbs:
                return verbs[verb.lower()]
        raise AssertionError(f"not in the forge's API: {verb} {path}")

    def _check(self, schema: Any, value: Any, where: str) -> None:
        absolute = json.loads(json.dumps(schema).replace('"#/', f'"{_URI}#/'))
        validator = OAS30Validator(absolute, registry=self._registry)
        for error in validator.iter_errors(value):
            raise AssertionError(f"{where}: {error.json_path}: {error.message[:300]}")

    def _resolve(self, schema: Any) -> Any:
        while "$ref" in schema:
            _, _, kind, name = schema["$ref"].split("/")
            schema = self._document["components"][kind][name]
        return schema

    def _fill(self, schema: Any, value: Any) -> Any:
        schema = self._resolve(schema)
        for choice in ("allOf", "anyOf", "oneOf"):
            if choice in schema:
                return self._fill(schema[choice][0], value)
        if isinstance(value, list):
            return [self._fill(schema["items"], entry) for entry in value]
        if not isinstance(value, dict):
            return value
        properties = schema.get("properties", {})
        filled = {
            key: self._fill(properties[key], entry) if key in properties else entry
            for key, entry in value.items()
        }
        for key in schema.get("required", ()):
            if key not in filled:
                filled[key] = self._blank(properties[key])
        return filled

    def _blank(self, schema: Any) -> Any:
        schema = self._resolve(schema)
        # OpenAPI 3.0.3: `nullable` counts only beside `type`.
        if schema.get("nullable") and "type" in schema:
            return None
        if "enum" in schema:
            return schema["enum"][0]
        for choice in ("allOf", "anyOf", "oneOf"):
            if choice in schema:
                return (
                    self._fill(schema, {}) if choice == "allOf" else self._blank(schema[choice][0])
                )
        plain = {"string": "", "integer": 1, "number": 1, "boolean": False, "array": []}
        if schema.get("format") == "date-time":
            return "2026-01-01T00:00:00Z"
        if schema.get("format") == "uri":
            return "https://github.invalid/"
        kind = schema.get("type", "object")
        return self._fill(schema, {}) if kind == "object" else plain[kind]


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    """GitHub's enums of what may be null leave null out, which its answers do not."""
    if schema.get("nullable") and isinstance(schema.get("enum"), list):
        schema["enum"].append(None)
    return schema


def _pattern(path: str, greedy: frozenset[str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: ".+" if name[1] in greedy else "[^/]+", path)
