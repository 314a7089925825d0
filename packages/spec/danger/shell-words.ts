/** One simple command: its program by its bare name, and what follows. */
export interface SimpleCommand {
  readonly program: string;
  readonly args: readonly string[];
}

const shells = new Set(['sh', 'bash', 'ash', 'dash', 'zsh', 'ksh']);
/** Programs that run what follows them. */
const before = new Set([
  'sudo',
  'doas',
  'exec',
  'nohup',
  'busybox',
  'time',
  'command',
  'setsid',
  'env',
  'then',
  'do',
  'else',
  '!',
]);
const mostDepth = 4;

/**
 * The simple commands in a command line; what a shell is given with `-c` is taken apart at its operators. Not a shell: quotes
 * only keep words together, nothing is expanded. It finds what is written plainly, which is how accidents are written.
 */
export function simpleCommands(words: readonly string[], depth = 0): SimpleCommand[] {
  let at = 0;
  while (at < words.length && (before.has(bare(words[at] ?? '')) || /^[A-Za-z_]\w*=/.test(words[at] ?? ''))) {
    at++;
    // Options of what comes before: `env -i`, `sudo -n`.
    while (at < words.length && /^-/.test(words[at] ?? '')) at++;
  }
  const [first, ...args] = words.slice(at);
  if (first === undefined) return [];
  const program = bare(first);
  const script = shells.has(program) ? scriptOf(args) : undefined;
  const own = [{ program, args }];
  if (script === undefined || depth >= mostDepth) return own;
  return [...own, ...splitScript(script).flatMap((part) => simpleCommands(part, depth + 1))];
}

function bare(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

/** What follows `-c` (also in a cluster: `-ec`). */
function scriptOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  return at < 0 ? undefined : args[at + 1];
}

/** Words of each simple command of a script. */
function splitScript(script: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  const flush = () => {
    if (words.length > 0) commands.push(words);
    words = [];
  };
  const token = /(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s;&|()<>`$"'\\]|\$(?!\())+|\$\(|[;&|()`\n]|[<>]+/g;
  for (const [part] of script.matchAll(token)) {
    if (/^(?:[;&|()`\n]|\$\()$/.test(part)) flush();
    else words.push(part.replace(/^(['"])(.*)\1$/s, '$2'));
  }
  flush();
  return commands;
}
