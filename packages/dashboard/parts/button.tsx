import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

interface Act {
  readonly children: ComponentChildren;
  readonly act: () => Promise<void>;
  /** Asked before it is done: what will happen, and what stays. */
  readonly sure?: string;
  readonly kind?: 'main' | 'risky';
}

/** A button that does something at the agent; what cannot be taken back asks first. */
export function ActButton({ act, children, kind, sure }: Act) {
  const [isBusy, setBusy] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const run = () => {
    dialog.current?.close();
    setBusy(true);
    void act().finally(() => setBusy(false));
  };
  return (
    <>
      <button
        type="button"
        class={`button ${kind ?? ''}`}
        disabled={isBusy}
        onClick={() => (sure === undefined ? run() : dialog.current?.showModal())}
      >
        {isBusy ? '…' : children}
      </button>
      {sure === undefined ? null : (
        <dialog ref={dialog} aria-label="Are you sure?">
          <p>{sure}</p>
          <div class="buttons">
            <button type="button" class="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="button" class={`button ${kind ?? 'main'}`} onClick={run}>
              {children}
            </button>
          </div>
        </dialog>
      )}
    </>
  );
}
