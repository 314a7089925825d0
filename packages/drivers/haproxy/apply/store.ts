import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { Sight } from '../observe/look.ts';
import { keepRecord } from '../observe/recorded.ts';
import { formatManifest, type Manifest } from '../record/manifest.ts';
import { endSocketName, listName, loopName, mapNames, pemName } from '../record/names.ts';
import type { Rendered } from '../render/render.ts';
import { header } from '../render/sections.ts';
import type { HaproxySettings } from '../settings/settings.ts';

const fileMode = 0o600;
const directoryMode = 0o700;

/** A hand-made configuration is never written over. @throws HAPROXY_UNSAFE */
export function assertOurs(settings: HaproxySettings, sight: Sight): void {
  if (sight.record === undefined && sight.files.config !== undefined && !sight.files.config.startsWith(header)) {
    throw fail('HAPROXY_UNSAFE', {
      message: `use ${settings.dir}`,
      actual: `${settings.configFile} is not ours`,
      hint: 'give dir in [drivers.haproxy] a directory of its own',
    });
  }
}

/** Ours alone: who may write there may become us. @throws HAPROXY_UNSAFE */
export async function prepareDirectories(host: Host, settings: HaproxySettings): Promise<void> {
  const prepare = async (path: string) => {
    await host.files.makeDir(path, { mode: directoryMode });
    const stat = await host.files.stat(path);
    if (stat?.kind !== 'directory' || stat.uid !== host.proc.uid()) {
      throw fail('HAPROXY_UNSAFE', {
        message: `use ${path}`,
        wanted: `a directory of uid ${host.proc.uid()}`,
        actual: stat === undefined ? 'missing' : `${stat.kind} of uid ${stat.uid}`,
      });
    }
    if (stat.mode !== directoryMode) await host.files.chmod(path, directoryMode);
  };
  await Promise.all([settings.dir, settings.isManaged ? settings.runDir : settings.configDir].map(prepare));
}

interface Content {
  readonly rendered: Rendered;
  readonly manifest: Manifest;
  /** What lies there, so that nothing is written twice; undefined: not known. */
  readonly before: Sight | undefined;
  /** Certificates as they lie there, by name. */
  readonly copies: Readonly<Record<string, string | undefined>>;
  /** Must pass before the new configuration takes the old one's place. */
  readonly check: ((host: Host, settings: HaproxySettings, file: string) => Promise<void>) | undefined;
}

/**
 * Each file is replaced as a whole. Between two of them a crash leaves a record that does not match a file: the next look
 * calls that drift and the next pass repairs it.
 */
export async function writeFiles(host: Host, settings: HaproxySettings, content: Content): Promise<void> {
  const { rendered, manifest, before, check, copies } = content;
  const put = async (path: string, text: string, old: string | undefined) => {
    if (text !== old) await host.files.write(path, text, { mode: fileMode });
  };
  const maps = Object.entries(rendered.maps).map(([name, text]) =>
    put(`${settings.dir}/${name}`, text, before?.files.maps[name]),
  );
  const pems = Object.entries(rendered.pems).map(([name, text]) =>
    put(`${settings.dir}/${pemName(name)}`, text, copies[name]),
  );
  const record = formatManifest(manifest);
  keepRecord(record, settings, { manifest, rendered });
  if (check === undefined) {
    const config = put(settings.configFile, rendered.config, before?.files.config);
    await Promise.all([...maps, ...pems, config, put(settings.manifestFile, record, before?.record)]);
    return;
  }
  await Promise.all([...maps, ...pems]);
  await host.files.write(settings.candidateFile, rendered.config, { mode: fileMode });
  try {
    await check(host, settings, settings.candidateFile);
  } catch (error) {
    await host.files.remove(settings.candidateFile);
    throw error;
  }
  await host.files.rename(settings.candidateFile, settings.configFile);
  await put(settings.manifestFile, record, before?.record);
}

const perListener = /^(?:(?:routes|sni)-\d+\.map|crt-\d+\.list|[lt]\d+\.sock|[a-z0-9._-]+\.pem)$/;

/** Every name we give. Other files in these directories are somebody else's. */
const ours = new RegExp(
  `${perListener.source}|^(?:haproxy\\.cfg|candidate\\.cfg|manifest\\.json|haproxy\\.pid|(?:stats|master|acme)\\.sock)$`,
);

/** What a listener that is gone leaves; without a listener, everything of ours. */
export async function removeFiles(host: Host, settings: HaproxySettings, manifest: Manifest): Promise<void> {
  const kept = new Set([
    ...Object.values(manifest.listeners).flatMap(({ spec }) => [
      ...mapNames(spec),
      loopName(spec),
      ...(spec.tls ? [listName(spec.port), endSocketName(spec)] : []),
    ]),
    ...Object.keys(manifest.certificates).map(pemName),
  ]);
  const isEmpty = Object.keys(manifest.listeners).length === 0;
  const stays = (name: string) => !ours.test(name) || kept.has(name) || (!isEmpty && !perListener.test(name));
  // What an existing HAProxy is told to load stays, empty: without it, it would not start again.
  if (isEmpty && !settings.isManaged) await host.files.remove(settings.configFile);
  for (const dir of settings.isManaged ? [settings.dir, settings.runDir] : [settings.dir]) {
    const names = (await host.files.list(dir)) ?? [];
    await Promise.all(names.filter((name) => !stays(name)).map((name) => host.files.remove(`${dir}/${name}`)));
    if (isEmpty && settings.isManaged && !names.some(stays)) await host.files.remove(dir);
  }
}
