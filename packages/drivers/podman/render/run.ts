import type { CreateArgs, RestartPolicy } from '@reconcile/core/kinds/container';
import { draftOf } from '../apply/draft.ts';
import { createArgv } from '../client/argv.ts';
import { containerLabels, type Maker } from '../labels.ts';

export interface RunRequest {
  readonly slot: string;
  readonly args: CreateArgs;
  /** What podman does when it ends; ours always say `no`, since restarting is our work. */
  readonly restart: RestartPolicy;
  readonly maker: Maker;
  readonly filesDir: string;
  /** Of copies with secrets in them; undefined: nowhere. */
  readonly filledDir: string | undefined;
  /** podman's name of a secret. */
  readonly secretName: (name: string) => string;
}

/**
 * `podman run …` that makes the same container as `create` would, labels included: it is ours as soon as it is there
 * (specs/0004). An image that is not local is pulled: whoever types this has no pass that does. @throws PODMAN_SPEC_REFUSED
 * PODMAN_NOT_SUPPORTED
 */
export function runCommand(request: RunRequest): string[] {
  const { args, filesDir, filledDir, maker, restart, secretName, slot } = request;
  const draft = draftOf(args.spec, {
    name: args.name,
    labels: containerLabels(maker, { slot, name: args.name, spec: args.spec, schema: args.schema }),
    env: args.env,
    ports: args.ports,
    aliases: args.spec.aliases,
    filesDir,
    filledDir,
    secretName,
  });
  const [, ...options] = createArgv(draft);
  const end = options.indexOf('--');
  const own = options.slice(0, end).flatMap((option) => {
    if (option === '--restart=no') return [`--restart=${restart}`];
    return option === '--pull=never' ? [] : [option];
  });
  return ['podman', 'run', '--detach', ...own, ...options.slice(end)];
}
