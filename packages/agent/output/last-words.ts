import type { SlotKey } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import type { Scene, SeenContainer } from '../standing/scene.ts';
import { followContainer } from './follow.ts';
import { keptOutput } from './kept.ts';

export interface LastWords {
  /** Whose they are: `last output of web-3fa9c1d2`. */
  readonly of: string;
  readonly lines: readonly string[];
}

const shownLines = 8;

/** The last lines a slot's program printed: of the version that failed, when one was rolled back. Never throws. */
export async function lastWords(
  { config, host, scene, signal }: { config: NodeConfig; host: ReadHost; scene: Scene; signal: AbortSignal },
  slot: SlotKey,
  seen: SeenContainer | undefined,
): Promise<LastWords> {
  const kept = async (what: 'previous' | 'job', of: string): Promise<LastWords> => {
    const lines = await keptOutput(host, config, { slot, what }).catch(() => undefined);
    return { of, lines: (lines ?? []).slice(-shownLines) };
  };
  if (scene.wanted.get(slot)?.kind === 'job') return kept('job', 'last run printed');
  if (seen === undefined || scene.holds.get(slot)?.code === 'KnownBad')
    return kept('previous', 'the one before printed');
  const name = seen.key.slice('container/'.length);
  return { of: `${name} printed`, lines: await tail(host, name, signal) };
}

async function tail(host: ReadHost, name: string, signal: AbortSignal): Promise<string[]> {
  const lines: { at: string; text: string }[] = [];
  try {
    for await (const line of followContainer(host, name, { follow: false, lines: shownLines, signal }))
      lines.push(line);
  } catch {
    return [];
  }
  return lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map(({ text }) => text);
}
