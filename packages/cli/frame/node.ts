import type { NodeConfig } from '@reconcile/agent/config';
import type { Loaded } from '@reconcile/agent/desired';
import type { Seen } from '@reconcile/agent/look';
import type { Desired } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import type { Registry } from '@reconcile/registry';
import type { CliContext } from './context.ts';
import type { Early } from './early.ts';
import { withSpinner } from './progress.ts';

/** This machine's node as a reading command sees it: no lock, the registry read-only, nothing that can write. */
export interface Glimpse {
  readonly config: NodeConfig;
  readonly host: ReadHost;
  readonly registry: Registry;
  readonly loaded: Loaded;
}

export interface Sight extends Glimpse {
  readonly desired: Desired;
  readonly seen: Seen;
  /** When podman was first asked, `monotonicMs`. */
  readonly begunAt: number;
}

export interface GlimpseOptions {
  readonly ref?: string;
  readonly withEdits?: boolean;
}

export interface LookOptions extends GlimpseOptions {
  /** Called with the desired state while podman is still being looked at, and not before it answered once. */
  readonly onLoaded?: (found: Glimpse) => void;
}

/** Configuration and registry: what this node remembers. @throws CONFIG_* REGISTRY_* */
export async function remember(cx: CliContext): Promise<Pick<Glimpse, 'config' | 'registry'>> {
  const { loadNodeConfig } = await import('@reconcile/agent/config/quick');
  const { nodePaths } = await import('@reconcile/agent/node');
  const { openRegistry } = await import('@reconcile/registry');
  const config = await loadNodeConfig({
    env: cx.env,
    cwd: cx.cwd,
    uid: cx.uid,
    buildId: cx.install.buildId,
    ...(cx.configPath === undefined ? {} : { path: cx.configPath }),
  });
  const native = cx.install.nativeBinding;
  const registry = openRegistry(nodePaths(config).registry, {
    mode: 'read',
    ...(native === undefined ? {} : { nativeBinding: native }),
  });
  return { config, registry };
}

/** The same and the desired state. @throws CONFIG_* REGISTRY_* */
export async function glimpse(cx: CliContext, options: GlimpseOptions = {}): Promise<Glimpse> {
  const { createReadHost } = await import('@reconcile/host/reading');
  return glimpseWith(createReadHost(), cx, options);
}

async function glimpseWith(
  host: ReadHost,
  cx: CliContext,
  options: GlimpseOptions & { readonly early?: Early },
): Promise<Glimpse> {
  const { loadDesired } = await import('@reconcile/agent/desired');
  const { early, ...wanted } = options;
  const { config, registry } = await remember(cx);
  if (early !== undefined) {
    const { foresee } = await import('@reconcile/agent/wire/observers');
    foresee(config, { host, registry, signal: cx.signal, after: early.answered });
  }
  const loaded = await loadDesired({ config, host, registry, install: cx.install, signal: cx.signal, ...wanted });
  return { config, host, registry, loaded };
}

/** The same and one look at what is there. podman is asked first and answers meanwhile. @throws SOURCE_NOTHING */
export async function lookAround(cx: CliContext, options: LookOptions = {}): Promise<Sight> {
  const early = cx.early ?? (await (await import('./early.ts')).askEarly(cx));
  const { host } = early;
  try {
    const { onLoaded, ...wanted } = options;
    const found = await glimpseWith(host, cx, { ...wanted, early });
    const { config, loaded, registry } = found;
    void early.answered.then(() => onLoaded?.(found));
    const { lookAndPlan } = await import('@reconcile/agent/look');
    const { nodeObservers } = await import('@reconcile/agent/wire/observers');
    const { desired } = loaded;
    if (desired === undefined) {
      const { nothingToRun } = await import('@reconcile/agent/desired');
      throw nothingToRun(config, loaded);
    }
    const observers = await nodeObservers(config, host, early.take());
    const seen = await withSpinner(cx, `looking at ${config.node}`, () =>
      lookAndPlan({ config, host, registry, observers, desired, signal: cx.signal }),
    );
    return { ...found, desired, seen, begunAt: early.begunAt };
  } catch (error) {
    early.abandon();
    throw error;
  }
}
