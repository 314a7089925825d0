import type { Home, RunOptions, WriteRun } from '../contract.ts';
import { childEnvironment, type Environment } from '../environment.ts';
import { attachChild } from '../run/attach.ts';
import { runChild } from '../run/child.ts';
import { childBytes, childLines } from '../run/lines.ts';
import { startChild } from '../run/start.ts';
import { talkWith } from '../run/talk.ts';

/** Any program, reading or not. */
export function writingRun(own: Environment, home: Home): WriteRun {
  const environment = (program: string, added: RunOptions['env']) => ({
    ...childEnvironment(own, home, program),
    ...added,
  });
  return {
    run: (program, args, options) => runChild({ program, args, options, env: environment(program, options.env) }),
    lines: (program, args, options) => childLines({ program, args, options, env: environment(program, options.env) }),
    bytes: (program, args, options) => childBytes({ program, args, options, env: environment(program, options.env) }),
    start: (program, args, { env, ...options }) =>
      startChild({ program, args, env: environment(program, env), ...options }),
    talk: (program, args, { env, timeoutMs }) => talkWith({ program, args, env: environment(program, env), timeoutMs }),
    attach: (program, args, { env, ...options }) => {
      const terminal = own.TERM === undefined ? {} : { TERM: own.TERM };
      return attachChild({ program, args, env: { ...environment(program, env), ...terminal }, ...options });
    },
  };
}
