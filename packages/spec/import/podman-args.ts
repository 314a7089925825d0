import type { Fields } from './model.ts';

/** Options that podman is given where they mean what is done here anyway. */
const same = new Set(['--http-proxy=false', '--no-healthcheck', '--log-driver=k8s-file']);

/** `--flag=value` of `podman run` that a unit hands through. false: nothing here means the same. */
export function podmanArg(arg: string, { fields }: { readonly fields: Fields }): boolean {
  const cut = arg.indexOf('=');
  const flag = cut < 0 ? arg : arg.slice(0, cut);
  const value = cut < 0 ? '' : arg.slice(cut + 1);
  const push = (key: string) => fields.set(key, [...((fields.get(key) as string[] | undefined) ?? []), value]);
  if (same.has(arg) || (flag === '--log-opt' && value.startsWith('max-size='))) return true;
  switch (flag) {
    case '--stop-timeout':
      fields.set('stop_timeout', `${value}s`);
      return true;
    case '--stop-signal':
      fields.set('stop_signal', value);
      return true;
    case '--memory':
    case '-m':
      fields.set('memory', value);
      return true;
    case '--cpus':
      fields.set('cpus', Number(value));
      return true;
    case '--pids-limit':
      fields.set('pids', Number(value));
      return true;
    case '--workdir':
      fields.set('workdir', value);
      return true;
    case '--hostname':
      fields.set('hostname', value);
      return true;
    case '--add-host':
      push('extra_hosts');
      return true;
    case '--tmpfs':
      push('tmpfs');
      return true;
    case '--read-only':
      fields.set('read_only', value !== 'false');
      return true;
    case '--privileged':
      fields.set('privileged', true);
      return true;
    case '--entrypoint': {
      const words: unknown = value.startsWith('[') ? JSON.parse(value) : [value];
      fields.set('entrypoint', Array.isArray(words) ? words.map(String) : [value]);
      return true;
    }
    default:
      return false;
  }
}
