import type { Json } from '@reconcile/core';
import type { ContainerSpec } from '@reconcile/core/kinds/container';
import type { RouteSpec } from '@reconcile/core/kinds/route';
import { namesOf, ownRanges, readAccounts } from '../doctor/machine/accounts.ts';
import { parachuteOf } from '../parachute/index.ts';
import type { RenderInput } from '../render/podman.ts';
import { routeAddress } from '../standing/reached.ts';
import type { Runbook } from './runbook.ts';

export interface RunbookInput extends RenderInput {
  readonly message: string;
}

/**
 * What the document says of this node. Offline; where podman is not to be read, everything counts as still to be made. Reads
 * only.
 */
export async function collectRunbook(from: RunbookInput): Promise<Runbook> {
  const { config, host, ledger, message } = from;
  // A kind that cannot be read hides what is declared of it; here that is what counts.
  const input = { ...from.input, observed: { ...from.input.observed, blind: {} } };
  const parachute = await parachuteOf({ ...from, input });
  const { desired } = input;
  const accounts = await readAccounts(host);
  const uid = host.proc.uid();
  const user = namesOf(accounts, uid)[0] ?? String(uid);
  const ranges = (kind: 'subuid' | 'subgid') => rangesText(ownRanges(accounts[kind], { name: user, uid }));
  const containers = Object.values(desired.resources).filter(
    ({ active, kind }) => kind === 'container' && active !== false,
  );
  const ordered = [...containers].sort((a, b) => (a.stage ?? 0) - (b.stage ?? 0) || (a.slot < b.slot ? -1 : 1));
  const specs = ordered.map(({ spec }) => spec as unknown as ContainerSpec);
  return {
    parachute,
    fleet: desired.fleet,
    message,
    user,
    uid,
    store: storeOf(ledger.notes),
    subordinate: { subuid: ranges('subuid'), subgid: ranges('subgid') },
    images: [...new Set(specs.map(({ image }) => image))],
    addresses: config.addresses,
    source: config.source.path,
    configPath: config.path,
    data: [
      ...new Set(
        specs.flatMap(({ mounts }) =>
          mounts.map(({ source }) => (source.startsWith('/') ? source : `volume ${source}`)),
        ),
      ),
    ].sort(),
    reached: [
      ...Object.values(desired.resources).flatMap(({ kind, spec }) =>
        kind === 'route' ? [routeAddress(spec as unknown as RouteSpec)] : [],
      ),
      ...ordered.flatMap(({ slot, spec }) =>
        (spec as unknown as ContainerSpec).ports.map(
          ({ host: port, ip, protocol }) => `${slot}: ${ip === '' ? '*' : ip}:${port}/${protocol}`,
        ),
      ),
    ].sort(),
  };
}

function rangesText(ranges: readonly { readonly first: number; readonly count: number }[]): string {
  return ranges.map(({ count, first }) => `${first}:${count}`).join(',');
}

function storeOf(notes: Readonly<Record<string, Json>>): Runbook['store'] {
  const found = notes['podman/identity'] as Partial<NonNullable<Runbook['store']>> | null | undefined;
  const { driver, graphRoot, runRoot } = found ?? {};
  return driver === undefined || graphRoot === undefined || runRoot === undefined
    ? undefined
    : { driver, graphRoot, runRoot };
}
