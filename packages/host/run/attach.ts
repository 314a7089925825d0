import { constants } from 'node:os';
import { startFailure } from './failure.ts';

export interface AttachRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Runs a child on our own terminal, in our own process group, so that the keyboard's signals reach it. @throws RUN_MISSING RUN_FAILED */
export async function attachChild(request: AttachRequest): Promise<number> {
  const { execa } = await import('execa');
  const result = await execa(request.program, request.args, {
    stdio: 'inherit',
    extendEnv: false,
    env: request.env,
    reject: false,
    ...(request.signal === undefined ? {} : { cancelSignal: request.signal }),
  });
  if (result.exitCode !== undefined) return result.exitCode;
  if (result.signal !== undefined) return 128 + constants.signals[result.signal];
  throw startFailure(request.program, request.args, result.cause ?? result);
}
