import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import type { GuardedPath, GuardedPort, NodeFacts } from '@reconcile/core';
import { readBind } from './bind.ts';
import type { NodeConfig } from './model.ts';

const sshDir = '/etc/ssh';

/** What this node needs for itself: where definitions must not reach. Reads the ssh server's configuration; never throws. */
export function guardedBy(
  config: Pick<NodeConfig, 'api' | 'path' | 'secretsDir' | 'source' | 'stateDir'>,
): NonNullable<NodeFacts['guarded']> {
  const { api, path, secretsDir, source, stateDir } = config;
  const secret = (at: string, why: string): GuardedPath => ({ path: at, why, isSecret: true });
  return {
    paths: [
      secret(stateDir, 'is what this node remembers, keys included'),
      secret(secretsDir, 'holds the secrets of this node'),
      secret(path, 'is the configuration of this node'),
      ...(source.webhookSecretFile === undefined
        ? []
        : [secret(source.webhookSecretFile, 'is what webhooks to this node are signed with')]),
      { path: source.path, why: 'says what this node runs', isSecret: false },
      { path: homedir(), why: 'is the home of this user', isSecret: false, isHome: true },
    ],
    ports: [
      ...sshPorts().map((port): GuardedPort => ({ port, why: 'is how the owner comes in (ssh)' })),
      ...[...api.http, ...api.grpc].flatMap((text): GuardedPort[] => {
        const bind = readBind(text);
        return bind === undefined ? [] : [{ port: bind.port, why: 'is how this node is asked (its [api])' }];
      }),
    ],
  };
}

/** `Port` and `ListenAddress` of sshd_config(5) and of the files it usually includes. */
export function sshPorts(dir = sshDir): number[] {
  const found = new Set<number>();
  for (const text of configTexts(dir)) {
    for (const [, keyword = '', value = ''] of text.matchAll(/^\s*(Port|ListenAddress)[\s=]+(\S+)/gim)) {
      const digits = keyword.toLowerCase() === 'port' ? value : (/^(?:\[[^\]]*\]|[^:]*):(\d+)$/.exec(value)?.[1] ?? '');
      const port = Number(digits);
      if (Number.isInteger(port) && port > 0 && port < 65_536) found.add(port);
    }
  }
  return [...found].sort((a, b) => a - b);
}

function configTexts(dir: string): string[] {
  const read = (path: string): string[] => {
    try {
      return [readFileSync(path, 'utf8')];
    } catch {
      return [];
    }
  };
  let more: string[] = [];
  try {
    more = readdirSync(`${dir}/sshd_config.d`).filter((name) => name.endsWith('.conf'));
  } catch {
    // There need not be one.
  }
  return [`${dir}/sshd_config`, ...more.map((name) => `${dir}/sshd_config.d/${name}`)].flatMap(read);
}
