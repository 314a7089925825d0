import type { Host } from '@reconcile/host';
import { acquireLock, type Lock, openRegistry, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import type { Install } from '../desired/model.ts';
import { fail } from '../errors.ts';
import { nodePaths } from '../node/paths.ts';

export interface BecomeWriter {
  readonly config: NodeConfig;
  readonly host: Host;
  readonly install: Install;
  readonly signal: AbortSignal;
  /** Where this process can be talked to, for whoever finds the lock held. */
  readonly socket?: string;
  /** How long to wait for another writer, ms. */
  readonly waitMs: number;
}

/** The node's single writer: its lock, and the registry opened under it. */
export interface Writer {
  readonly lock: Lock;
  readonly registry: Registry;
  /** Closes the registry, then lets the lock go. */
  readonly close: () => Promise<void>;
}

/** Takes the lock and opens the registry under its epoch. @throws NODE_BUSY */
export async function becomeWriter(input: BecomeWriter): Promise<Writer> {
  const { config, host, install } = input;
  await host.files.makeDir(config.stateDir, { mode: 0o700 });
  const lock = await takeLock(input);
  const native = install.nativeBinding === undefined ? {} : { nativeBinding: install.nativeBinding };
  try {
    const registry = openRegistry(nodePaths(config).registry, { mode: 'write', epoch: lock.epoch, ...native });
    return { lock, registry, close: () => registry.close().finally(() => lock.release()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function takeLock(input: BecomeWriter): Promise<Lock> {
  const { config, host, install, signal, socket, waitMs } = input;
  const got = await acquireLock(config.stateDir, {
    pid: process.pid,
    waitMs,
    signal,
    ...(socket === undefined ? {} : { socket }),
    ...(install.nativeBinding === undefined ? {} : { nativeBinding: install.nativeBinding }),
  });
  if ('epoch' in got) return got;
  const { pid, since, stopped } = got.heldBy;
  const age = since === 0 ? '' : ` for ${Math.round((host.clock.now() - since) / 1000)} s`;
  throw fail('NODE_BUSY', {
    message: `become the writer of ${config.node}`,
    key: config.stateDir,
    wanted: 'nobody else writing',
    actual: `process ${pid || 'unknown'} is${age}${stopped ? ', and it is stopped' : ''}`,
    hint: stopped ? `kill -CONT ${pid}` : `wait for it, or look: ps ${pid || ''}`,
  });
}
