import type { Driver } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { applyFile } from './apply.ts';
import { filesObserver } from './observe/observe.ts';
import type { FilesSettings } from './observe/settings.ts';

/** Copies of mounted files, one directory per container, so that two versions each see their own. */
export function filesDriver(settings: FilesSettings): Driver<ReadHost, Host> {
  return { ...filesObserver(settings), apply: (cx, action) => applyFile(cx, action, settings) };
}
