import type { RegistryRule } from '../client/contract.ts';
import { splitRef } from '../observe/images.ts';

/** Where a reference's image lies. */
export interface Place {
  /** `https://registry.example.net`, `http://…` only where registries.conf allows it. */
  readonly origin: string;
  readonly repository: string;
  /** What credentials are kept under: `registry.example.net/team/web`. */
  readonly name: string;
}

const hostShape = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
/** Path components of the distribution specification 1.1; `..` is none. */
const repositoryShape = /^(?!.*\.\.)[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/;

/** By the rules podman pulls by; undefined where it would not, or where there is no registry to ask. Pure. */
export function placeOf(ref: string, rules: readonly RegistryRule[]): Place | undefined {
  const { name } = splitRef(ref);
  const rule = rules.find(({ prefix }) => covers(prefix, name));
  if (rule?.blocked === true) return undefined;
  const moved = rule !== undefined && rule.location !== '' && !rule.prefix.startsWith('*.');
  const real = moved ? rule.location + name.slice(rule.prefix.length) : name;
  const slash = real.indexOf('/');
  const host = real.slice(0, slash);
  const repository = real.slice(slash + 1);
  // Images of that name are made here.
  if (slash <= 0 || host === 'localhost' || !hostShape.test(host) || !repositoryShape.test(repository))
    return undefined;
  const scheme = rule?.insecure === true ? 'http' : 'https';
  return { origin: `${scheme}://${host === 'docker.io' ? 'registry-1.docker.io' : host}`, repository, name: real };
}

function covers(prefix: string, name: string): boolean {
  if (prefix.startsWith('*.')) return (name.split('/')[0] ?? '').endsWith(prefix.slice(1));
  return name === prefix || name.startsWith(`${prefix}/`);
}
