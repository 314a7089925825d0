import type { AgentEvent } from '@reconcile/agent/service';
import { eventLine, harmless, line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';

/** One line, or none for what is of no interest. */
export function printEvent(cx: CliContext, event: AgentEvent, all = false): void {
  switch (event.kind) {
    case 'event': {
      const told = eventLine(event.event, { all, zone: 'local' });
      if (told !== undefined) cx.print([told.map((part) => ({ ...part, text: harmless(part.text) }))]);
      return;
    }
    case 'health': {
      const style = event.to === 'healthy' ? 'good' : 'bad';
      cx.print([line(piece(event.slot, 'bold'), '  ', piece(event.to, style), `  ${harmless(event.message)}`)]);
      return;
    }
    case 'lost':
      cx.print([line(piece(`${event.count} events were left out: this reader is too slow`, 'warn'))]);
      return;
    case 'state':
    case 'look':
      return;
  }
}
