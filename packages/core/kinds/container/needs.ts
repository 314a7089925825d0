import { portClaim } from '../../model/claim.ts';
import type { PartRequest } from '../../model/contract.ts';
import type { Json } from '../../model/json.ts';
import type { Claim, Reference } from '../../model/resource.ts';
import { isNamed } from './compare.ts';
import { leasedRoutes } from './ports.ts';
import type { ContainerSpec } from './spec.ts';
import { upgradeContainer } from './upgrade.ts';

/** Image, network, volumes, secrets. Slots it depends on are added by the compiler; parts by the planner. */
export function containerReferences(spec: ContainerSpec): Reference[] {
  return [
    { key: `image/${spec.image}` },
    ...(isNamed(spec.network) ? [{ key: `network/${spec.network}` } as const] : []),
    ...spec.mounts.map((mount) => ({ key: `volume/${mount.source}` }) as const),
    ...secretNamesOf(spec).map((name) => ({ key: `secret/${name}` }) as const),
  ];
}

/** Every secret it is given: as a file, as a variable, or within a file; each once. */
export function secretNamesOf({ files, secrets }: Pick<ContainerSpec, 'files' | 'secrets'>): string[] {
  return [...new Set([...secrets.map(({ name }) => name), ...files.flatMap((file) => file.secrets)])];
}

/** Fixed host ports of this machine (with the host's network: the ports the program binds itself), and the volumes that two versions of one slot must not write at once. */
export function containerClaims(spec: ContainerSpec): Claim[] {
  const ports = spec.ports.map((p) => portClaim(p.protocol, p.ip, p.host, p.count));
  const volumes = spec.mounts
    .filter((mount) => !mount.readOnly)
    .map((mount): Claim => ({ scope: 'slot', kind: 'volume', value: mount.source }));
  return [...ports, ...volumes];
}

/** One lease per route without a fixed port, one copy per mounted file; `on_change = "none"` keeps the content it was made with. */
export function containerParts(spec: ContainerSpec, recorded: Json | undefined): PartRequest[] {
  const keeps = recorded !== undefined && spec.files.some((file) => file.onChange === 'none');
  const kept = keeps ? upgradeContainer(recorded, 0)?.files : undefined;
  const before = (target: string) => kept?.find((file) => file.target === target)?.hash;
  const leases = leasedRoutes(spec).map(
    (route): PartRequest => ({ kind: 'port-lease', name: route, spec: { route }, specHash: route }),
  );
  const files = spec.files.map((file): PartRequest => {
    const hash = file.onChange === 'none' ? (before(file.target) ?? file.hash) : file.hash;
    const keeps = file.onChange === 'none' && file.secrets.length > 0 ? { keeps: true } : {};
    return {
      kind: 'file',
      name: file.target.replace(/^\//, ''),
      spec: { target: file.target, hash, mode: file.mode, owner: file.owner, secrets: file.secrets, ...keeps },
      specHash: hash,
    };
  });
  return [...leases, ...files];
}
