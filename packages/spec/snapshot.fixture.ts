import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Desired, Diagnostic, NodeFacts, Resource, SourceSnapshot } from '@reconcile/core';
import type { ContainerCare, ContainerSpec } from '@reconcile/core/kinds/container';
import { type CompileInput, type CompileResult, compile } from './compile/index.ts';
import { type ParseResult, parseSnapshot } from './parse/index.ts';

// For tests only: snapshots from texts or folders, and short views of what comes out.

const utf8 = new TextEncoder();
export const plainFleet = 'name = "home"\nzone = "svc.example.net"\n';

/** A snapshot's files from texts; a key without a slash or dot is a service: `web` → services/web.toml. */
export function filesOf(texts: Readonly<Record<string, string>>): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([['fleet.toml', utf8.encode(plainFleet)]]);
  for (const [name, text] of Object.entries(texts)) {
    files.set(/[./]/.test(name) ? name : `services/${name}.toml`, utf8.encode(text));
  }
  return files;
}

/** All files below a folder, as a snapshot has them. */
export function readFolder(folder: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path.slice(folder.length).replace(/^\/+/, ''), readFileSync(path));
  }
  return files;
}

/** `services/web.toml:3:1 UnknownKey nod` */
export function lineOf({ file, line, column, code, path }: Diagnostic): string {
  return `${file}:${line}:${column} ${code} ${path}`;
}

export function problems(texts: Readonly<Record<string, string>>): Promise<readonly Diagnostic[]> {
  return parseSnapshot(filesOf(texts)).then((result) => result.diagnostics);
}

/** Parses what must be right. */
export async function parsed(files: ReadonlyMap<string, Uint8Array>): Promise<ParseResult> {
  const result = await parseSnapshot(files);
  const errors = result.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((error) => `${lineOf(error)}: ${error.message}`).join('\n'));
  return result;
}

export function nodeFacts(more: Partial<NodeFacts> = {}): NodeFacts {
  return {
    node: 'rift',
    addresses: [
      { name: 'overlay', ip: '192.0.2.1' },
      { name: 'lan', ip: '198.51.100.1' },
    ],
    listeners: {},
    workspace: null,
    policy: { mounts: ['/srv'], images: ['*'], flags: [], blast: { services: 1, percent: 25 } },
    ...more,
  };
}

export function snapshotOf(files: ReadonlyMap<string, Uint8Array>): SourceSnapshot {
  return { source: 'git', commit: 'c0ffee', message: '', author: '', at: 0, files, allows: [], warnings: [] };
}

export async function compiled(
  texts: Readonly<Record<string, string>>,
  more: Partial<Pick<CompileInput, 'node' | 'assignment'>> = {},
): Promise<CompileResult> {
  return compileFiles(filesOf(texts), more);
}

export async function compileFiles(
  files: ReadonlyMap<string, Uint8Array>,
  more: Partial<Pick<CompileInput, 'node' | 'assignment'>> = {},
): Promise<CompileResult> {
  const { definitions, fleet } = await parsed(files);
  return compile({ snapshot: snapshotOf(files), definitions, fleet, node: nodeFacts(), generation: 1, ...more });
}

export function keysOf(desired: Desired, kind: string): string[] {
  return Object.keys(desired.resources)
    .filter((key) => key.startsWith(`${kind}/`))
    .sort();
}

export function resource<S>(desired: Desired, key: string): Resource<S> {
  const found = (desired.resources as Readonly<Record<string, Resource>>)[key];
  if (found === undefined) throw new Error(`no ${key} in ${Object.keys(desired.resources).join(' ')}`);
  return found as unknown as Resource<S>;
}

/** The container of a slot. */
export function containerOf(desired: Desired, slot: string): Resource<ContainerSpec, ContainerCare> {
  const found = Object.values(desired.resources).find((each) => each.kind === 'container' && each.slot === slot);
  if (found === undefined) throw new Error(`no container in ${slot}`);
  return found as unknown as Resource<ContainerSpec, ContainerCare>;
}

/** References as short texts: `@web/web` for a slot, `@web/web?` for one that counts only while booting. */
export function referencesOf(of: Resource<unknown, unknown>): string[] {
  return of.references.map((ref) => ('key' in ref ? ref.key : `@${ref.slot}${ref.booting === true ? '?' : ''}`));
}
