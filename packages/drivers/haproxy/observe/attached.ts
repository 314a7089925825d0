import { fail } from '../errors.ts';
import type { HaproxySettings } from '../settings/settings.ts';

// What an existing HAProxy must have in its own configuration, and what we say where it has not.

/** Of files and directories that it loads, is one ours? */
export function isIncluded(files: readonly string[], { configDir, configFile }: HaproxySettings): boolean {
  return files.some((file) => [configDir, configFile].includes(file.replace(/\/+$/, '').replace(/\/{2,}/g, '/')));
}

/** @param files what it loads, where that is known */
export function notIncluded(settings: HaproxySettings, files: readonly string[] = []) {
  return fail('HAPROXY_NOT_INCLUDED', {
    message: 'use an existing HAProxy',
    wanted: `-f ${settings.configDir} as the last -f of its command line`,
    ...(files.length === 0 ? {} : { actual: files.map((file) => `-f ${file}`).join(' ') }),
    hint: `in /etc/default/haproxy (Debian): EXTRAOPTS="-S ${settings.masterSocket} -f ${settings.configDir}"; then once: systemctl restart haproxy`,
  });
}

export function noMaster({ masterSocket }: HaproxySettings) {
  return fail('HAPROXY_UNREACHABLE', {
    message: "ask HAProxy's master",
    wanted: `an answer from ${masterSocket}`,
    hint: `start it with -W -S ${masterSocket},mode,660,group,<a group of ours>`,
  });
}

export function noStats({ statsSocket }: HaproxySettings, cause: unknown) {
  return fail('HAPROXY_UNREACHABLE', {
    message: 'ask an existing HAProxy',
    wanted: `an answer from ${statsSocket}`,
    hint: `does it run? Its global section needs: stats socket ${statsSocket} mode 660 group <a group of ours> level admin expose-fd listeners`,
    cause,
  });
}
