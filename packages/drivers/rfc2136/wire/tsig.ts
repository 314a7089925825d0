import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Instant } from '@reconcile/core';
import { fail } from '../errors.ts';
import { Reader, u16, u32, u48 } from './bytes.ts';
import { classes, type Decoded, decodeMessage, type ResourceRecord, rcodeText, types } from './message.ts';
import { encodeName, readName } from './name.ts';

// RFC 8945. Section numbers below are its.

export interface TsigKey {
  readonly name: string;
  readonly secret: Uint8Array;
}

export interface Signed {
  readonly bytes: Uint8Array;
  /** Prefixes the digest of the answer (5.3). */
  readonly mac: Uint8Array;
}

const algorithm = 'hmac-sha256';
const fudgeS = 300;
const macBytes = 32;
const headerBytes = 12;

const errors = { badSignature: 16, badKey: 17, badTime: 18 } as const;

/** Appends a signature over a whole message. */
export function sign(message: Uint8Array, key: TsigKey, now: Instant): Signed {
  const at = Math.floor(now / 1000);
  const mac = digest(key, [message, variables(key, { at, fudge: fudgeS, error: 0, other: new Uint8Array(0) })]);
  const data = [...encodeName(algorithm), ...u48(at), ...u16(fudgeS), ...u16(mac.length), ...mac];
  data.push(...(message.subarray(0, 2) as Iterable<number>), ...u16(0), ...u16(0));
  const record = [
    ...encodeName(key.name),
    ...u16(types.TSIG),
    ...u16(classes.ANY),
    ...u32(0),
    ...u16(data.length),
    ...data,
  ];
  const bytes = Uint8Array.from([...message, ...record]);
  bytes.set(u16((message[10] ?? 0) * 0x100 + (message[11] ?? 0) + 1), 10);
  return { bytes, mac };
}

interface Signature {
  readonly keyName: string;
  readonly algorithm: string;
  readonly at: number;
  readonly fudge: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  readonly error: number;
  readonly other: Uint8Array;
}

/**
 * Checks the answers to one signed request, in their order (5.3.1): the first is digested with the request's MAC, each further
 * signed one with the last MAC and what came unsigned since. Nothing of them is to be believed before `finish`.
 */
export class AnswerCheck {
  readonly #key: TsigKey;
  readonly #now: () => Instant;
  #prior: Uint8Array;
  #unsigned: Uint8Array[] = [];
  #isFirst = true;

  constructor(key: TsigKey, request: Signed, now: () => Instant) {
    this.#key = key;
    this.#prior = request.mac;
    this.#now = now;
  }

  /** @throws RFC2136_GARBLED RFC2136_UNSIGNED RFC2136_KEY_REFUSED RFC2136_CLOCK */
  add(bytes: Uint8Array): Decoded {
    const message = decodeMessage(bytes);
    const last = message.additionals[message.additionals.length - 1];
    const at = message.additionalAt[message.additionals.length - 1] ?? bytes.length;
    if (last === undefined || last.type !== types.TSIG) {
      if (this.#isFirst) throw unsigned(`${rcodeText(message.rcode)} without a signature`);
      this.#unsigned.push(bytes);
      // 5.3.1: at least every hundredth is signed.
      if (this.#unsigned.length > 99) throw unsigned('too many messages in a row carry no signature');
      return message;
    }
    const signature = readSignature(last);
    this.#refuse(signature);
    const mac = digest(this.#key, [
      Uint8Array.from(u16(this.#prior.length)),
      this.#prior,
      ...this.#unsigned,
      unsignedForm(bytes.subarray(0, at), signature.originalId),
      this.#isFirst ? variables(this.#key, signature) : timers(signature),
    ]);
    if (signature.mac.length !== macBytes || !timingSafeEqual(mac, signature.mac))
      throw unsigned('its signature does not fit');
    if (signature.error === errors.badTime) throw badTime(signature, this.#now());
    if (Math.abs(Math.floor(this.#now() / 1000) - signature.at) > signature.fudge)
      throw badTime(signature, this.#now());
    this.#prior = signature.mac;
    this.#unsigned = [];
    this.#isFirst = false;
    return { ...message, additionals: message.additionals.slice(0, -1) };
  }

  /** @throws RFC2136_GARBLED for the answer to another question. */
  expectAnswer(message: Decoded, id: number): void {
    if (message.id !== id || !message.isAnswer)
      throw fail('RFC2136_GARBLED', {
        message: 'check the answer of the DNS server',
        actual: 'it answers something else',
      });
  }

  /** @throws RFC2136_UNSIGNED when the last one was not signed. */
  finish(): void {
    if (this.#isFirst || this.#unsigned.length > 0) throw unsigned('its end carries no signature');
  }

  /** Complaints about the key come unsigned (5.2.1, 5.2.2): they are refusals, whoever sent them. */
  #refuse(signature: Signature): void {
    const { error, keyName } = signature;
    if (error === errors.badKey || error === errors.badSignature) {
      throw fail('RFC2136_KEY_REFUSED', {
        message: `sign with key ${this.#key.name}`,
        actual:
          error === errors.badKey ? 'the server does not know this key' : 'the server has another secret for this key',
        hint: 'compare key_file with the key of the same name in the configuration of the server',
      });
    }
    if (keyName !== this.#key.name || signature.algorithm !== algorithm)
      throw unsigned('it is signed with another key');
  }
}

function readSignature(record: ResourceRecord): Signature {
  const reader = new Reader(record.data);
  const name = readName(reader);
  const at = reader.u48();
  const fudge = reader.u16();
  const mac = reader.take(reader.u16());
  const originalId = reader.u16();
  const error = reader.u16();
  return { keyName: record.name, algorithm: name, at, fudge, mac, originalId, error, other: reader.take(reader.u16()) };
}

/** 4.3.3. */
function variables(key: TsigKey, of: Pick<Signature, 'at' | 'fudge' | 'error' | 'other'>): Uint8Array {
  const { at, fudge, error, other } = of;
  return Uint8Array.from([
    ...encodeName(key.name),
    ...u16(classes.ANY),
    ...u32(0),
    ...encodeName(algorithm),
    ...u48(at),
    ...u16(fudge),
    ...u16(error),
    ...u16(other.length),
    ...other,
  ]);
}

function timers({ at, fudge }: Signature): Uint8Array {
  return Uint8Array.from([...u48(at), ...u16(fudge)]);
}

/** As it was before it was signed: one additional record less, its first id (4.3.2). */
function unsignedForm(bytes: Uint8Array, originalId: number): Uint8Array {
  const form = Uint8Array.from(bytes);
  const count = new Reader(form, headerBytes - 2).u16();
  form.set(u16(originalId), 0);
  form.set(u16(count - 1), headerBytes - 2);
  return form;
}

function digest(key: TsigKey, parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac('sha256', key.secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

function unsigned(actual: string): Error {
  return fail('RFC2136_UNSIGNED', { message: 'check the answer of the DNS server', actual });
}

/** 5.2.3: the server's time is in `other`. */
function badTime({ at, other }: Signature, now: Instant): Error {
  const server = other.length === 6 ? new Reader(other).u48() : at;
  const apart = Math.abs(server - Math.floor(now / 1000));
  return fail('RFC2136_CLOCK', {
    message: 'check the answer of the DNS server',
    wanted: `clocks at most ${fudgeS} s apart`,
    actual: `${apart} s`,
    hint: 'compare `date` here and on the server',
  });
}
