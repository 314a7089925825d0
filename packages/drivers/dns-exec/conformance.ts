import { type ApplyContext, canonicalJson, errorText } from '@reconcile/core';
import { markText } from '@reconcile/core/kinds/record';
import type { Host } from '@reconcile/host';
import { callScript } from './observe/call.ts';
import { listZone } from './observe/observe.ts';
import { type ListedRecord, parseDone, type Refusal, type Request } from './observe/protocol.ts';
import type { DnsExecSettings } from './observe/settings.ts';

/** One thing a script must do, and whether it did. */
export interface Finding {
  readonly name: string;
  readonly passed: boolean;
  /** What was wanted and seen, where it failed. */
  readonly says: string;
}

/**
 * Tries a script on its real zone, with names of its own that it removes again: `reconcile-check-<random>`. Goes on after a
 * failure, so that all of them are told. Existing records are compared before and after.
 */
export async function checkDnsScript(
  cx: Pick<ApplyContext<Host>, 'host' | 'signal'>,
  settings: DnsExecSettings,
): Promise<Finding[]> {
  const name = `reconcile-check-${cx.host.ids.random().slice(0, 8)}.${settings.zone}`;
  const script = new Script(cx, settings);
  const findings: Finding[] = [];
  const step = async (title: string, work: () => Promise<string | undefined>) => {
    const says = await work().catch((error: unknown) => errorText(error));
    findings.push({ name: title, passed: says === undefined, says: says ?? '' });
    return says === undefined;
  };
  let before: readonly ListedRecord[] = [];
  const readable = await step('list gives all records of the zone', async () => {
    before = await script.list();
    return undefined;
  });
  if (!readable) return findings;
  for (const one of records(name)) {
    const owner = markText({ fleet: 'check', node: 'check', services: ['a b'], routes: [] }, one.name);
    const first = { ...one, values: [one.first], owner };
    const second = { ...one, values: [one.second], owner: `${owner}x` };
    const there = (wanted: ListedRecord) => script.expect(wanted);
    await step(
      `put makes ${one.type}, and list gives back value and owner`,
      async () => script.say(await script.put(first, null)) ?? there(first),
    );
    await step(`put with the wrong "was" answers "changed" and changes nothing (${one.type})`, async () => {
      const refusal = await script.put(second, { values: [one.second], owner });
      if (refusal?.error !== 'changed')
        return `wanted "error": "changed", got ${JSON.stringify(refusal ?? { ok: true })}`;
      return there(first);
    });
    await step(
      `put replaces value and owner of ${one.type}`,
      async () => script.say(await script.put(second, first)) ?? there(second),
    );
    await step(`delete with the wrong "was" answers "changed" and changes nothing (${one.type})`, async () => {
      const refusal = await script.delete(second, first);
      if (refusal?.error !== 'changed')
        return `wanted "error": "changed", got ${JSON.stringify(refusal ?? { ok: true })}`;
      return there(second);
    });
    await step(
      `delete removes ${one.type} and its owner`,
      async () => script.say(await script.delete(second, second)) ?? script.expectGone(one),
    );
  }
  await step('an unknown verb ends with an error', async () => script.refusesUnknown());
  await step('all other records are as before', async () => {
    await script.cleanUp(name);
    const after = await script.list();
    return canonicalJson(sorted(after)) === canonicalJson(sorted(before)) ? undefined : 'the list is another one';
  });
  return findings;
}

/** A value to make and one to change to, for each type. */
function records(name: string) {
  return [
    { type: 'A', name, first: '192.0.2.1', second: '192.0.2.2' },
    { type: 'AAAA', name, first: '2001:db8::1', second: '2001:db8::2' },
    { type: 'CNAME', name: `alias-${name}`, first: name, second: 'www.example.net' },
    { type: 'TXT', name: `_${name}`, first: 'a "quoted" \\ text; x', second: 'b'.repeat(300) },
  ] as const;
}

function sorted(records: readonly ListedRecord[]) {
  return [...records].sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1)) as never;
}

type Named = Pick<ListedRecord, 'type' | 'name'>;
type Was = Pick<ListedRecord, 'values' | 'owner'> | null;

class Script {
  readonly #cx: Pick<ApplyContext<Host>, 'host' | 'signal'>;
  readonly #settings: DnsExecSettings;

  constructor(cx: Pick<ApplyContext<Host>, 'host' | 'signal'>, settings: DnsExecSettings) {
    this.#cx = cx;
    this.#settings = settings;
  }

  list(): Promise<ListedRecord[]> {
    return listZone(this.#cx.host, this.#settings, this.#cx.signal);
  }

  put({ type, name, values, owner }: ListedRecord, was: Was): Promise<Refusal | undefined> {
    const record = { type, name, values, owner, ttl: this.#settings.ttl };
    return this.#send({ version: 1, verb: 'put', zone: this.#settings.zone, record, was: wasOf(was) });
  }

  delete({ type, name }: Named, was: Was): Promise<Refusal | undefined> {
    return this.#send({
      version: 1,
      verb: 'delete',
      zone: this.#settings.zone,
      record: { type, name },
      was: wasOf(was),
    });
  }

  /** What a refusal says, where none was wanted. */
  say(refusal: Refusal | undefined): string | undefined {
    return refusal === undefined ? undefined : `${refusal.error}: ${refusal.message}`;
  }

  async expect({ type, name, values, owner }: ListedRecord): Promise<string | undefined> {
    const found = await this.#find({ type, name });
    const wanted = canonicalJson({ type, name, values, owner });
    const seen = found === undefined ? 'nothing' : canonicalJson({ ...found });
    return seen === wanted ? undefined : `wanted ${wanted}, list gives ${seen}`;
  }

  async expectGone(named: Named): Promise<string | undefined> {
    const found = await this.#find(named);
    return found === undefined ? undefined : `list still gives ${JSON.stringify(found)}`;
  }

  /** What failed steps may have left, as well as this script can. */
  async cleanUp(name: string): Promise<void> {
    for (const one of await this.list())
      if (one.name.endsWith(name)) await this.delete(one, one).catch(() => undefined);
  }

  async refusesUnknown(): Promise<string | undefined> {
    const { args, program, timeoutMs } = this.#settings;
    const options = { timeoutMs, signal: this.#cx.signal, stdin: '{"version":1,"verb":"dance"}\n' };
    const { exitCode } = await this.#cx.host.run.run(program, [...args, 'dance'], options);
    return exitCode === 0 ? 'it ended with 0' : undefined;
  }

  async #find({ type, name }: Named): Promise<ListedRecord | undefined> {
    return (await this.list()).find((one) => one.type === type && one.name === name);
  }

  async #send(request: Request): Promise<Refusal | undefined> {
    return parseDone(await callScript(this.#cx.host, this.#settings, { request, signal: this.#cx.signal }));
  }
}

function wasOf(was: Was): Was {
  return was === null ? null : { values: was.values, owner: was.owner };
}
