import type { HaproxySettings } from './settings.ts';

/** What a HAProxy of our own is started with: master and worker, in the background. */
export function startArgs(settings: Pick<HaproxySettings, 'masterSocket' | 'pidFile' | 'configFile'>): string[] {
  return ['-W', '-D', '-S', `${settings.masterSocket},mode,600`, '-p', settings.pidFile, '-f', settings.configFile];
}
