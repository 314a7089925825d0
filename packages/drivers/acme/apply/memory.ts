import { fileWord } from '@reconcile/core/kinds/certificate';
import type { Host } from '@reconcile/host';
import type { AcmeSettings } from '../observe/settings.ts';

/** An order under way, and how the last ones ended. Written before each step that the server counts. */
export interface OrderMemory {
  /** Of the open order; '' = none. */
  readonly url: string;
  /** Key of the certificate to be: an order that was finalized with it is worth nothing without it. */
  readonly key: string;
  readonly failures: number;
  readonly failedAt: number;
}

export interface AccountMemory {
  readonly key: string;
  /** '' until the server has given one. */
  readonly url: string;
}

const none: OrderMemory = { url: '', key: '', failures: 0, failedAt: 0 };

/** One file per server: an account or an order of another one means nothing to it. */
function place(settings: AcmeSettings, name: string): string {
  const server = settings.directory.replace(/^https:\/\//, '').replace(/[^A-Za-z0-9.-]+/g, '_');
  return `${settings.dir}/${server.slice(0, 120)}/${name}.json`;
}

async function read(host: Host, path: string): Promise<Record<string, unknown>> {
  const text = await host.files.text(path, { maxBytes: 65_536 });
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

async function write(host: Host, path: string, value: OrderMemory | AccountMemory): Promise<void> {
  await host.files.makeDir(path.slice(0, path.lastIndexOf('/')), { mode: 0o700 });
  await host.files.write(path, `${JSON.stringify(value)}\n`, { mode: 0o600 });
}

export async function recallOrder(host: Host, settings: AcmeSettings, hostname: string): Promise<OrderMemory> {
  const { failedAt, failures, key, url } = await read(host, place(settings, `order-${fileWord(hostname)}`));
  return {
    url: typeof url === 'string' ? url : none.url,
    key: typeof key === 'string' ? key : none.key,
    failures: typeof failures === 'number' ? failures : none.failures,
    failedAt: typeof failedAt === 'number' ? failedAt : none.failedAt,
  };
}

export function rememberOrder(
  host: Host,
  settings: AcmeSettings,
  { hostname, order }: { readonly hostname: string; readonly order: OrderMemory },
): Promise<void> {
  return write(host, place(settings, `order-${fileWord(hostname)}`), order);
}

export async function forgetOrder(host: Host, settings: AcmeSettings, hostname: string): Promise<void> {
  await host.files.remove(place(settings, `order-${fileWord(hostname)}`));
}

export async function recallAccount(host: Host, settings: AcmeSettings): Promise<AccountMemory | undefined> {
  const { key, url } = await read(host, place(settings, 'account'));
  return typeof key === 'string' && key !== '' ? { key, url: typeof url === 'string' ? url : '' } : undefined;
}

export function rememberAccount(host: Host, settings: AcmeSettings, account: AccountMemory): Promise<void> {
  return write(host, place(settings, 'account'), account);
}
