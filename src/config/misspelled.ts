import { editDistance } from '../domain/selection/edit-distance.ts';
import { registry } from '../providers/registry.ts';

/** An unknown variable with one of these prefixes is probably meant for Reelay, as is one with the name of a provider. */
const ownPrefix =
  /^(?:REELAY|GEMINI|VERTEX|PROVIDERS?|LIMIT|JWT|API_KEYS?|BUDGET|S3|MEDIA|FETCH|CORS|METRICS)_/;
/** Variables of the CLI. */
const ofTheCli = new Set(['REELAY_URL', 'REELAY_API_KEY']);
/** Shorter names, such as `POST`, are similar to too many others. */
const shortestSimilar = 5;

/**
 * The known variable that an unknown one is probably a misspelling of.
 *
 * @returns null when the name is known, or is probably another program's
 */
export function nearestKnown(name: string, known: readonly string[]): string | null {
  if (known.includes(name) || ofTheCli.has(name)) return null;
  const bare = name
    .toUpperCase()
    .replaceAll('-', '_')
    .replace(/^REELAY_/, '');
  const distances = known.map((candidate) => ({ candidate, distance: distanceOf(bare, candidate) }));
  const nearest = distances.reduce((best, next) => (next.distance < best.distance ? next : best));
  const isSimilar = nearest.distance === 0 || (bare.length >= shortestSimilar && nearest.distance <= 2);
  return isSimilar || isOwn(name.toUpperCase()) ? nearest.candidate : null;
}

/** A name that lacks its end, such as `LIMIT_SOCKETS`, is nearer than one with replaced letters. */
function distanceOf(bare: string, candidate: string): number {
  const words = candidate.split('_');
  const beginnings = words.slice(1, -1).map((_, index) => words.slice(0, index + 2).join('_'));
  return Math.min(
    candidate.startsWith(bare.includes('_') ? bare : `${bare}_`) ? 1 : editDistance(bare, candidate),
    ...beginnings.map((beginning) => 1 + editDistance(bare, beginning)),
  );
}

const isOwn = (name: string): boolean =>
  ownPrefix.test(name) || registry.some((declaration) => name.startsWith(`${declaration.name}_`));
