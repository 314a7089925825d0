import type { ReadHost } from '@reconcile/host';
import { type LeafFacts, readBundle } from '@reconcile/host/tls';
import { fail } from '../errors.ts';
import type { InternalCaSettings } from '../settings.ts';

/** One root of ours, with what it may sign. */
export interface Root {
  readonly file: string;
  readonly number: number;
  /** PEM of the certificate, without the key. */
  readonly certificate: string;
  readonly key: string;
  readonly facts: LeafFacts;
  /** Domains its name constraints permit. */
  readonly zones: readonly string[];
}

const rootFile = /^root-(\d{1,6})\.pem$/;
const zonesLine = /^# reconcile root (\{.*\})$/m;

export function rootPath(settings: InternalCaSettings, number: number): string {
  return `${settings.dir}/root-${number}.pem`;
}

export function formatRoot(root: { certificate: string; key: string; zones: readonly string[] }): string {
  return `# reconcile root ${JSON.stringify({ zones: root.zones })}\n${root.certificate}${root.key}`;
}

/** Every root there is, oldest first. @throws CA_DAMAGED CA_UNSAFE */
export async function readRoots(host: ReadHost, settings: InternalCaSettings): Promise<Root[]> {
  const names = (await host.files.list(settings.dir)) ?? [];
  const numbers = names.flatMap((name) => rootFile.exec(name)?.[1] ?? []).map(Number);
  const roots = await Promise.all(numbers.sort((a, b) => a - b).map((number) => readRoot(host, settings, number)));
  return roots.filter((root) => root !== undefined);
}

async function readRoot(host: ReadHost, settings: InternalCaSettings, number: number): Promise<Root | undefined> {
  const file = rootPath(settings, number);
  const [text, stat] = await Promise.all([host.files.text(file, { maxBytes: 65_536 }), host.files.stat(file)]);
  if (text === undefined || stat === undefined) return undefined;
  if (stat.kind !== 'file' || stat.uid !== host.proc.uid() || (stat.mode & 0o077) !== 0) {
    throw fail('CA_UNSAFE', {
      message: `read ${file}`,
      wanted: `a file of uid ${host.proc.uid()}, mode 600`,
      actual: `${stat.kind} of uid ${stat.uid}, mode ${stat.mode.toString(8)}`,
      hint: `if nobody else can have read it: chmod 600 ${file}`,
    });
  }
  const bundle = readBundle(text);
  const certificate = bundle?.chain[0];
  if (bundle === undefined || certificate === undefined || bundle.trouble !== undefined) {
    throw fail('CA_DAMAGED', {
      message: `read ${file}`,
      actual: bundle?.trouble ?? 'no certificate in it',
      hint: 'restore it from a backup, or move it away: a new root is then made, which others must be told to trust',
    });
  }
  return { file, number, certificate, key: bundle.key, facts: bundle.leaf, zones: zonesOf(text) };
}

function zonesOf(text: string): string[] {
  try {
    const { zones } = JSON.parse(zonesLine.exec(text)?.[1] ?? '{}') as { zones?: unknown };
    return Array.isArray(zones) ? zones.map(String) : [];
  } catch {
    return [];
  }
}

/** How long a new root is shown to everybody before it signs, where the one before it still may. */
const overlapMs = 30 * 86_400_000;

export function permits(root: Root, hostname: string): boolean {
  return root.zones.some((zone) => hostname === zone || hostname.endsWith(`.${zone}`));
}

/**
 * Which root signs for a name: the newest that everybody had time to learn of, else the oldest that may. One whose end is
 * near does not, so that no certificate outlives it.
 */
export function signerFor(roots: readonly Root[], hostname: string, now: number): Root | undefined {
  const able = roots.filter(
    (root) => permits(root, hostname) && root.facts.notAfter > now && root.facts.notBefore <= now,
  );
  return able.findLast((root) => now - root.facts.notBefore >= overlapMs) ?? able[0];
}

/** Whether the next root should be made: at two thirds of the newest one's life. */
export function needsSuccessor(roots: readonly Root[], now: number): boolean {
  const newest = roots.at(-1);
  if (newest === undefined) return true;
  const { notBefore, notAfter } = newest.facts;
  return now >= notBefore + ((notAfter - notBefore) * 2) / 3;
}

/** What others should trust for this node: every root that is still good, newest first. */
export function trusted(roots: readonly Root[], now: number): string {
  return roots
    .filter((root) => root.facts.notAfter > now)
    .toReversed()
    .map((root) => root.certificate)
    .join('');
}
