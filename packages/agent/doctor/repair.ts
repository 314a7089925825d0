import type { Host } from '@reconcile/host';
import type { Finding, Repair } from './finding.ts';

const timeoutMs = 20_000;

/** Can `--fix` do it, as this user? */
export function isFixable({ needsRoot, repair }: Finding, uid: number): boolean {
  return repair !== undefined && (!needsRoot || uid === 0);
}

/** Does one repair. @returns what went wrong; undefined: done */
export async function carryOutRepair(host: Host, repair: Repair): Promise<string | undefined> {
  switch (repair.do) {
    case 'chmod':
      await host.files.chmod(repair.path, repair.mode);
      return undefined;
    case 'run': {
      const { exitCode, stderr } = await host.run.run(repair.program, repair.args, { timeoutMs });
      return exitCode === 0 ? undefined : `${repair.program} ended with ${exitCode}: ${stderr.trim().slice(-300)}`;
    }
  }
}
