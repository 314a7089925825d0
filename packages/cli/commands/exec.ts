import { execContainer } from '@reconcile/agent/exec';
import type { AgentService, ExecOrder } from '@reconcile/agent/service';
import { plainName } from '@reconcile/agent/subject';
import { createHost } from '@reconcile/host/writing';
import { agentOf, callerOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { lookAround } from '../frame/node.ts';
import { typed, writeTo } from './exec-ends.ts';

export interface ExecOptions {
  /** false: pipes, though there is a terminal. */
  readonly tty: boolean;
}

interface Wanted {
  readonly name: string;
  readonly argv: readonly string[];
  readonly hasTerminal: boolean;
}

/**
 * `exec S -- CMD`: a program inside the running container of a service, on the caller's own terminal or pipes. Its exit code is the
 * answer. The agent runs it where there is one, and writes down who did; else podman does. @throws EXEC_WHERE NO_SERVICE NOT_ALLOWED
 */
export async function runExec(
  cx: CliContext,
  { argv, name }: { readonly name: string; readonly argv: readonly string[] },
  options: ExecOptions,
): Promise<number> {
  const hasTerminal = options.tty && cx.ends === undefined && cx.look.isTerminal && process.stdin.isTTY === true;
  const wanted = { name, argv, hasTerminal };
  const agent = await agentOf(cx);
  if (agent === undefined) return here(cx, wanted);
  try {
    return await through(cx, agent.service, wanted);
  } finally {
    agent.close();
  }
}

async function through(cx: CliContext, service: AgentService, { argv, hasTerminal, name }: Wanted): Promise<number> {
  const { errors, input, output } = cx.ends ?? {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
  };
  const { stdin, stdout } = process;
  // A terminal that was never told its size says 0.
  const [columns, rows] = [stdout.columns || 80, stdout.rows || 24];
  const terminal = { columns, rows, term: cx.env.TERM ?? 'xterm' };
  const order: ExecOrder = { name, argv, ...(hasTerminal ? { terminal } : {}) };
  if (hasTerminal) stdin.setRawMode(true);
  try {
    for await (const said of service.exec(callerOf(cx), order, typed(input, hasTerminal ? stdout : undefined))) {
      if (said.kind === 'exit') return said.code;
      await writeTo(said.kind === 'stdout' ? output : errors, Buffer.from(said.data, 'base64'));
    }
  } finally {
    if (hasTerminal) stdin.setRawMode(false);
    input.pause();
  }
  return 130;
}

/** No agent runs: podman itself, with the caller's terminal. */
async function here(cx: CliContext, { argv, hasTerminal, name }: Wanted): Promise<number> {
  const { standingOf } = await import('@reconcile/agent/documents');
  const sight = await lookAround(cx);
  const { scene, standing } = await standingOf(sight).finally(() => sight.registry.close());
  const container = execContainer(scene, standing, plainName(name, sight.config.node));
  const terminal = hasTerminal ? ['--tty', `--env=TERM=${cx.env.TERM ?? 'xterm'}`] : [];
  return createHost({ env: cx.env }).run.attach(
    'podman',
    ['exec', '--interactive', ...terminal, '--', container, ...argv],
    {
      signal: cx.signal,
    },
  );
}
