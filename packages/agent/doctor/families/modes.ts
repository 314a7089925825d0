import type { Examined } from '../examined.ts';
import { type Finding, finding } from '../finding.ts';

interface Guarded {
  readonly path: string;
  /** Bits that must not be set. */
  readonly not: number;
  readonly mode: number;
}

/** Rights of what only this user may read, and of sockets that whoever may write to them can use. */
export async function modes({ config, host }: Examined): Promise<Finding[]> {
  const own = `${host.home.runtimeDir}/reconcile`;
  const dir = (path: string): Guarded => ({ path, not: 0o077, mode: 0o700 });
  const secret = (path: string): Guarded => ({ path, not: 0o077, mode: 0o600 });
  const socket = (path: string, group: boolean): Guarded => ({
    path,
    not: group ? 0o007 : 0o077,
    mode: group ? 0o660 : 0o600,
  });
  const guarded: Guarded[] = [dir(own), socket(`${own}/podman.sock`, false)];
  if (config !== undefined) {
    const { api, path, secretsDir, source, stateDir } = config;
    guarded.push(
      secret(path),
      ...(source.webhookSecretFile === undefined ? [] : [secret(source.webhookSecretFile)]),
      dir(stateDir),
      dir(secretsDir),
      secret(`${stateDir}/node.key`),
      dir(`${stateDir}/certificates`),
      dir(`${stateDir}/internal-ca`),
      dir(`${stateDir}/acme`),
      socket(api.unix, api.socketGroup !== ''),
      ...(await secretsIn(host, secretsDir)),
      ...(await secretsIn(host, `${stateDir}/certificates`)),
      ...(await secretsIn(host, `${stateDir}/internal-ca`)),
      ...(await secretsIn(host, `${stateDir}/acme`)),
      ...(await socketsIn(host, `${stateDir}/haproxy`)),
      ...(await socketsIn(host, `${host.home.runtimeDir}/reconcile/haproxy`)),
    );
  }
  const found = await Promise.all(guarded.map((one) => judge(host, one)));
  return found.flat();
}

type Files = Examined['host'];

async function secretsIn(host: Files, dir: string): Promise<Guarded[]> {
  const names = (await host.files.list(dir).catch(() => undefined)) ?? [];
  const found = await Promise.all(
    names.map(async (name) => {
      const path = `${dir}/${name}`;
      const stat = await host.files.stat(path).catch(() => undefined);
      // A certificate alone is no secret; everything else beside a key might be.
      return stat?.kind === 'file' && !/\.(?:crt|cer|chain)$/.test(name) ? [{ path, not: 0o077, mode: 0o600 }] : [];
    }),
  );
  return found.flat();
}

async function socketsIn(host: Files, dir: string): Promise<Guarded[]> {
  const names = (await host.files.list(dir).catch(() => undefined)) ?? [];
  const found = await Promise.all(
    names.map(async (name) => {
      const path = `${dir}/${name}`;
      return (await host.files.stat(path).catch(() => undefined))?.kind === 'socket'
        ? [{ path, not: 0o007, mode: 0o600 }]
        : [];
    }),
  );
  return found.flat();
}

async function judge(host: Files, { mode, not, path }: Guarded): Promise<Finding[]> {
  const stat = await host.files.stat(path).catch(() => undefined);
  if (stat === undefined || stat.kind === 'symlink') return [];
  const isSocket = stat.kind === 'socket';
  // Nor may a socket be closed to ourselves: that is what a restart with another umask does.
  if ((stat.mode & not) === 0 && (!isSocket || (stat.mode & 0o600) === 0o600)) return [];
  return [
    finding(isSocket ? 'SOCKET_MODE' : 'MODE_WIDE', isSocket ? 'warning' : 'error', {
      what: path,
      wanted: `mode ${mode.toString(8).padStart(4, '0')}`,
      actual: `mode ${stat.mode.toString(8).padStart(4, '0')}`,
      fix: `chmod ${mode.toString(8)} ${path}`,
      repair: { do: 'chmod', path, mode },
    }),
  ];
}
