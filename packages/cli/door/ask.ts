import type { NodeConfig } from '@reconcile/agent/config';
import { errorText, isFleetError } from '@reconcile/core';
import { createHost } from '@reconcile/host/writing';
import type { CliContext } from '../frame/context.ts';
import { fail } from './errors.ts';

const timeoutMs = 10_000;

/** Asks the running agent through its own socket; undefined: none runs. @throws AGENT_REFUSED */
export async function askAgent<T>(
  cx: CliContext,
  config: NodeConfig,
  question: { readonly method: 'GET' | 'POST' | 'DELETE'; readonly path: string; readonly body?: unknown },
): Promise<T | undefined> {
  const { body, method, path } = question;
  const host = createHost({ env: cx.env });
  const socketPath = `${config.stateDir}/http.sock`;
  if ((await host.files.stat(socketPath))?.kind !== 'socket') return undefined;
  try {
    const response = await host.http.request({
      method,
      url: `http://localhost${path}`,
      socketPath,
      timeoutMs,
      signal: cx.signal,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const answer = JSON.parse(new TextDecoder().decode(response.body)) as {
      title?: string;
      detail?: string;
      hint?: string;
    };
    if (response.status < 300) return answer as T;
    throw fail('AGENT_REFUSED', {
      message: answer.title ?? `${method} ${path}`,
      actual: answer.detail === undefined || answer.detail === '' ? `answer ${response.status}` : answer.detail,
      ...(answer.hint === undefined ? {} : { hint: answer.hint }),
    });
  } catch (error) {
    // What a killed agent left: a socket that nobody listens on.
    if (isFleetError(error) && error.code === 'HTTP_FAILED' && /ECONNREFUSED|ENOENT/.test(errorText(error)))
      return undefined;
    throw error;
  }
}
