import { insistOnSignature, signatureHeader } from '../../access/hook.ts';
import type { Room } from '../context.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { fail } from '../errors.ts';
import { nothing } from '../schemas/documents.ts';

/** For the forge that a commit was pushed to. What it says is not read: the source itself is looked at. */
export function hookEndpoints({ hook }: Pick<Room, 'hook'>): readonly Endpoint[] {
  return [
    endpoint({
      method: 'POST',
      path: '/api/v1/hook',
      rule: 'hook',
      says: `The source may have moved: it is looked at, at most every 10 s. Signed by ${signatureHeader}.`,
      isRaw: true,
      answer: nothing,
      run: async ({ headers, raw }) => {
        const secret = await hook?.secret();
        if (hook === undefined || secret === undefined)
          throw fail('HOOK_OFF', { message: 'take a hint', hint: 'node.toml [source] webhook_secret_file' });
        insistOnSignature(raw, headers[signatureHeader], secret);
        hook.hint();
        return { json: {}, status: 202 };
      },
    }),
  ];
}
