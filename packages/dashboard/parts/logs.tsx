import { useEffect, useRef, useState } from 'preact/hooks';
import { mayOperate } from '../live/act.ts';
import type { LogChunk } from '../model/documents.ts';

const mostLines = 1000;

/** What a service prints, as it prints it. */
export function Logs({ name }: { readonly name: string }) {
  const [isPrevious, setPrevious] = useState(false);
  const { lines, status } = useLines(name, isPrevious);
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  if (!mayOperate()) return <p class="dim">Logs are for users and admins.</p>;
  const parts = new Set(lines.map(({ slot }) => slot));
  return (
    <>
      <div class="section-head">
        <p class="dim">{status}</p>
        <label class="check">
          <input type="checkbox" checked={isPrevious} onChange={(event) => setPrevious(event.currentTarget.checked)} />{' '}
          of the container before
        </label>
      </div>
      <pre
        class="logs"
        id="logs"
        ref={box}
        tabIndex={0}
        role="log"
        aria-label={`Logs of ${name}`}
        onScroll={({ currentTarget: at }) => {
          isAtEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < 24;
        }}
      >
        {lines.map(({ at, slot, text }, i) => (
          <span class="log-line" key={i}>
            <span class="dim">{at.slice(11, 19)} </span>
            {parts.size > 1 ? <span class="log-slot">{slot} </span> : null}
            {text}
            {'\n'}
          </span>
        ))}
      </pre>
    </>
  );
}

function useLines(name: string, isPrevious: boolean): { readonly lines: readonly LogChunk[]; readonly status: string } {
  const [lines, setLines] = useState<readonly LogChunk[]>([]);
  const [status, setStatus] = useState('opening…');
  useEffect(() => {
    if (!mayOperate()) return undefined;
    setLines([]);
    const query = isPrevious ? 'previous=1&tail=200' : 'follow=1&tail=200';
    const stream = new EventSource(`/api/v1/services/${encodeURIComponent(name)}/logs?${query}`);
    let waiting: LogChunk[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      timer = undefined;
      const more = waiting;
      waiting = [];
      setLines((before) => [...before, ...more].slice(-mostLines));
    };
    stream.addEventListener('open', () => {
      // The browser opened it again: the agent tells the newest lines from the start.
      setLines([]);
      setStatus(isPrevious ? 'of the container before' : 'live');
    });
    stream.addEventListener('line', (message) => {
      waiting.push(JSON.parse(message.data) as LogChunk);
      timer ??= setTimeout(show, 50);
    });
    stream.addEventListener('end', () => {
      setStatus(isPrevious ? 'of the container before' : 'it printed nothing more');
      stream.close();
    });
    stream.addEventListener('problem', (message) => {
      setStatus((JSON.parse(message.data) as { title: string }).title);
      stream.close();
    });
    stream.addEventListener('error', () => setStatus('not connected'));
    return () => {
      stream.close();
      clearTimeout(timer);
    };
  }, [name, isPrevious]);
  return { lines, status };
}
