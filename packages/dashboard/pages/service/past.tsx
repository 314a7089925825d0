import type { HistoryEntry } from '../../model/documents.ts';
import { Table } from '../../parts/table.tsx';
import { fullMoment, moment } from '../../words/when.ts';

/** What became of it, and by whom. */
export function Past({ entries, now }: { readonly entries: readonly HistoryEntry[]; readonly now: number }) {
  return (
    <section aria-labelledby="past">
      <h2 id="past">History</h2>
      {entries.length === 0 ? (
        <p class="dim">Nothing is remembered yet.</p>
      ) : (
        <Table label="history" columns={['when', 'what', 'component', 'image', 'commit', 'why', 'by']}>
          {entries.map(({ at, by, commit, from, slot, to, what, why }, i) => (
            <tr key={`${at} ${slot} ${i}`}>
              <td>
                <time dateTime={new Date(at).toISOString()} title={fullMoment(at)}>
                  {moment(at, now)}
                </time>
              </td>
              <td>{what.replace('-', ' ')}</td>
              <td>{slot}</td>
              <td>
                {[from, to]
                  .filter((ref) => ref !== '')
                  .map(lastPart)
                  .join(' → ')}
              </td>
              <td>
                <code>{commit.slice(0, 7)}</code>
              </td>
              <td>{why}</td>
              <td>
                {by.issuer}:{by.subject}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function lastPart(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}
