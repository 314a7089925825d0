import { errorText, isFleetError } from '@reconcile/core';
import { type Identity, podmanFacts } from '@reconcile/drivers/podman/doctor';
import { runtimeConditions } from '../../recover/conditions.ts';
import { type Examined, isRootless } from '../examined.ts';
import { type Finding, finding } from '../finding.ts';

const oldest = [4, 3] as const;

/** podman itself: does it answer, as whom, where does it keep its things, and does it know what this node made? */
export async function storage(of: Examined): Promise<Finding[]> {
  if (of.config?.drivers.containers === 'none') return [];
  const facts = await podmanFacts(of.host, of.signal).catch((error: unknown) => ({ error }));
  if ('error' in facts) return [broken(facts.error)];
  return [...version(facts.version), ...identity(of, facts), ...(await driver(of, facts.driver)), ...lost(of)];
}

function broken(error: unknown): Finding {
  const { code = '', hint } = isFleetError(error) ? error : {};
  if (code === 'PODMAN_MISSING')
    return finding('PODMAN_NONE', 'error', {
      what: 'podman',
      wanted: '4.3 or later',
      actual: 'not there',
      fix: 'sudo apt-get install podman',
      needsRoot: true,
    });
  const isMismatch = code === 'PODMAN_DATABASE' || code === 'PODMAN_REBOOT' || code === 'PODMAN_IDENTITY';
  return finding(isMismatch ? 'RUNTIME_MISMATCH' : 'RUNTIME_BROKEN', 'error', {
    what: 'podman',
    wanted: 'an answer to podman info',
    actual: errorText(error),
    fix: hint ?? 'reconcile recover',
  });
}

function version(text: string): Finding[] {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return [];
  return [
    finding('PODMAN_OLD', 'error', {
      what: 'podman',
      wanted: '4.3 or later',
      actual: text,
      fix: 'Debian 12 or Ubuntu 24.04 have a later one',
    }),
  ];
}

const words: Readonly<Partial<Record<keyof Identity, string>>> = {
  graphRoot: 'storage',
  runRoot: 'run root',
  driver: 'storage driver',
};

function identity({ notes }: Examined, facts: Pick<Identity, 'graphRoot' | 'runRoot' | 'driver'>): Finding[] {
  const recorded = notes['podman/identity'] as Partial<Identity> | null | undefined;
  return (['graphRoot', 'runRoot', 'driver'] as const).flatMap((name) => {
    const before = recorded?.[name];
    if (before === undefined || before === facts[name]) return [];
    return [
      finding('RUNTIME_MISMATCH', 'error', {
        what: `podman's ${words[name]}`,
        wanted: `${before}, as recorded when this node was made`,
        actual: facts[name],
        fix: 'put it back in storage.conf (or $CONTAINERS_STORAGE_CONF), with the HOME this node began with',
      }),
    ];
  });
}

async function driver(of: Examined, actual: string): Promise<Finding[]> {
  const own = isRootless(of) ? [`${of.host.home.configDir}/containers/storage.conf`] : [];
  const found: Finding[] = [];
  for (const path of [...own, '/etc/containers/storage.conf']) {
    const text = await of.host.files.text(path).catch(() => undefined);
    const chosen = /^\s*driver\s*=\s*"([^"]+)"/m.exec(text ?? '')?.[1];
    if (chosen === undefined) continue;
    if (chosen !== actual)
      found.push(
        finding('STORAGE_OVERRULED', 'warning', {
          what: path,
          wanted: `driver ${chosen}`,
          actual: `${actual}: podman's database remembers it`,
          fix: `driver = "${actual}" in ${path}`,
        }),
      );
    break;
  }
  if (actual === 'vfs')
    found.push(
      finding('STORAGE_SLOW', 'warning', {
        what: 'storage driver',
        wanted: 'overlay',
        actual: 'vfs',
        fix: 'driver = "overlay" in storage.conf, on a new storage (fuse-overlayfs where the file system cannot)',
      }),
    );
  return found;
}

function lost({ seen }: Examined): Finding[] {
  if (seen === undefined) return [];
  return runtimeConditions(seen).map(({ fix, message, type }) =>
    finding(
      type === 'RuntimeStateLost'
        ? 'RUNTIME_STATE_LOST'
        : type === 'RuntimeMismatch'
          ? 'RUNTIME_MISMATCH'
          : 'RUNTIME_BROKEN',
      'error',
      {
        what: "podman's memory",
        wanted: 'what this node made',
        actual: message,
        fix,
      },
    ),
  );
}
