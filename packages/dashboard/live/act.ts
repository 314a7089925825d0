import { tell } from '../parts/toast.tsx';
import { ApiProblem, follow, send } from './client.ts';
import { me, refresh } from './live.ts';

/** Whether the person may operate services, or do everything. */
export function mayOperate(): boolean {
  return me.value?.role === 'user' || me.value?.role === 'admin';
}
export function mayAdminister(): boolean {
  return me.value?.role === 'admin';
}

interface Outcome {
  readonly result?: { readonly done: readonly string[]; readonly failed: readonly { readonly message: string }[] };
}

/** Asks for a pass and tells what comes of it. */
export async function askFor(what: string, path: string, body: object = {}): Promise<void> {
  tell(`${what}: asked for`);
  try {
    await follow(path, body, (event, data) => {
      if (event !== 'result') return;
      const { result } = data as Outcome;
      const [failure] = result?.failed ?? [];
      if (failure !== undefined) tell(`${what}: ${failure.message}`, 'bad');
      else tell(`${what}: done`, 'good');
    });
  } catch (error) {
    tell(`${what}: ${wordsOf(error)}`, 'bad');
  }
  await refresh().catch(() => undefined);
}

/** Something that is done at once. */
export async function order(what: string, path: string, body: object = {}): Promise<void> {
  try {
    await send('POST', path, body);
    tell(`${what}: done`, 'good');
  } catch (error) {
    tell(`${what}: ${wordsOf(error)}`, 'bad');
  }
  await refresh().catch(() => undefined);
}

function wordsOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.hint === '' ? error.message : `${error.message}; ${error.hint}`;
  return 'the agent did not answer';
}
