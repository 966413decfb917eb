"""What people said of the fake's pull request, and what GitHub says that they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.forge import Answer

_AT = "2026-01-01T00:00:00Z"


@dataclass
class Words:
    """`author` opened the pull request; `rights` are permissions by login."""

    author: str = "jo"
    rights: dict[str, str] = field(default_factory=lambda: {"jo": "write"})
    reviews: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    bots: set[str] = field(default_factory=set)

    def user(self, login: str) -> dict[str, Any]:
        kind = "Bot" if login in self.bots else "User"
        return {"login": login, "id": 1, "type": kind, "user_view_type": "public"}

    def review(self, login: str, sha: str, state: str = "APPROVED") -> None:
        self.reviews.append(
            {"id": len(self.reviews) + 1, "user": self.user(login), "state": state}
            | {"commit_id": sha, "body": "", "submitted_at": _AT}
        )

    def label(self, login: str, name: str, event: str = "labeled") -> None:
        label = {"name": name, "color": "ededed"}
        self.events.append(
            {"id": len(self.events) + 1, "event": event, "actor": self.user(login)}
            | {"label": label, "created_at": _AT}
        )

    def right(self, login: str) -> tuple[int, Any]:
        if login not in self.rights:
            raise Answer(404, {"message": f"{login} is not a user"})
        told = {"permission": self.rights[login], "role_name": self.rights[login]}
        return 200, {**told, "user": None}
