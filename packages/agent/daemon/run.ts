import type { Principal } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { lockHolder } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import type { Install } from '../desired/model.ts';
import { type NoteCall, timedHost } from '../http/metrics/call-times.ts';
import { becomeWriter } from '../pass/writer.ts';
import { agentService } from '../service/agent-service.ts';
import type { AgentService } from '../service/contract.ts';
import { AgentCore } from './core.ts';
import { fail } from './errors.ts';
import { sourceHook } from './hook.ts';
import { NodeFile } from './node-file.ts';
import { notifier } from './notify.ts';
import { problemOf } from './problem.ts';

export interface AgentInput {
  readonly config: NodeConfig;
  readonly host: Host;
  readonly install: Install;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directory of the built dashboard. */
  readonly pages?: string;
  /** Fires when it is to end: containers stay as they are. */
  readonly signal: AbortSignal;
  readonly failpoint?: string;
  /** Reads node.toml again. @throws CONFIG_* */
  readConfig(): Promise<NodeConfig>;
  /** It is up; until it ends it can be asked. */
  started(agent: RunningAgent): void;
}

export interface RunningAgent {
  readonly service: AgentService;
  readonly by: Principal;
  /** Addresses of the HTTP API. */
  readonly addresses: readonly string[];
  /** Never fails: a node.toml that cannot be taken over is told in the state. */
  reload(): Promise<void>;
}

/** How long another writer is waited for, ms: a one-shot pass may be at its end. */
const waitMs = 10_000;
/** What is in hand gets this long; whatever is not through by then stands in the journal. */
const farewellMs = 9_000;

/**
 * The agent, from its lock to its end. Resolves when `signal` fired and it has ended in order. @throws AGENT_RUNS NODE_BUSY RPC_SOCKET
 * CONFIG_INVALID, REGISTRY_SUPERSEDED when somebody else has become the writer
 */
export async function runAgent(input: AgentInput): Promise<void> {
  const { config, install, signal } = input;
  // Calls of podman are timed for the metrics, which begin later.
  let noteCall: NoteCall = () => undefined;
  const host = timedHost(input.host, (...call) => noteCall(...call));
  refuseSecond(config);
  const notify = notifier(host, input.env);
  const writer = await becomeWriter({ config, host, install, signal, waitMs, socket: config.api.unix });
  const broken = new AbortController();
  const closing: (() => Promise<void>)[] = [() => writer.close()];
  try {
    const core = await AgentCore.start({
      config,
      host,
      install,
      version: input.version,
      writer,
      fatal: (error) => broken.abort(error),
      ...(input.failpoint === undefined ? {} : { failpoint: input.failpoint }),
    });
    closing.unshift(() => within(core.end(), farewellMs));
    const agent = await open(core, input, closing);
    noteCall = agent.noteCall;
    const beating = beat(core, notify);
    closing.unshift(async () => clearInterval(beating));
    input.started(agent);
    await notify.tell('READY=1', `STATUS=${config.node}: watching`);
    await ended(signal, broken.signal);
    await notify.tell('STOPPING=1');
  } finally {
    for (const close of closing) await close();
  }
  if (broken.signal.aborted) throw broken.signal.reason;
}

function refuseSecond({ node, stateDir }: NodeConfig): void {
  const { pid, socket } = lockHolder(stateDir);
  if (pid === 0 || socket === '') return;
  throw fail('AGENT_RUNS', {
    message: `begin the agent of ${node}`,
    key: stateDir,
    wanted: 'one agent on a node',
    actual: `process ${pid} is its agent`,
    hint: `reconcile status; kill -HUP ${pid} reads node.toml again, kill ${pid} ends it`,
  });
}

/** Its socket, and HTTP where it is asked for. */
async function open(
  core: AgentCore,
  input: AgentInput,
  closing: (() => Promise<void>)[],
): Promise<RunningAgent & { readonly noteCall: NoteCall }> {
  const { config, host } = input;
  const uid = host.proc.uid();
  const by: Principal = { issuer: 'unix', subject: String(uid), kind: 'person', scopes: ['admin'] };
  const file = new NodeFile(core, () => input.readConfig());
  const reload = () => file.reload();
  const service = agentService(core, reload);
  const { startRpc } = await import('../rpc/index.ts');
  const rpc = await startRpc({
    service,
    config,
    registry: core.registry,
    uid,
    now: () => host.clock.now(),
    problem: (name, error) => core.problem(name, error === undefined ? undefined : problemOf(error)),
  });
  closing.unshift(() => rpc.close());
  const { startHttp } = await import('../http/index.ts');
  const http = await startHttp({
    service,
    config,
    registry: core.registry,
    version: input.version,
    now: () => host.clock.now(),
    newId: () => host.ids.random(),
    uid,
    hook: sourceHook({
      host,
      config: () => core.config,
      problem: (name, problem) => core.problem(name, problem),
      hint: () => core.askSource(),
    }),
    onError: (error) => core.problem('http', problemOf(error)),
    ...(input.pages === undefined ? {} : { pages: input.pages }),
  });
  closing.unshift(() => http.close());
  const tellHttp = (): void => {
    for (const name of Object.keys(core.state().problems))
      if (name.startsWith('http ') && http.problems[name.slice(5)] === undefined) core.problem(name, undefined);
    for (const [name, error] of Object.entries(http.problems)) core.problem(`http ${name}`, problemOf(error));
  };
  tellHttp();
  file.add((next) => rpc.prepare(next));
  file.add(async (next) => {
    const turn = await http.prepare(next);
    return { ...turn, take: () => turn.take().then(tellHttp) };
  });
  return {
    service,
    by,
    noteCall: http.noteCall,
    get addresses() {
      return http.addresses;
    },
    reload: () => reload().catch(() => undefined),
  };
}

/** The watchdog is fed from the same loop that everything else needs; a pass that hangs starves nobody else. */
function beat(core: AgentCore, notify: ReturnType<typeof notifier>): NodeJS.Timeout | undefined {
  if (notify.watchdogMs === undefined) return undefined;
  return setInterval(() => {
    const { last } = core.passes;
    void notify.tell('WATCHDOG=1', `STATUS=${core.config.node}: ${last?.outcome ?? core.phase}`);
  }, notify.watchdogMs / 2);
}

function ended(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}

/** Not longer than that: what is left is on disk as begun, and the next writer compares it with the world. */
async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
