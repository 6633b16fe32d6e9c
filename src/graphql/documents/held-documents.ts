import type { DocumentNode } from 'graphql';
import type { Owner } from '../../domain/video-task.ts';

/** The limit of memory for the documents of one owner's open subscriptions, in bytes. */
const maxHeldBytes = 64 * 1024 * 1024;
/** The same for all owners. */
const maxHeldBytesOfAll = 4 * maxHeldBytes;

/** The documents of open subscriptions, each counted once per owner. */
export class HeldDocuments {
  readonly #byOwner = new Map<Owner, Map<DocumentNode, { readonly bytes: number; count: number }>>();
  readonly #bytes = new Map<Owner, number>();
  #bytesOfAll = 0;

  /** Counts a document for an owner until it is released. False, and not counted, if that exceeds the limit. */
  hold(owner: Owner, document: DocumentNode, bytes: number): boolean {
    const held = this.#byOwner.get(owner) ?? new Map<DocumentNode, { bytes: number; count: number }>();
    const known = held.get(document);
    if (known !== undefined) {
      known.count += 1;
      return true;
    }
    const total = (this.#bytes.get(owner) ?? 0) + bytes;
    if (total > maxHeldBytes || this.#bytesOfAll + bytes > maxHeldBytesOfAll) return false;
    this.#byOwner.set(owner, held.set(document, { bytes, count: 1 }));
    this.#bytes.set(owner, total);
    this.#bytesOfAll += bytes;
    return true;
  }

  /** Takes back one `hold` that returned true. */
  release(owner: Owner, document: DocumentNode): void {
    const held = this.#byOwner.get(owner);
    const known = held?.get(document);
    if (held === undefined || known === undefined) return;
    known.count -= 1;
    if (known.count > 0) return;
    held.delete(document);
    this.#bytesOfAll -= known.bytes;
    if (held.size === 0) {
      this.#byOwner.delete(owner);
      this.#bytes.delete(owner);
    } else this.#bytes.set(owner, (this.#bytes.get(owner) ?? 0) - known.bytes);
  }
}
