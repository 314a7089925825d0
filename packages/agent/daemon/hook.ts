import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import type { SourceHook } from '../http/context.ts';
import type { Problem } from '../service/state.ts';
import { fail } from './errors.ts';
import { problemOf } from './problem.ts';

const longestSecret = 4096;

interface Parts {
  readonly host: Pick<ReadHost, 'files'>;
  config(): NodeConfig;
  problem(name: 'webhook', problem: Problem | undefined): void;
  hint(): void;
}

/** Webhooks by the secret that node.toml names, read each time: it may be given anew without a restart. */
export function sourceHook({ config, hint, host, problem }: Parts): SourceHook {
  return {
    hint,
    async secret() {
      const path = config().source.webhookSecretFile;
      if (path === undefined) return undefined;
      try {
        const secret = await readSecret(host, path);
        problem('webhook', undefined);
        return secret;
      } catch (error) {
        problem('webhook', problemOf(error));
        return undefined;
      }
    },
  };
}

/** @throws WEBHOOK_SECRET */
async function readSecret(host: Parts['host'], path: string): Promise<string> {
  const refuse = (actual: string, hint: string) =>
    fail('WEBHOOK_SECRET', {
      message: `read ${path}`,
      key: path,
      wanted: 'a file of mode 0600 with a secret',
      actual,
      hint,
    });
  const stat = await host.files.stat(path);
  if (stat?.kind !== 'file')
    throw refuse(
      stat === undefined ? 'nothing' : `a ${stat.kind}`,
      `openssl rand -hex 32 >${path}; chmod 0600 ${path}`,
    );
  if ((stat.mode & 0o077) !== 0)
    throw refuse(
      `mode ${stat.mode.toString(8).padStart(4, '0')}`,
      `chmod 0600 ${path}; and give it anew if others read it`,
    );
  const secret = ((await host.files.text(path, { maxBytes: longestSecret })) ?? '').trim();
  if (secret === '') throw refuse('an empty one', `openssl rand -hex 32 >${path}`);
  return secret;
}
