import { isFleetError } from '@reconcile/core';
import { problem, type SourceProblem } from './contract.ts';

/** Turns what went wrong while asking a source into a problem; cancelling and bugs stay exceptions. */
export async function asProblem<T>(place: string, work: () => Promise<T>): Promise<T | SourceProblem> {
  try {
    return await work();
  } catch (error) {
    if (!isFleetError(error)) throw error;
    switch (error.code) {
      case 'RUN_TOO_MUCH':
      case 'FILE_TOO_LARGE':
        return problem(
          'TooLarge',
          `${place}: more than we accept`,
          'keep large or many files outside the fleet repository',
        );
      case 'RUN_MISSING':
        return problem('Unreachable', `${place}: git is not installed`, 'install git');
      case 'RUN_TIMEOUT':
      case 'RUN_KILLED':
      case 'RUN_FAILED':
        return problem(
          'Unreachable',
          `${place}: git did not answer (${error.actual ?? error.code})`,
          'look at the disk and at hanging git processes',
        );
      case 'FILE_DENIED':
        return problem('Denied', `${place}: permission denied`, `make it readable for this user: ls -ld ${place}`);
      case 'FILE_FAILED':
        return problem('Corrupt', `${place}: ${error.message}`, `look at it: ls -la ${place}`);
      default:
        throw error;
    }
  }
}
