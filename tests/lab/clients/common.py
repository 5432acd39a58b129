"""What the Python drivers share: what to call, and what to make of the answer."""

import asyncio
import json
import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Task:
    """LAB_TOOL with LAB_ARGS (JSON) must answer LAB_EXPECT."""

    tool: str = field(default_factory=lambda: os.environ.get("LAB_TOOL", "add_numbers"))
    arguments: dict = field(default_factory=lambda: json.loads(os.environ.get("LAB_ARGS", '{"a": 17, "b": 25}')))
    expected: str = field(default_factory=lambda: os.environ.get("LAB_EXPECT", "42"))

    async def pause(self):
        """LAB_PAUSE seconds: long enough for a token of a few seconds to end, so that the client has to refresh."""
        await asyncio.sleep(float(os.environ.get("LAB_PAUSE", "0")))

    def judge(self, protocol, tools, result):
        """Prints one line for the log, and fails when the answer is not the expected one."""
        names = [tool.name for tool in tools]
        answer = "".join(getattr(block, "text", "") for block in result.content).strip()
        print(json.dumps({"protocol": protocol, "tools": names, "answer": answer}))
        if self.tool not in names:
            raise SystemExit(f"{self.tool} is not in the list of tools")
        if getattr(result, "is_error", False) or answer != self.expected:
            raise SystemExit(f"{self.tool} answered {answer!r}, expected {self.expected!r}")


def known_client():
    """Id and secret of a client that the server knows (LAB_CLIENT_ID, LAB_CLIENT_SECRET), if it is one."""
    return os.environ.get("LAB_CLIENT_ID"), os.environ.get("LAB_CLIENT_SECRET")


def keep_tokens(tokens):
    """Notes the tokens of this sign-in for scan-log.py."""
    if (path := os.environ.get("LAB_TOKENS")) and tokens:
        with open(path, "a", encoding="utf-8") as file:
            for token in (tokens.access_token, tokens.refresh_token):
                if token:
                    print(token, file=file)
