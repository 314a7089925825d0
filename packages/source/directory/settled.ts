import { problem, type SourceContext, type SourceOutcome } from '../contract.ts';
import { type Listing, scan } from './scan.ts';

/** After so many looks that all differ somebody keeps writing: better no answer than a mixed one. */
const mostLooks = 6;

/**
 * A listing that has stood still for `settleMs`: at once when nothing changed lately, else as soon as two looks that far
 * apart agree. A half-written definition is mostly valid TOML with a different meaning, so nothing newer may count, and
 * nothing may be taken for removed.
 */
export async function settledListing(
  cx: SourceContext,
  path: string,
  settleMs: number,
): Promise<SourceOutcome<Listing>> {
  let seen = await scan(cx.host, path);
  if (seen.ok === undefined) return seen;
  const agoMs = cx.host.clock.now() - seen.ok.changedAt;
  if (agoMs >= settleMs) return seen;
  for (let look = 1; look < mostLooks; look++) {
    await cx.host.clock.sleep(settleMs, cx.signal);
    const next = await scan(cx.host, path);
    if (next.ok === undefined || next.ok.signature === seen.ok?.signature) return next;
    seen = next;
  }
  return unsettled(path);
}

export function unsettled(path: string) {
  return problem(
    'Unsettled',
    `${path}: is being written`,
    'wait until the writer is done; the last good state counts meanwhile',
  );
}
