import type { NodeConfig } from '@reconcile/agent/config';
import { isFleetError } from '@reconcile/core';
import { line, piece } from '@reconcile/core/render';
import type { Host } from '@reconcile/host';
import { createHost } from '@reconcile/host/writing';
import { askAgent } from '../door/ask.ts';
import { fail } from '../door/errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { nodeConfigOrNone } from '../frame/node-config.ts';

export interface DashboardOptions {
  /** false: prints the link and opens nothing. */
  readonly open: boolean;
}

/** What `dashboard --json` prints: everything that a laptop needs. */
interface Door {
  readonly version: 1;
  readonly node: string;
  /** Where the agent listens, as the node itself reaches it. */
  readonly address: string;
  readonly code: string;
  readonly until: number;
}

const sshTimeoutMs = 30_000;
const tunnelAfterMs = 15_000;

/**
 * `dashboard [HOST]`: a link that opens the dashboard once. With HOST: of another machine's agent, through a tunnel of ssh that
 * lasts until Ctrl-C. @throws AGENT_AWAY DASHBOARD_OFF TUNNEL_FAILED
 */
export async function runDashboard(cx: CliContext, to: string | undefined, options: DashboardOptions): Promise<number> {
  const host = createHost({ env: cx.env });
  if (to !== undefined) return through(cx, { host, to, options });
  const door = await doorOf(cx, await nodeConfigOrNone(cx));
  if (cx.json) cx.printJson(door);
  else await show(cx, host, { url: linkOf(door.address, door.code), options });
  return exit.converged;
}

async function doorOf(cx: CliContext, config: NodeConfig | undefined): Promise<Door> {
  if (config === undefined) {
    throw fail('AGENT_AWAY', {
      message: 'open the dashboard',
      actual: 'no node.toml here',
      hint: 'reconcile dashboard HOST, through ssh',
    });
  }
  const [address] = config.api.http;
  if (address === undefined) {
    throw fail('DASHBOARD_OFF', {
      message: 'open the dashboard',
      key: config.path,
      hint: '[api] http = ["127.0.0.1:9777"] in node.toml, then start the agent anew',
    });
  }
  const made = await askAgent<{ code: string; until: number }>(cx, config, {
    method: 'POST',
    path: '/api/v1/login-links',
    body: {},
  });
  if (made === undefined) {
    throw fail('AGENT_AWAY', {
      message: `open the dashboard of ${config.node}`,
      hint: 'reconcile agent, or: reconcile install',
    });
  }
  return { version: 1, node: config.node, address, code: made.code, until: made.until };
}

interface Through {
  readonly host: Host;
  readonly to: string;
  readonly options: DashboardOptions;
}

/** The other machine makes the link for whoever ssh let in; the browser reaches it through the same ssh. */
async function through(cx: CliContext, { host, options, to }: Through): Promise<number> {
  const asked = await host.run
    .run('ssh', ['-T', '-o', 'ConnectTimeout=10', '--', to, 'reconcile', 'dashboard', '--json'], {
      timeoutMs: sshTimeoutMs,
      signal: cx.signal,
      env: agentEnv(cx),
    })
    .catch((error: unknown) => {
      throw fail('TUNNEL_FAILED', { message: `reach ${to} through ssh`, cause: error });
    });
  const door = asked.exitCode === 0 ? readDoor(asked.stdout) : undefined;
  if (door === undefined) {
    throw fail('TUNNEL_FAILED', {
      message: `ask ${to} for a link`,
      actual: asked.stderr.trim().split('\n').at(-1) ?? `exit ${asked.exitCode}`,
    });
  }
  const port = await freePort();
  const ended = new AbortController();
  const stop = () => ended.abort();
  cx.signal.addEventListener('abort', stop);
  const tunnel = keepTunnel({ host, cx, signal: ended.signal, to, forward: `127.0.0.1:${port}:${door.address}` });
  try {
    await Promise.race([tunnel, reached(port, ended.signal)]);
    await show(cx, host, { url: linkOf(`127.0.0.1:${port}`, door.code), options });
    cx.tell([line(piece(`${door.node} through ssh ${to}, until Ctrl-C`, 'dim'))]);
    await tunnel;
  } finally {
    stop();
    cx.signal.removeEventListener('abort', stop);
  }
  return exit.converged;
}

interface Tunnel {
  readonly host: Host;
  readonly cx: CliContext;
  readonly signal: AbortSignal;
  readonly to: string;
  readonly forward: string;
}

/** Resolves when it was ended here. @throws TUNNEL_FAILED: it ended by itself */
async function keepTunnel({ cx, forward, host, signal, to }: Tunnel): Promise<void> {
  const argv = ['-N', '-T', '-o', 'ExitOnForwardFailure=yes', '-o', 'ServerAliveInterval=15', '-L', forward, '--', to];
  try {
    for await (const said of host.run.lines('ssh', argv, {
      timeoutMs: 24 * 3_600_000,
      signal,
      env: agentEnv(cx),
      stderr: true,
    }))
      cx.tell([line(piece(said, 'dim'))]);
  } catch (error) {
    if (signal.aborted || (isFleetError(error) && error.code === 'RUN_CANCELLED')) return;
    throw fail('TUNNEL_FAILED', { message: `keep the tunnel to ${to}`, cause: error });
  }
  if (!signal.aborted) throw fail('TUNNEL_FAILED', { message: `keep the tunnel to ${to}`, actual: 'ssh ended' });
}

/** ssh asks the caller's own key agent, as it would by hand. */
function agentEnv({ env }: CliContext): Record<string, string> {
  const socket = env.SSH_AUTH_SOCK;
  return socket === undefined ? {} : { SSH_AUTH_SOCK: socket };
}

function readDoor(text: string): Door | undefined {
  try {
    const door = JSON.parse(text) as Partial<Door>;
    const isWhole =
      /^[\w.:[\]-]+:\d+$/.test(door.address ?? '') && /^[\w-]+$/.test(door.code ?? '') && typeof door.node === 'string';
    return isWhole ? (door as Door) : undefined;
  } catch {
    return undefined;
  }
}

function linkOf(address: string, code: string): string {
  return `http://${address.replace(/^(0\.0\.0\.0|\[::\])(?=:\d+$)/, '127.0.0.1')}/#login=${code}`;
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}

/** Until the tunnel's near end takes connections. @throws TUNNEL_FAILED */
async function reached(port: number, signal: AbortSignal): Promise<void> {
  const { connect } = await import('node:net');
  const { setTimeout: pause } = await import('node:timers/promises');
  const until = Date.now() + tunnelAfterMs;
  while (Date.now() < until && !signal.aborted) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => socket.destroy());
      socket.setTimeout(1000, () => socket.destroy());
    });
    if (isOpen) return;
    await pause(100, undefined, { signal }).catch(() => undefined);
  }
  if (!signal.aborted)
    throw fail('TUNNEL_FAILED', { message: 'open the tunnel', actual: `nothing listens on 127.0.0.1:${port}` });
}

/** The link on stdout; opened where there is a desktop to open it on. */
async function show(
  cx: CliContext,
  host: Host,
  { options, url }: { readonly url: string; readonly options: DashboardOptions },
): Promise<void> {
  cx.printText(url);
  cx.tell([line(piece('opens once, within a minute', 'dim'))]);
  const hasDesktop = cx.env.DISPLAY !== undefined || cx.env.WAYLAND_DISPLAY !== undefined;
  if (!options.open || !hasDesktop || !cx.look.isTerminal) return;
  const desktop = Object.fromEntries(
    ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'DBUS_SESSION_BUS_ADDRESS'].flatMap((name) => {
      const value = cx.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  await host.run.start('xdg-open', [url], { env: desktop }).catch(() => undefined);
}
