import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Duplex } from 'node:stream';
import type { Talk } from '../contract.ts';
import { Tail } from './bytes.ts';
import { startFailure } from './failure.ts';
import { endGroup } from './group.ts';

const stderrBytes = 64 * 1024;
/** Somebody that the program left behind may hold its stderr open (a shared connection of ssh): then it is not waited for, ms. */
const drainMs = 200;

export interface TalkRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Starts a child whose stdin and stdout are one stream. @throws RUN_MISSING RUN_FAILED */
export async function talkWith({ args, env, program, timeoutMs }: TalkRequest): Promise<Talk> {
  const said = new Tail(stderrBytes);
  const child = spawn(program, args, { detached: true, env, stdio: ['pipe', 'pipe', 'pipe'], cwd: '/' });
  child.stderr.on('data', (chunk: Buffer) => said.add(chunk));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(startFailure(program, args, error)));
  });
  child.on('error', () => undefined);
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) endGroup(child.pid);
  };
  const deadline = setTimeout(end, Math.min(timeoutMs, 2 ** 31 - 1));
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => {
      clearTimeout(deadline);
      const told = () => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      const drain = setTimeout(told, drainMs);
      child.once('close', () => {
        clearTimeout(drain);
        told();
      });
    });
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  // What became of it is told by `ended`.
  stream.on('error', () => undefined);
  stream.once('close', end);
  return { stream, ended, said: () => said.text() };
}
