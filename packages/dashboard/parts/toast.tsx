import { Cell, useCell } from '../live/store.ts';

interface Note {
  readonly id: number;
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'quiet';
}

const shown = new Cell<readonly Note[]>([]);
const shownMs = 8000;
let last = 0;

/** Tells what came of something, on screen and to screen readers. */
export function tell(text: string, tone: Note['tone'] = 'quiet'): void {
  const id = ++last;
  shown.set([...shown.value.slice(-2), { id, text, tone }]);
  setTimeout(() => shown.set(shown.value.filter((note) => note.id !== id)), shownMs);
}

export function Toasts() {
  const notes = useCell(shown);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {notes.map(({ id, text, tone }) => (
        <p class={`toast tone-${tone}`} key={id}>
          {text}
        </p>
      ))}
    </div>
  );
}
