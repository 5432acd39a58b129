"""PyPI mcp without a person (client_credentials): machine.py URL CLIENT_ID

With LAB_CLIENT_SECRET in the Authorization header; a client whose id ends with -key signs with LAB_RUN/machine.pem."""

import asyncio
import os
import pathlib
import sys

import httpx2
from common import Task, keep_tokens
from mcp import Client
from mcp.client.auth import TokenStorage
from mcp.client.auth.extensions.client_credentials import (
    ClientCredentialsOAuthProvider,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)
from mcp.client.streamable_http import streamable_http_client


class InMemory(TokenStorage):
    tokens = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        keep_tokens(tokens)
        self.tokens = tokens

    async def get_client_info(self):
        return None

    async def set_client_info(self, client_info):
        raise SystemExit("it registers, and need not")


def provider(url, client_id):
    common = {"server_url": url, "storage": InMemory(), "client_id": client_id, "issuer": os.environ["ISSUER"]}
    if not client_id.endswith("-key"):
        return ClientCredentialsOAuthProvider(**common, client_secret=os.environ["LAB_CLIENT_SECRET"])
    key = pathlib.Path(os.environ["LAB_RUN"], "machine.pem").read_text(encoding="utf-8")
    signed = SignedJWTParameters(issuer=client_id, subject=client_id, signing_key=key, signing_algorithm="ES256")
    return PrivateKeyJWTOAuthProvider(**common, assertion_provider=signed.create_assertion_provider())


async def main(url, client_id):
    task = Task()
    async with httpx2.AsyncClient(auth=provider(url, client_id), timeout=30) as http_client:
        async with Client(streamable_http_client(url, http_client=http_client), mode="auto") as client:
            tools = (await client.list_tools()).tools
            task.judge(client.protocol_version, tools, await client.call_tool(task.tool, task.arguments))


asyncio.run(main(*sys.argv[1:3]))
