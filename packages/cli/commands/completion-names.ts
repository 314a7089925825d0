import { join } from 'node:path';
import { createReadHost } from '@reconcile/host/reading';
import { readClientConfig } from '../edit/client-config.ts';
import { findFleet } from '../edit/find-fleet.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';

export type NameKind = 'service' | 'job' | 'stage' | 'node';

/** Definitions, wherever they come from. */
interface Files {
  /** Names of `services/*.toml`. */
  readonly services: readonly string[];
  read(path: string): Promise<Uint8Array | undefined>;
}

/**
 * What a shell may complete, one name a line: services, and after `web/` its parts; nodes of client.toml. No lock, no network, no podman; a
 * trouble gives no names, since nobody asked for its story.
 */
export async function runNames(cx: CliContext, kind: NameKind, typed: string): Promise<number> {
  const names = await named(cx, kind, typed).catch(() => []);
  const fitting = [...new Set(names)].filter((name) => name.startsWith(typed) && /^[\w./-]+$/.test(name)).sort();
  if (fitting.length > 0) cx.printText(fitting.join('\n'));
  return exit.converged;
}

async function named(cx: CliContext, kind: NameKind, typed: string): Promise<readonly string[]> {
  if (kind === 'node') return Object.keys((await readClientConfig(createReadHost({ env: cx.env })))?.nodes ?? {});
  const files = await checkoutFiles(cx).catch(() => rememberedFiles(cx));
  const slash = typed.indexOf('/');
  const services = slash < 0 ? files.services : files.services.filter((name) => name === typed.slice(0, slash));
  switch (kind) {
    case 'service':
      return slash < 0 ? services : partsOf(files, services, ['components', 'jobs']);
    case 'job':
      return partsOf(files, services, ['jobs']);
    case 'stage':
      return stages(files);
  }
}

/**
 * The caller's checkout: what is declared, here or elsewhere, committed or not. node.toml is read only where nothing else
 * says where that is: its reader takes longer to load than all the rest. @throws NO_CHECKOUT CONFIG_*
 */
async function checkoutFiles(cx: CliContext): Promise<Files> {
  const host = createReadHost({ env: cx.env });
  const { root, subdir } = await findFleet({ ...cx, host, config: undefined }).catch(async () => {
    const { nodeConfigOrNone } = await import('../frame/node-config.ts');
    return findFleet({ ...cx, host, config: await nodeConfigOrNone(cx) });
  });
  const dir = join(root, subdir);
  const names = (await host.files.list(join(dir, 'services'))) ?? [];
  return { services: serviceNames(names), read: (path) => host.files.read(join(dir, path)) };
}

/** A node without a checkout knows what it last applied. */
async function rememberedFiles(cx: CliContext): Promise<Files> {
  const { remember } = await import('../frame/node.ts');
  const { lastGoodSnapshot, loadSnapshot } = await import('@reconcile/registry');
  const { registry } = await remember(cx);
  try {
    const row = registry.read(lastGoodSnapshot);
    const files = row === undefined ? undefined : (await loadSnapshot(registry, row.commit))?.files;
    const names = [...(files?.keys() ?? [])].flatMap((path) => /^services\/([^/]+)$/.exec(path)?.[1] ?? []);
    return { services: serviceNames(names), read: async (path) => files?.get(path) };
  } finally {
    await registry.close();
  }
}

function serviceNames(files: readonly string[]): string[] {
  return files.flatMap((name) => /^([a-z0-9-]+)\.toml$/.exec(name)?.[1] ?? []);
}

async function partsOf(files: Files, services: readonly string[], tables: readonly string[]): Promise<string[]> {
  const found = services.map(async (service) => {
    const raw = await tableOf(files, `services/${service}.toml`);
    return tables.flatMap((table) => namesIn(raw?.[table])).map((part) => `${service}/${part}`);
  });
  return (await Promise.all(found)).flat();
}

/** `[[components]]` with names inside, or `[components.web]`. */
function namesIn(table: unknown): string[] {
  if (Array.isArray(table)) {
    const names = table.map((one: unknown) => (one as { name?: unknown } | null)?.name);
    return names.filter((name) => typeof name === 'string');
  }
  return typeof table === 'object' && table !== null ? Object.keys(table) : [];
}

async function stages(files: Files): Promise<string[]> {
  const boot = (await tableOf(files, 'fleet.toml'))?.boot as { sequence?: unknown } | undefined;
  const sequence = Array.isArray(boot?.sequence) ? boot.sequence : [];
  return sequence.flatMap((one: { stage?: unknown; name?: unknown }) => {
    const name = one.stage ?? one.name;
    return typeof name === 'string' ? [name] : [];
  });
}

async function tableOf(files: Files, path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const bytes = await files.read(path);
  const { readToml } = await import('@reconcile/spec/toml');
  return bytes === undefined ? undefined : (readToml(path, bytes).raw as Readonly<Record<string, unknown>> | undefined);
}
