import type { Examined } from './examined.ts';
import { account } from './families/account.ts';
import { mapping } from './families/mapping.ts';
import { session } from './families/session.ts';
import { space } from './families/space.ts';
import { subids } from './families/subids.ts';
import type { Finding } from './finding.ts';

/** The families that read a few small files and start no program: before the first write of every process. */
export async function cheapFindings(of: Examined): Promise<Finding[]> {
  const found = await Promise.all([account, subids, mapping, session, space].map((family) => family(of)));
  return found.flat();
}
