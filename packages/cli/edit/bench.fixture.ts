import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { SampleRepository, Sandbox } from '../../source/git/sample-repository.fixture.ts';
import { type CliContext, cliContext, type GlobalOptions } from '../frame/context.ts';
import { failureJson, failureLines } from '../frame/failure.ts';
import { type Chosen, program } from '../program.ts';

// The command line over real repositories: words in, exit code and texts out. For tests only.

let bundle: Promise<string> | undefined;

/** The parser's thread as it is shipped: nothing here loads TypeScript in a thread. */
function specWorker(): Promise<string> {
  bundle ??= (async () => {
    const dir = mkdtempSync(join(tmpdir(), 'spec-worker-'));
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
    const file = join(dir, 'spec-worker.mjs');
    const entry = new URL('../../spec/parse/worker.ts', import.meta.url).pathname;
    await build({
      entryPoints: [entry],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: file,
      logLevel: 'error',
    });
    return file;
  })();
  return bundle;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Answers a person gives; absent: nobody is asked. */
  readonly answer?: boolean;
}

let template: EditBench | undefined;

export class EditBench {
  readonly box = new Sandbox();
  /** How often a person was asked. */
  asked = 0;

  /** A repository `upstream` with these definitions, and its clone `fleet`: copies, since making them takes many processes. */
  static async withClone(files: Readonly<Record<string, string>>): Promise<EditBench> {
    template ??= EditBench.#template(files);
    const bench = new EditBench();
    for (const name of ['upstream', 'fleet'])
      cpSync(join(template.box.dir, name), join(bench.box.dir, name), { recursive: true });
    const config = join(bench.box.dir, 'fleet/.git/config');
    writeFileSync(config, readFileSync(config, 'utf8').replace(template.box.dir, bench.box.dir));
    await specWorker();
    return bench;
  }

  static #template(files: Readonly<Record<string, string>>): EditBench {
    const made = new EditBench();
    const upstream = made.box.sample('upstream');
    upstream.git('config', 'receive.denyCurrentBranch', 'ignore');
    upstream.commit(files, 'definitions');
    made.box.clone(upstream, 'fleet');
    process.once('exit', () => made.close());
    return made;
  }

  repository(name: string): SampleRepository {
    return new SampleRepository(join(this.box.dir, name), this.box.home);
  }

  /** This machine becomes a node that follows `source`; it runs nothing, so its passes need no podman. */
  node(source: string): string {
    const path = join(this.box.home, '.config/reconcile/node.toml');
    mkdirSync(dirname(path), { recursive: true });
    const drivers = '[drivers]\ncontainers = "none"\nproxy = "none"\n';
    const text = `node = "rift"\nstate_dir = "${this.box.dir}/state"\n${drivers}[source]\n${source}\n`;
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  async run(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const sink = () => {
      let text = '';
      return { stream: { write: (more: string) => (text += more) }, read: () => text };
    };
    const [out, err] = [sink(), sink()];
    const from = {
      env: { PATH: process.env.PATH, HOME: this.box.home, ...options.env },
      cwd: options.cwd ?? this.box.home,
      uid: process.getuid?.() ?? 0,
      stdout: out.stream,
      stderr: err.stream,
      stdin: process.stdin,
    };
    let chosen: Chosen | undefined;
    const root = program('0.0.0', (choice) => {
      chosen = choice;
    });
    await root.parseAsync([...words], { from: 'user' });
    if (chosen === undefined) throw new Error(`nothing was chosen by ${words.join(' ')}`);
    const { run, options: given } = chosen as Chosen;
    const signal = new AbortController().signal;
    const own = { install: { specWorker: await specWorker() }, version: '0.0.0', signal };
    const cx = this.#answering(cliContext(from, given as GlobalOptions, own), options.answer);
    const code = await run(cx).catch((error: unknown) => {
      if (cx.json) cx.printJson(failureJson(error));
      else cx.tell(failureLines(error));
      return 1;
    });
    return { code, out: out.read(), err: err.read() };
  }

  #answering(cx: CliContext, answer: boolean | undefined): CliContext {
    if (answer === undefined) return cx;
    const ask = async () => {
      this.asked++;
      return answer;
    };
    return { ...cx, canAsk: true, ask };
  }

  close(): void {
    this.box.remove();
  }
}

export function read(repo: SampleRepository, path: string): string {
  return readFileSync(join(repo.path, path), 'utf8');
}
