import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { plainName } from '@reconcile/agent/subject';
import { readToml } from '@reconcile/spec/toml';
import { serviceOf } from '../edit/name.ts';
import { type EditOptions, runEdit } from '../edit/run-edit.ts';
import { findDefinition } from '../edit/tip.ts';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { nodeName, passNode } from '../frame/writer.ts';
import { passOnce, reportPass } from './pass.ts';

/** `deploy S FILE`: the file becomes the definition of S. `deploy S`: S as it is committed, now. */
export async function runDeploy(
  cx: CliContext,
  name: string,
  given: { readonly file: string | undefined; readonly options: EditOptions },
): Promise<number> {
  const { file, options } = given;
  if (file === undefined) return deployNow(cx, name, options);
  const service = serviceOf(name, 'deploy');
  const text = await readDefinition(cx, service, file);
  return runEdit(cx, service, {
    options,
    make: async ({ tip }) => {
      const there = findDefinition(tip.files, service);
      const message = `${service}: deploy ${basename(file)}`;
      return { edit: { path: there?.path ?? `services/${service}.toml`, text, message } };
    },
  });
}

async function deployNow(cx: CliContext, name: string, options: EditOptions): Promise<number> {
  const startedAt = performance.now();
  const node = await passNode(cx);
  const service = plainName(name, nodeName(node));
  const outcome = await passOnce(cx, node, {
    order: { scope: { service: [service] }, fetch: true, byName: service },
    ask: options.yes !== true,
  });
  return reportPass(cx, outcome, { tookMs: performance.now() - startedAt, subject: service });
}

/** @throws DEFINITION_UNREADABLE EDIT_INVALID */
async function readDefinition(cx: CliContext, service: string, file: string): Promise<string> {
  const path = resolve(cx.cwd, file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fail('DEFINITION_UNREADABLE', { message: `read ${file}`, key: path, wanted: 'a definition', cause: error });
  }
  const { name } = (readToml(path, bytes).raw ?? {}) as { name?: unknown };
  if (typeof name === 'string' && name !== service) {
    throw fail('EDIT_INVALID', {
      message: `deploy ${file} as ${service}`,
      key: path,
      wanted: `name = "${service}"`,
      actual: `name = "${name}"`,
      hint: `reconcile deploy ${name} ${file}`,
    });
  }
  return Buffer.from(bytes).toString('utf8');
}
