import type { Event } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { listNotes, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import { fail } from '../errors.ts';
import { keepNotes } from '../memory/memory.ts';
import { cheapFindings } from './cheap.ts';
import { examine } from './examined.ts';
import type { Finding } from './finding.ts';

export interface FitInput {
  readonly config: NodeConfig;
  readonly host: ReadHost;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly emit: (event: Event) => void;
}

const toldNote = 'doctor/told';

/**
 * Before the first write of this process: the findings that cost a few milliseconds and no program. What would destroy
 * something stops it here; other errors are told once, as they come and as they go. @throws NODE_UNFIT
 */
export async function assertFit({ config, emit, host, registry, signal }: FitInput): Promise<void> {
  const notes = registry.read(listNotes);
  const found = (await cheapFindings(await examine(host, signal, { config, notes }))).filter(
    ({ severity }) => severity === 'error',
  );
  const blocking = found.filter(({ blocks }) => blocks === true);
  if (blocking.length > 0) throw unfit(config, blocking);
  const before = (notes[toldNote] ?? {}) as Record<string, string>;
  const current = Object.fromEntries(found.map((one) => [`${one.code} ${one.what}`, `${one.actual}; ${one.fix}`]));
  if (Object.keys(before).join() === Object.keys(current).join()) return;
  const base = { at: host.clock.now(), node: config.node, generation: 0, cycleId: '' };
  const told = (name: string, status: 'True' | 'False', message: string) => {
    const [reason = ''] = name.split(' ');
    emit({ ...base, type: 'condition.changed', slot: config.node, condition: 'Fit', status, reason, message });
  };
  for (const [name, message] of Object.entries(current)) if (before[name] === undefined) told(name, 'False', message);
  for (const [name, message] of Object.entries(before)) if (current[name] === undefined) told(name, 'True', message);
  await keepNotes(registry, { [toldNote]: current });
}

function unfit(config: NodeConfig, blocking: readonly Finding[]): Error {
  return fail('NODE_UNFIT', {
    message: `write on ${config.node}`,
    key: config.node,
    wanted: blocking.map(({ wanted, what }) => `${what}: ${wanted}`).join('; '),
    actual: blocking.map(({ actual, code }) => `${actual} (${code})`).join('\n'),
    hint: blocking[0]?.fix ?? 'reconcile doctor',
  });
}
