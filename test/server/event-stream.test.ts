import { createClient } from 'graphql-sse';
import { describe, expect, it } from 'vitest';
import { generateAt, startTestApp } from '../support/start-app.ts';

describe('GraphQL over SSE', () => {
  it('works with graphql-sse: present state, each later one, the end', async () => {
    await using app = await startTestApp();
    const client = createClient({ url: `${app.url}/graphql`, retryAttempts: 0 });
    const id = await generateAt(app.url, { prompt: 'A red fox' });
    const states: (string | undefined)[] = [];
    for await (const { data } of client.iterate<{ taskStatusChanged: { status: string } }>({
      query: 'subscription ($id: ID!) { taskStatusChanged(id: $id) { status } }',
      variables: { id },
    })) {
      states.push(data?.taskStatusChanged.status);
    }
    client.dispose();
    expect(states.at(-1)).toBe('COMPLETED');
    expect(states.filter((status) => status === 'COMPLETED')).toHaveLength(1);
  });

  it('answers GET, as EventSource asks', async () => {
    await using app = await startTestApp();
    const id = await generateAt(app.url, { prompt: 'A red fox' });
    const query = `subscription { taskStatusChanged(id: "${id}") { status } }`;
    const response = await fetch(`${app.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(await response.text()).toMatch(
      /event: next\ndata: \{"data":\{"taskStatusChanged":\{"status":"COMPLETED"\}\}\}\n\nevent: complete\n/,
    );
  });
});
