import type { RecordType } from '@reconcile/core/kinds/record';
import {
  classes,
  decodeMessage,
  encodeData,
  encodeMessage,
  opcodes,
  sign,
  types,
} from '@reconcile/drivers/rfc2136/wire';
import { createHost } from '@reconcile/host';
import type { Primary } from './primary.ts';

export type RawChange =
  | { readonly add: { readonly name: string; readonly type: RecordType; readonly value: string } }
  | { readonly remove: { readonly name: string; readonly type: RecordType } };

/** What `nsupdate` does: changes without asking first, as somebody with the key and no manners. */
export async function sendUpdate(primary: Primary, changes: readonly RawChange[]): Promise<void> {
  const { net } = createHost();
  const authorities = changes.map((change) =>
    'add' in change
      ? {
          name: change.add.name,
          type: types[change.add.type],
          class: classes.IN,
          ttl: 60,
          data: encodeData(change.add.type, change.add.value),
        }
      : {
          name: change.remove.name,
          type: types[change.remove.type],
          class: classes.ANY,
          ttl: 0,
          data: new Uint8Array(0),
        },
  );
  const questions = [{ name: primary.zone, type: types.SOA, class: classes.IN }];
  const head = { id: 1, opcode: opcodes.update, isAnswer: false, rcode: 0, questions };
  const message = encodeMessage({ ...head, answers: [], authorities, additionals: [] });
  const key = { name: 'reconcile', secret: Buffer.from(primary.secret, 'base64') };
  const [answer] = await net.dns({
    server: primary.settings.server,
    message: sign(message, key, Date.now()).bytes,
    timeoutMs: 5000,
    isLast: () => true,
  });
  const { rcode } = decodeMessage(answer ?? new Uint8Array(0));
  if (rcode !== 0) throw new Error(`the update was refused: ${rcode}`);
}
