import type { Home, ReadRun } from '../contract.ts';
import { childEnvironment, type Environment } from '../environment.ts';
import { fail } from '../errors.ts';
import { runChild } from '../run/child.ts';
import { commandName } from '../run/failure.ts';
import { childLines } from '../run/lines.ts';
import { type Command, isReading } from './is-reading.ts';

/** Programs, as far as they only read. */
export function readingRun(own: Environment, home: Home): ReadRun {
  return {
    async run(program, args, options) {
      refuseWriting({ program, args, env: options.env });
      return runChild({ program, args, options, env: { ...childEnvironment(own, home, program), ...options.env } });
    },
    lines(program, args, options) {
      refuseWriting({ program, args, env: options.env });
      return childLines({ program, args, options, env: { ...childEnvironment(own, home, program), ...options.env } });
    },
  };
}

function refuseWriting(command: Command): void {
  if (isReading(command)) return;
  throw fail('RUN_NOT_READING', {
    message: `run ${commandName(command.program, command.args)} while only looking`,
    wanted: 'a command that is known to only read',
    hint: 'reading commands are listed in packages/host/reading/rules',
  });
}
