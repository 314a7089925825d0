import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { keys, listenToKeys } from './keys.ts';
import { begin, link, me, node } from './live/live.ts';
import { place } from './live/route.ts';
import { useCell } from './live/store.ts';
import { BootPage } from './pages/boot.tsx';
import { CertificatesPage } from './pages/certificates.tsx';
import { LoginPage } from './pages/login.tsx';
import { NodePage } from './pages/node.tsx';
import { Overview } from './pages/overview.tsx';
import { PlanPage } from './pages/plan.tsx';
import { ServicePage } from './pages/service/index.tsx';
import { Toasts } from './parts/toast.tsx';

const tabs: readonly (readonly [page: string, href: string, says: string])[] = [
  ['', '#/', 'Services'],
  ['plan', '#/plan', 'Plan'],
  ['boot', '#/boot', 'Boot'],
  ['certificates', '#/certificates', 'Certificates'],
  ['node', '#/node', 'Node'],
];
const linkWords = {
  opening: 'connecting',
  live: 'live',
  lost: 'not connected, trying again',
  closed: 'logged out',
} as const;

function App() {
  const { page, rest } = useCell(place);
  const standing = useCell(link);
  const found = useCell(node);
  const help = useRef<HTMLDialogElement>(null);
  useEffect(() => listenToKeys(() => help.current?.showModal()), []);
  const title = page === 's' ? rest : (tabs.find(([name]) => name === page)?.[2] ?? '');
  useEffect(() => {
    document.title = `${title}${found === undefined ? '' : ` · ${found.node}`} · reconcile`;
  }, [title, found?.node]);
  const person = useCell(me);
  if (standing === 'closed') return <LoginPage />;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.querySelector<HTMLElement>('main')?.focus()}>
        Skip to content
      </button>
      <header class="bar">
        <a class="brand" href="#/">
          {found?.node ?? 'reconcile'}
        </a>
        <nav aria-label="Pages">
          {tabs.map(([name, href, says]) => (
            <a
              key={name}
              href={href}
              aria-current={name === page || (name === '' && page === 's') ? 'page' : undefined}
            >
              {says}
            </a>
          ))}
        </nav>
        <span class={`link link-${standing}`} role="status">
          <span class="dot" aria-hidden="true" />
          {linkWords[standing]}
        </span>
        <button type="button" class="icon" aria-label="Light or dark" onClick={turnTheme}>
          ◐
        </button>
        <button type="button" class="icon" aria-label="Keys" onClick={() => help.current?.showModal()}>
          ?
        </button>
      </header>
      <main tabIndex={-1}>
        {person === undefined ? <p class="loading">Asking the agent…</p> : <Page page={page} rest={rest} />}
      </main>
      <Toasts />
      <dialog ref={help} aria-labelledby="keys">
        <h2 id="keys">Keys</h2>
        <dl class="facts">
          {keys.map(([key, says]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{says}</dd>
            </div>
          ))}
        </dl>
        <button class="button" type="button" onClick={() => help.current?.close()}>
          Close
        </button>
      </dialog>
    </>
  );
}

function Page({ page, rest }: { readonly page: string; readonly rest: string }) {
  switch (page) {
    case 's':
      return <ServicePage name={rest} key={rest} />;
    case 'plan':
      return <PlanPage />;
    case 'boot':
      return <BootPage />;
    case 'certificates':
      return <CertificatesPage />;
    case 'node':
      return <NodePage />;
    default:
      return <Overview />;
  }
}

function turnTheme(): void {
  const { dataset } = document.documentElement;
  const isDark =
    dataset.theme === 'dark' || (dataset.theme === undefined && matchMedia('(prefers-color-scheme: dark)').matches);
  dataset.theme = isDark ? 'light' : 'dark';
  localStorage.setItem('theme', dataset.theme);
}

const root = document.querySelector('#app');
if (root !== null) {
  root.replaceChildren();
  render(<App />, root);
  void begin();
}
