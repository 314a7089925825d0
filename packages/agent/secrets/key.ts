import type { Host, ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import { fail } from '../errors.ts';

type KeyPlace = Pick<NodeConfig, 'ageKeyFile' | 'stateDir'>;

export function ageKeyFile(config: KeyPlace): string {
  return config.ageKeyFile ?? `${config.stateDir}/age.key`;
}

/** Keys of this node, as `age-keygen` writes them; undefined: it has none. @throws SECRET_KEY_UNSAFE */
export async function readIdentities(config: KeyPlace, host: ReadHost): Promise<readonly string[] | undefined> {
  const path = ageKeyFile(config);
  const stat = await host.files.stat(path);
  if (stat === undefined) return undefined;
  if ((stat.mode & 0o077) !== 0 || stat.kind !== 'file') {
    throw fail('SECRET_KEY_UNSAFE', {
      message: `read ${path}`,
      key: path,
      wanted: 'a file of mode 0600',
      actual: `a ${stat.kind} of mode ${stat.mode.toString(8).padStart(4, '0')}`,
      hint: `chmod 0600 ${path}; and give its values anew if others read it`,
    });
  }
  const text = (await host.files.text(path, { maxBytes: 65_536 })) ?? '';
  return text.split('\n').filter((line) => line.startsWith('AGE-SECRET-KEY-'));
}

/** Makes the key where there is none; never replaces one. @returns what others encrypt to */
export async function ensureIdentity(config: KeyPlace, host: Host): Promise<string> {
  const { makeIdentity, recipientOf } = await import('./age.ts');
  const [first] = (await readIdentities(config, host)) ?? [];
  if (first !== undefined) return recipientOf(first);
  const { identity, recipient } = await makeIdentity();
  await host.files.makeDir(config.stateDir, { mode: 0o700 });
  await host.files.write(ageKeyFile(config), `# public key: ${recipient}\n${identity}\n`, { mode: 0o600 });
  return recipient;
}
