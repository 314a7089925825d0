import type { Me } from '../model/documents.ts';

/** What the API said instead of answering. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, of: { code: string; title: string; detail: string; hint?: string }) {
    super(of.detail === '' ? of.title : `${of.title}: ${of.detail}`);
    this.status = status;
    this.code = of.code;
    this.hint = of.hint ?? '';
  }
}

let proof = '';

/** Comes back with everything that acts, so that another site cannot act in our name. */
export function prove(me: Pick<Me, 'csrf'>): void {
  proof = me.csrf;
}

export async function get<T>(path: string): Promise<T> {
  return read<T>(await fetch(path, { headers: { accept: 'application/json' } }));
}

export async function send<T>(method: 'POST' | 'DELETE', path: string, body: object = {}): Promise<T> {
  return read<T>(await ask(method, path, body));
}

/** Does something that is told step by step; resolves when it has ended. @throws ApiProblem */
export async function follow(path: string, body: object, tell: (event: string, data: unknown) => void): Promise<void> {
  const response = await ask('POST', path, body);
  if (!response.ok || response.body === null) return void (await read(response));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const messages = (rest + value).split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const event = /^event: (.*)$/m.exec(message)?.[1];
      const data = /^data: (.*)$/m.exec(message)?.[1];
      if (event === undefined || data === undefined) continue;
      const found = JSON.parse(data) as { status: number; code: string; title: string; detail: string };
      if (event === 'problem') throw new ApiProblem(found.status, found);
      tell(event, found);
    }
  }
}

function ask(method: 'POST' | 'DELETE', path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-reconcile-csrf': proof };
  return fetch(path, { method, headers, body: JSON.stringify(body) });
}

async function read<T>(response: Response): Promise<T> {
  const found: unknown = await response.json().catch(() => undefined);
  if (response.ok) return found as T;
  const said = (found ?? {}) as { code?: string; title?: string; detail?: string; hint?: string };
  throw new ApiProblem(response.status, {
    code: said.code ?? 'NO_ANSWER',
    title: said.title ?? `the agent answered ${response.status}`,
    detail: said.detail ?? '',
    ...(said.hint === undefined ? {} : { hint: said.hint }),
  });
}
