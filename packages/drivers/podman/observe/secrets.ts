import type { Json, ObserveContext, ObservedResource } from '@reconcile/core';
import type { SecretState } from '@reconcile/core/kinds/secret';
import type { ReadHost } from '@reconcile/host';
import type { SecretRow } from '../client/contract.ts';
import { isOurs } from '../labels.ts';
import { copyName, readSecretFile, sealedMark, sealedValue, secretMark } from '../secrets/index.ts';
import type { PodmanSettings } from '../settings.ts';

const prefix = copyName('');

/** Secrets that definitions name, and copies of ours that nobody names any more. */
export async function observedSecrets(
  cx: ObserveContext<ReadHost>,
  rows: readonly SecretRow[],
  settings: PodmanSettings,
): Promise<ObservedResource[]> {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const ours = rows.filter((row) => row.name.startsWith(prefix) && isOurs(row.labels, cx));
  const names = new Set([...wantedSecrets(cx), ...ours.map((row) => row.name.slice(prefix.length))]);
  const key = names.size === 0 ? undefined : await settings.nodeKey();
  const canUnseal = [...names].some((name) => sealedValue(cx.desired, name) !== undefined)
    ? ((await settings.canUnseal?.()) ?? true)
    : true;
  const seen = await Promise.all(
    [...names].sort().map(async (name): Promise<ObservedResource[]> => {
      const content = await readSecretFile(cx.host, settings.secretsDir, name);
      const sealed = sealedValue(cx.desired, name);
      const copy = ours.find((row) => row.name === copyName(name));
      const plain = byName.get(name);
      const isGiven = content !== undefined || sealed !== undefined;
      const row = copy ?? (isGiven ? undefined : plain);
      if (row === undefined && !isGiven) return [];
      const state: SecretState = {
        podmanName: row?.name ?? '',
        file: content !== undefined ? secretMark(content, key) : sealed === undefined ? null : sealedMark(sealed),
        recorded: copy === undefined ? null : (cx.ledger.secrets[name] ?? null),
        createdAt: row?.createdAt ?? 0,
        ...(content === undefined && sealed !== undefined && !canUnseal ? { isLocked: true } : {}),
      };
      const resourceKey = `secret/${name}` as const;
      return [
        {
          key: resourceKey,
          kind: 'secret',
          slot: resourceKey,
          services: cx.desired.resources[resourceKey]?.services ?? [],
          owner: copy === undefined && !isGiven ? 'foreign' : 'managed',
          state: state as unknown as Json,
          health: 'none',
          references: [],
          claims: [],
        },
      ];
    }),
  );
  return seen.flat();
}

export function wantedSecrets(cx: ObserveContext<ReadHost>): readonly string[] {
  return Object.values(cx.desired.resources)
    .filter((resource) => resource.kind === 'secret')
    .map((resource) => resource.key.slice('secret/'.length));
}
