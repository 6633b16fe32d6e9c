import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { useCases } from '../../src/domain/video-task.ts';
import { startKieApp } from '../support/kie-app.ts';

describe('a use case', () => {
  it.each(useCases)('%s frames the prompt, and sends what the task shows', async (useCase) => {
    const name = useCase.toLowerCase().replaceAll('_', '-');
    const file = new URL(`../../src/commands/prompts/${name}.txt`, import.meta.url);
    const frame = (await readFile(file, 'utf8')).trim();
    expect(frame.length).toBeGreaterThan(40);
    await using app = await startKieApp({}, { durationMs: 0 });
    const alone = await app.as().make('', { prompt: null, useCase });
    const framed = await app.as().make('', { prompt: '  Green fire ', useCase });
    expect([alone.prompt, framed.prompt]).toEqual([frame, `${frame}\n\nGreen fire`]);
    expect([alone.userPrompt, framed.userPrompt]).toEqual(['', 'Green fire']);
    for (const { id, prompt } of [alone, framed]) {
      const { providerTaskId } = await app.as().untilStage(id, 'COMPLETED');
      expect(app.simulator.stats.tasks[providerTaskId ?? '']?.prompt).toBe(prompt);
    }
  });
});
