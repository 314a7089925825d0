import type { NodePolicy } from '@reconcile/core';
import type { ContainerSpec } from '@reconcile/core/kinds/container';
import type { VolumeDefinition } from '../model/index.ts';
import { plainPath } from '../syntax/paths.ts';

/** Names for `[policy] flags` in node.toml: what a definition may ask for only where the node's owner said so. */
export const policyFlags = ['privileged', 'devices', 'cap_add', 'host-network', 'mount-U'] as const;
export type PolicyFlag = (typeof policyFlags)[number];

export type BreachCode = 'MountNotAllowed' | 'ImageNotAllowed' | 'FlagNotAllowed' | 'Dangerous';

/** One thing that this node does not allow. */
export interface Breach {
  readonly code: BreachCode;
  readonly message: string;
  /** What to look for in the file, most telling first, to say which line. */
  readonly needles: readonly string[];
  /** What would allow it: a key of `[policy]` in node.toml and what to add there. */
  readonly waiver: { readonly key: 'images' | 'mounts' | 'flags' | 'waive'; readonly value: string };
}

/** Everything in a spec that goes beyond the node's policy. Purely by text: symlinks are the driver's to follow. */
export function breaches(
  spec: ContainerSpec,
  policy: NodePolicy,
  volumes: ReadonlyMap<string, VolumeDefinition>,
): Breach[] {
  const found: Breach[] = [];
  if (!policy.images.some((pattern) => matches(pattern, spec.image))) {
    found.push({
      code: 'ImageNotAllowed',
      message: `image ${spec.image} is not in policy.images`,
      needles: [spec.image],
      waiver: { key: 'images', value: spec.image },
    });
  }
  for (const mount of spec.mounts) {
    for (const path of hostPaths(mount.source, volumes)) {
      if (policy.mounts.some((allowed) => isWithin(path, allowed))) continue;
      found.push({
        code: 'MountNotAllowed',
        message: `mount of ${path} is not below policy.mounts`,
        needles: [mount.source],
        waiver: { key: 'mounts', value: plainPath(path) },
      });
    }
  }
  for (const [flag, needle] of flagsOf(spec)) {
    if (!policy.flags.includes(flag))
      found.push({
        code: 'FlagNotAllowed',
        message: `"${flag}" is not in policy.flags`,
        needles: [needle],
        waiver: { key: 'flags', value: flag },
      });
  }
  return found;
}

function flagsOf(spec: ContainerSpec): (readonly [PolicyFlag, string])[] {
  return [
    ...(spec.privileged ? [['privileged', 'privileged'] as const] : []),
    ...(spec.devices.length > 0 ? [['devices', 'devices'] as const] : []),
    ...(spec.capAdd.length > 0 ? [['cap_add', 'cap_add'] as const] : []),
    ...(spec.network === 'host' ? [['host-network', '"host"'] as const] : []),
    ...(spec.mounts.some((mount) => mount.options.includes('U')) ? [['mount-U', 'U'] as const] : []),
  ];
}

/** A named volume whose options hold paths (`device = "/…"`, `o = "lowerdir=/…"`) is host directories by another name. */
export function hostPaths(source: string, volumes: ReadonlyMap<string, VolumeDefinition>): string[] {
  if (source.startsWith('/')) return [source];
  const texts = Object.values(volumes.get(source)?.options ?? {});
  return texts.flatMap((text) => text.split(/[=:,]/)).filter((part) => part.startsWith('/'));
}

/** On whole path segments: `/srv` holds `/srv/web`, not `/srv2`. `..` does not climb out. */
export function isWithin(path: string, allowed: string): boolean {
  const outer = plainPath(allowed);
  const inner = plainPath(path);
  return outer === '/' || inner === outer || inner.startsWith(`${outer}/`);
}

/** `*` stands for any run of characters. Linear: greedy from piece to piece, no expression to blow up. */
export function matches(pattern: string, text: string): boolean {
  const [first = '', ...pieces] = pattern.split('*');
  if (pieces.length === 0) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  const last = pieces.pop() ?? '';
  for (const piece of pieces) {
    const next = text.indexOf(piece, at);
    if (next < 0) return false;
    at = next + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
