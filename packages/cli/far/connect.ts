import { remoteService } from '@reconcile/agent/remote';
import type { AgentState } from '@reconcile/agent/service';
import { errorText, isFleetError } from '@reconcile/core';
import { createHost } from '@reconcile/host/writing';
import type { RpcClient } from '@reconcile/rpc/client';
import type { CliContext } from '../frame/context.ts';
import type { Far } from '../frame/far.ts';
import { fail } from './errors.ts';
import type { Place, SshPlace, TlsPlace } from './places.ts';
import { sshArgs, sshEnvironment } from './ssh.ts';
import { sshFailure } from './ssh-failure.ts';
import { lastWords } from './words.ts';

/** One connection to the agent of another machine. */
export interface FarAgent extends Far {
  /** Its release; undefined: it would not say. */
  readonly version: string | undefined;
  /** The error as this caller should hear it: lost on the way, or of another release. */
  told(error: unknown): Promise<unknown>;
  close(): void;
}

/** The first answer: ssh's connection, a shell and a program's start lie before it, ms. */
const firstAnswerMs = 30_000;
/** How long ssh gets to say what became of it, ms. */
const lastWordsMs = 2_000;
const drainMs = 1_000;
/** The longest that anything is followed or waited for, ms. */
const longestMs = 24 * 3_600_000;

/** Connects, and asks the agent who it is. @throws FAR_* RUN_MISSING, and what the agent refuses */
export async function connectFar(cx: CliContext, place: Place): Promise<FarAgent> {
  return place.way === 'ssh' ? bySsh(cx, place) : byTls(cx, place);
}

/** `ssh HOST reconcile stdio`: one connection, whatever is asked over it. */
async function bySsh(cx: CliContext, place: SshPlace): Promise<FarAgent> {
  const { node, to } = place;
  const host = createHost({ env: cx.env });
  const words = ['stdio', ...(cx.configPath === undefined ? [] : ['--config', cx.configPath])];
  const talk = await host.run.talk('ssh', sshArgs(to, words, { terminal: false }), {
    env: sshEnvironment(cx.env),
    timeoutMs: longestMs,
  });
  // Somebody that ssh left behind may hold the pipe open; what is in it gets a moment.
  void talk.ended.then(() => setTimeout(() => talk.stream.destroy(), drainMs).unref());
  const { connectRpcOver } = await import('@reconcile/rpc/client');
  const client = await connectRpcOver(talk.stream);
  const why = async (error: unknown): Promise<unknown> => {
    const text = client.garbage();
    if (text !== '')
      return fail('FAR_GARBLED', {
        message: `speak with the agent of ${node}`,
        wanted: 'nothing on stdout but the agent',
        actual: lastWords(text),
        hint: `ssh ${to} true prints it: silence it in the shell's start-up files there, or: [ -t 1 ] || return`,
      });
    const exitCode = await Promise.race([talk.ended, later(lastWordsMs)]);
    return exitCode === undefined || exitCode === 0 ? error : sshFailure(place, exitCode, talk.said());
  };
  return introduced(cx, client, { node, through: `ssh ${to}`, why });
}

/** gRPC on the node's own address, with certificates on both ends. */
async function byTls(cx: CliContext, place: TlsPlace): Promise<FarAgent> {
  const { connectRpc } = await import('@reconcile/rpc/client');
  const { readIdentity } = await import('./identity.ts');
  const { address, name, node } = place;
  const files = await readIdentity(createHost({ env: cx.env }), place);
  const client = await connectRpc({ address, ...files, ...(name === undefined ? {} : { name }) });
  const why = async (error: unknown) =>
    fail('FAR_UNREACHED', {
      message: `reach the agent of ${node} at ${address}`,
      key: address,
      wanted: 'an agent that takes this certificate, and shows one of root_file',
      actual: isFleetError(error) ? (error.actual ?? error.message) : errorText(error),
      hint: `reconcile status on ${node} names problems of [api] grpc; its audit names who was let go`,
    });
  return introduced(cx, client, { node, through: `grpcs://${address}`, why });
}

interface Introducing {
  readonly node: string;
  readonly through: string;
  /** The connection is gone, or never was: the reason. */
  readonly why: (error: unknown) => Promise<unknown>;
}

const isLost = (error: unknown) =>
  isFleetError(error) && (error.code === 'RPC_UNREACHABLE' || error.code === 'RPC_TIMEOUT');
const skewed = new Set(['RPC_REFUSED', 'RPC_GARBLED', 'BAD_QUESTION']);

async function introduced(cx: CliContext, client: RpcClient, { node, through, why }: Introducing): Promise<FarAgent> {
  let known: { readonly node: string; readonly version: string | undefined } = { node, version: undefined };
  const told = async (error: unknown): Promise<unknown> => {
    if (isLost(error) && !cx.signal.aborted) return why(error);
    if (isLost(error))
      return fail('FAR_UNREACHED', {
        message: `ask the agent of ${known.node}`,
        wanted: 'its answer',
        actual: 'Ctrl-C: it was not waited for; what was begun there goes on',
        hint: `reconcile -H ${node} status`,
      });
    if (!isFleetError(error) || !skewed.has(error.code) || known.version === cx.version) return error;
    return fail('FAR_SKEW', {
      message: `ask the agent of ${known.node}`,
      wanted: `release ${cx.version}, as this command`,
      actual: `release ${known.version ?? 'unknown'}: ${error.actual ?? error.message}`,
      hint: 'update the older of the two',
      cause: error,
    });
  };
  try {
    const of = { timeoutMs: firstAnswerMs, signal: cx.signal };
    const state = (await client.ask('State', {}, of)) as Pick<AgentState, 'node' | 'version'>;
    known = { node: state.node, version: state.version };
  } catch (error) {
    // One that is held to some services may not ask about the node.
    if (!isFleetError(error) || error.code !== 'NOT_ALLOWED') {
      const reason = await told(error);
      client.close();
      throw reason;
    }
  }
  return { ...known, through, service: remoteService(client), told, close: () => client.close() };
}

function later(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });
}
