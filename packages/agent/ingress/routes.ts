import type { Plan, ResourceKey } from '@reconcile/core';
import type { RouteSpec, RouteState } from '@reconcile/core/kinds/route';
import type { ReadHost } from '@reconcile/host';
import { dialOf, type IngressLook } from './listeners.ts';

/** One route, from all three sides. */
export interface RouteRow {
  readonly key: ResourceKey;
  readonly listener: number;
  readonly name: string;
  readonly path: string;
  readonly mode: 'l4' | 'l7';
  readonly tls: boolean;
  readonly owner: 'ours' | 'foreign';
  readonly isDeclared: boolean;
  /** Addresses that our record leads to; null: there is no such route in it. */
  readonly configured: readonly string[] | null;
  /** Whether the running proxy takes this name, asked from outside: by TCP, and by TLS where it ends there. */
  readonly served: boolean;
  readonly state: string;
  readonly isWell: boolean;
}

type Look = IngressLook & { readonly plan: Plan; readonly host: ReadHost };

const dialTimeoutMs = 3000;

export async function listRoutes(look: Look): Promise<RouteRow[]> {
  const { desired, observed } = look;
  const keys = [...Object.values(desired.resources), ...Object.values(observed.resources)].flatMap(({ key, kind }) =>
    kind === 'route' ? [key] : [],
  );
  return Promise.all([...new Set(keys)].sort().map((key) => rowOf(look, key)));
}

async function rowOf(look: Look, key: ResourceKey): Promise<RouteRow> {
  const wanted = look.desired.resources[key];
  const seen = look.observed.resources[key];
  const spec = (wanted ?? seen)?.spec as unknown as RouteSpec;
  const state = seen?.state as unknown as RouteState | undefined;
  const isTaken = state !== undefined && (await answers(look, spec));
  return {
    key,
    listener: spec.listener,
    name: spec.hostname,
    path: spec.path,
    mode: spec.mode,
    tls: spec.tls,
    owner: seen?.owner === 'foreign' ? 'foreign' : 'ours',
    isDeclared: wanted !== undefined,
    configured: state?.targets ?? null,
    served: isTaken,
    ...stateOf(look, { key, state, isTaken }),
  };
}

async function answers(look: Look, { certificate, listener }: RouteSpec): Promise<boolean> {
  const dial = dialOf(look, listener);
  if (dial === undefined) return false;
  const { net } = look.host;
  if (certificate === undefined || certificate === '') {
    const verdict = await net.connect(dial.ip, dial.port, { timeoutMs: dialTimeoutMs, stayMs: 20 });
    return verdict === 'open' || verdict === 'answered';
  }
  return 'leaf' in (await net.handshake(dial.ip, dial.port, { name: certificate, timeoutMs: dialTimeoutMs }));
}

function stateOf(
  { plan }: Look,
  { isTaken, key, state }: { key: ResourceKey; state: RouteState | undefined; isTaken: boolean },
): { state: string; isWell: boolean } {
  const bad = (text: string) => ({ state: text, isWell: false });
  const unmanaged = plan.unmanaged.find((one) => one.key === key);
  if (unmanaged !== undefined) return bad(`unmanaged: ${unmanaged.why}`);
  const wait = plan.waiting.find((one) => one.key === key);
  if (wait !== undefined) return bad(`waits: ${wait.message}`);
  if (state === undefined) return bad('not there yet');
  if (state.parked) return bad('parked: requests wait');
  if (state.drifted) return bad('edited behind our back');
  if (plan.changes.some((one) => one.key === key)) return bad('to be changed');
  return isTaken ? { state: 'served', isWell: true } : bad('not served');
}
