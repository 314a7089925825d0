import { errorText } from '@reconcile/core';
import { harmless, line, pad, piece } from '@reconcile/core/render';
import type { Host } from '@reconcile/host';
import { createHost } from '@reconcile/host/writing';
import type { CliContext } from '../frame/context.ts';
import { exit, worst } from '../frame/exit.ts';
import { withSpinner } from '../frame/progress.ts';
import { allPlaces, type Place } from './places.ts';
import { sshArgs, sshEnvironment, sshFailed } from './ssh.ts';

/** The longest one command may take on one machine: a pass with its gates. */
const timeoutMs = 30 * 60_000;

interface Answer {
  readonly node: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it was not reached; undefined: it was. */
  readonly lost?: string;
}

/**
 * `--all-nodes`: the same command on every machine of client.toml at once. One that is not reached stops no other; the worst exit
 * code is the answer. @throws FAR_WHERE CLIENT_INVALID
 */
export async function runOnAll(cx: CliContext, words: readonly string[]): Promise<number> {
  const host = createHost({ env: cx.env });
  const places = await allPlaces(host);
  const answers = await withSpinner(cx, `asking ${places.length} nodes`, () =>
    Promise.all(places.map((place) => ask(cx, host, { place, words }))),
  );
  const code = worst(...answers.map((one) => one.exit));
  if (cx.json) cx.printJson({ version: 1, exit: code, nodes: Object.fromEntries(answers.map(told)) });
  else show(cx, answers);
  return code;
}

async function ask(
  cx: CliContext,
  host: Host,
  { place: { node, to }, words }: { readonly place: Place; readonly words: readonly string[] },
): Promise<Answer> {
  const lost = (why: string): Answer => ({ node, exit: exit.error, stdout: '', stderr: '', lost: why });
  try {
    const { exitCode, stderr, stdout } = await host.run.run('ssh', sshArgs(to, words, { terminal: false }), {
      timeoutMs,
      signal: cx.signal,
      env: sshEnvironment(cx.env),
    });
    if (exitCode === sshFailed) return lost(stderr.trim().split('\n').at(-1) ?? 'ssh says nothing');
    return { node, exit: exitCode, stdout, stderr };
  } catch (error) {
    return lost(errorText(error));
  }
}

/** What a program printed as JSON stays JSON. */
function told({ exit: code, lost, node, stdout }: Answer): [string, object] {
  if (lost !== undefined) return [node, { exit: code, lost }];
  try {
    return [node, { exit: code, answer: JSON.parse(stdout) as unknown }];
  } catch {
    return [node, { exit: code, text: stdout }];
  }
}

function show(cx: CliContext, answers: readonly Answer[]): void {
  const width = Math.max(...answers.map(({ node }) => node.length));
  for (const { lost, node, stderr, stdout } of answers) {
    const lead = piece(`${pad(node, width)} | `, 'head');
    const lines = (text: string) => text.split('\n').filter((one, i, all) => one !== '' || i < all.length - 1);
    if (lost !== undefined) cx.tell([line(lead, piece('not reached: ', 'bad'), harmless(lost))]);
    cx.print(lines(stdout).map((text) => line(lead, harmless(text))));
    cx.tell(lines(stderr).map((text) => line(lead, harmless(text))));
  }
}
