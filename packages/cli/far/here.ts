import { fail } from './errors.ts';

/** @throws FAR_HERE: what stays here was sent away, or to one machine and to all */
export function refuseHere(
  staysHere: boolean,
  { allNodes, host }: { allNodes: boolean; host: string | undefined },
): void {
  if (host !== undefined && allNodes)
    throw fail('FAR_HERE', { message: 'choose a machine', wanted: '-H NODE or --all-nodes', actual: 'both' });
  if (!staysHere) return;
  throw fail('FAR_HERE', {
    message: `do this on ${host ?? 'all nodes'}`,
    actual: "it is about this machine, or the caller's own checkout",
    hint: 'the same without -H; nodes that follow the branch take a commit themselves',
  });
}
