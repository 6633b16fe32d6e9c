import type { Behaviours } from '../switches.ts';
import type { GeminiWorld, Interaction } from './account-state.ts';

/** Output tokens for a second of video at each resolution (measured by a client, 2026-09-18). */
const tokensPerSecond: Readonly<Record<string, number>> = {
  '360p': 1931,
  '720p': 5792,
  '1080p': 8688,
  '4k': 17_376,
};

/** True if the interaction has ended by a moment. */
export const hasEnded = (interaction: Interaction, behaviours: Behaviours, at: number): boolean =>
  interaction.canceledAt !== null || (!behaviours.has('stuck') && at >= interaction.finishesAt);

/** The interaction as a poll shows it at a moment (shapes recorded by clients, 2026-07 to 10). */
export function interactionAt(
  world: GeminiWorld,
  interaction: Interaction,
  behaviours: Behaviours,
  at: number,
): object {
  const { id, model, createdAt, finishesAt } = interaction;
  const ended = hasEnded(interaction, behaviours, at);
  const head = {
    id: behaviours.has('wrong-id') ? 'v1_another' : id,
    object: 'interaction',
    model,
    created: new Date(createdAt).toISOString(),
    updated: new Date(ended ? finishesAt : createdAt).toISOString(),
    service_tier: 'standard',
  };
  if (interaction.canceledAt !== null) return { ...head, status: 'cancelled' };
  if (!ended) return { ...head, status: 'in_progress' };
  const steps = [
    { type: 'user_input', content: interaction.echo },
    { type: 'thought', signature: 'EpoGCpcGAXLI2nx' },
  ];
  const status = behaviours.get('google-status') ?? (behaviours.has('odd-state') ? 'rendering' : undefined);
  if (status !== undefined) return { ...head, status, steps };
  const code = behaviours.get('google-errors') ?? (behaviours.has('fail') ? 'internal' : undefined);
  if (code !== undefined) {
    const errors = [{ code, message: `The interaction failed: ${code}.` }];
    return { ...head, status: 'failed', errors, steps };
  }
  const usage = (tokens: number) => ({ output_tokens_by_modality: [{ modality: 'video', tokens }] });
  if (behaviours.has('filtered')) {
    const content = [{ type: 'text', text: 'I cannot create this video.' }];
    return { ...head, status: 'completed', steps: [...steps, { type: 'model_output', content }] };
  }
  const tokens = interaction.seconds * (tokensPerSecond[interaction.resolution] ?? 0);
  const content = [video(world, interaction, behaviours)];
  return {
    ...head,
    status: 'completed',
    usage: usage(tokens),
    steps: [...steps, { type: 'model_output', content }],
  };
}

function video(world: GeminiWorld, interaction: Interaction, behaviours: Behaviours): object {
  const head = { type: 'video', mime_type: 'video/mp4' };
  if (behaviours.has('no-url')) return head;
  if (interaction.delivery === 'inline' || behaviours.has('google-inline')) {
    return { ...head, data: Buffer.from(world.samples(interaction.aspect, 'mp4')).toString('base64') };
  }
  const uri =
    behaviours.get('result-url') ?? `${world.url}/v1beta/files/${interaction.fileId}:download?alt=media`;
  return { ...head, uri };
}
