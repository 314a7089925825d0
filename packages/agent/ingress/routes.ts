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
  const [isTaken, silence] = await Promise.all([state !== undefined && answers(look, spec), silenceOf(look, spec)]);
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
    ...stateOf(look, { key, state, isTaken, silence }),
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

/** On an edge: who does not answer behind the route; undefined: somebody does, or it leads to this machine. */
async function silenceOf({ host }: Look, { mode, remote }: RouteSpec): Promise<string | undefined> {
  if (remote === null) return undefined;
  const { address, ca, port, serverName } = remote;
  const place = `${/^ca\/(.+)-[0-9a-f]+\.pem$/.exec(ca)?.[1] ?? 'the worker'} (${address}:${port})`;
  if (mode === 'l4') {
    const verdict = await host.net.connect(address, port, { timeoutMs: dialTimeoutMs, stayMs: 20 });
    return verdict === 'open' || verdict === 'answered' ? undefined : `${place} does not answer: ${verdict}`;
  }
  const options = { name: serverName, proxied: true, timeoutMs: dialTimeoutMs };
  const shown = await host.net.handshake(address, port, options);
  return 'refused' in shown ? `${place} does not answer: ${shown.refused}` : undefined;
}

interface Sides {
  readonly key: ResourceKey;
  readonly state: RouteState | undefined;
  readonly isTaken: boolean;
  readonly silence: string | undefined;
}

function stateOf({ plan }: Look, { isTaken, key, silence, state }: Sides): { state: string; isWell: boolean } {
  const bad = (text: string) => ({ state: text, isWell: false });
  const unmanaged = plan.unmanaged.find((one) => one.key === key);
  if (unmanaged !== undefined) return bad(`unmanaged: ${unmanaged.why}`);
  const wait = plan.waiting.find((one) => one.key === key);
  if (wait !== undefined) return bad(`${state?.parked === true ? 'parked, requests wait' : 'waits'}: ${wait.message}`);
  if (state === undefined) return bad('not there yet');
  if (state.parked) return bad('parked: requests wait');
  if (state.drifted) return bad('edited behind our back');
  if (plan.changes.some((one) => one.key === key)) return bad('to be changed');
  if (!isTaken) return bad('not served');
  return silence === undefined ? { state: 'served', isWell: true } : bad(`kept; ${silence}`);
}
