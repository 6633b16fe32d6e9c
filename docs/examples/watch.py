import asyncio
import os
import uuid

from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

url = os.environ.get("REELAY_URL", "http://127.0.0.1:8000")
generate = gql("""
    mutation ($input: GenerateVideoInput!) {
      generateVideo(input: $input) { task { id } userErrors { message } }
    }
""")
watch = gql("subscription ($id: ID!) { taskStatusChanged(id: $id) { status videoUrl } }")


async def main():
    transport = WebsocketsTransport(url=url.replace("http", "ws", 1) + "/graphql")
    async with Client(transport=transport) as session:
        generate.variable_values = {
            "input": {
                "prompt": "A red fox walks through fresh snow",
                "idempotencyKey": str(uuid.uuid4()),
            }
        }
        made = await session.execute(generate)
        watch.variable_values = {"id": made["generateVideo"]["task"]["id"]}
        async for event in session.subscribe(watch):
            print(event["taskStatusChanged"])


asyncio.run(main())
