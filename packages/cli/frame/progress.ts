import type { CliContext } from './context.ts';

const shownAfterMs = 1000;
const turnMs = 120;
const turning = { unicode: ['⠋', '⠙', '⠸', '⠴', '⠦', '⠇'], ascii: ['|', '/', '-', '\\'] };

/** Says what is being waited for once it takes longer than a second; on a terminal only, and gone without a trace afterwards. */
export async function withSpinner<T>(cx: CliContext, text: string, work: () => Promise<T>): Promise<T> {
  if (!cx.errLook.isTerminal || cx.json) return work();
  const signs = cx.errLook.ascii ? turning.ascii : turning.unicode;
  let turn = 0;
  let ticking: NodeJS.Timeout | undefined;
  const draw = () => cx.write(`\r\u001b[2K${signs[turn++ % signs.length] ?? ''} ${text}`);
  const waiting = setTimeout(() => {
    draw();
    ticking = setInterval(draw, turnMs);
  }, shownAfterMs);
  try {
    return await work();
  } finally {
    clearTimeout(waiting);
    clearInterval(ticking);
    if (turn > 0) cx.write('\r\u001b[2K');
  }
}
