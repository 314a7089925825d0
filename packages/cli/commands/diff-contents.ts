import { nodePaths } from '@reconcile/agent/node';
import { isFleetError } from '@reconcile/core';
import { loadSnapshot } from '@reconcile/registry';
import { contentHash } from '@reconcile/spec/hash';
import type { Sight } from '../frame/node.ts';

/** undefined: no such file. `lost`: there was one, and nobody keeps its content any more. */
export type Content = Uint8Array | 'lost' | undefined;

/** Contents of mounted files by hash: from the blob store, else from the snapshot that names them. Reads only. */
export class Contents {
  readonly #sight: Sight;
  #snapshot: Promise<ReadonlyMap<string, Uint8Array>> | undefined;

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  async byHash(hash: string): Promise<Content> {
    const { config, host } = this.#sight;
    const stored = await host.files.read(`${nodePaths(config).blobs}/${hash}`);
    if (stored !== undefined) return stored;
    this.#snapshot ??= this.#fromSnapshot();
    return (await this.#snapshot).get(hash) ?? 'lost';
  }

  /** A container's own copy, as it lies there; one of another owner cannot be read. */
  async ofCopy(path: string): Promise<Content> {
    try {
      return await this.#sight.host.files.read(path);
    } catch (error) {
      if (isFleetError(error)) return 'lost';
      throw error;
    }
  }

  async #fromSnapshot(): Promise<ReadonlyMap<string, Uint8Array>> {
    const { desired, loaded, registry } = this.#sight;
    const snapshot = loaded.fresh?.snapshot ?? (await loadSnapshot(registry, desired.commit));
    return new Map([...(snapshot?.files ?? [])].map(([, bytes]) => [contentHash(bytes), bytes]));
  }
}
