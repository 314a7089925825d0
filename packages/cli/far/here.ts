import type { How } from '../words/word.ts';
import { fail } from './errors.ts';

/** @throws FAR_HERE: what stays here was sent away, or to one machine and to all */
export function refuseHere(
  { edits, staysHere }: Pick<How, 'edits' | 'staysHere'>,
  { allNodes, host }: { allNodes: boolean; host: string | undefined },
): void {
  if (host !== undefined && allNodes)
    throw fail('FAR_HERE', { message: 'choose a machine', wanted: '-H NODE or --all-nodes', actual: 'both' });
  if (edits === true && allNodes)
    throw fail('FAR_HERE', {
      message: 'change a definition for all nodes',
      wanted: 'one node to wait for: -H NODE, or none',
      actual: 'one commit reaches all that follow the branch',
      hint: 'the same without --all-nodes; then: reconcile --all-nodes status',
    });
  if (staysHere !== true) return;
  throw fail('FAR_HERE', {
    message: `do this on ${host ?? 'all nodes'}`,
    actual: 'it is about this machine, or about files that lie here',
    hint: 'the same without -H; or log in there: ssh',
  });
}
