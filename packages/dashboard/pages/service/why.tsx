import { type Check, type Explanation, fieldValue } from '@reconcile/core/render';
import { Table } from '../../parts/table.tsx';

const marks: Readonly<Record<Check['verdict'], readonly [sign: string, word: string]>> = {
  ok: ['✔', 'passed'],
  no: ['✘', 'not passed'],
  wait: ['…', 'waits'],
  info: ['·', 'note'],
};

/** The gates that one slot passed or did not, and where it differs. */
export function Why({ alone, explanation }: { readonly explanation: Explanation; readonly alone: boolean }) {
  const { checks, fields, output, slot, why } = explanation;
  const id = `why-${slot.replace(/\W/g, '-')}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>Why {alone ? 'it is as it is' : slot}</h2>
      {why === '' ? null : <p>{why}</p>}
      <ol class="checks">
        {checks.map(({ details = [], gate, text, verdict }) => (
          <li class={`check-${verdict}`} key={gate}>
            <span class="sign" aria-hidden="true">
              {marks[verdict][0]}
            </span>
            <b>
              {gate}
              <span class="hidden">, {marks[verdict][1]}: </span>
            </b>
            <span>
              {text}
              {details.map((detail) => (
                <small key={detail}>{detail}</small>
              ))}
            </span>
          </li>
        ))}
      </ol>
      {fields.length === 0 ? null : (
        <Table label="differences" columns={['field', 'is', 'wanted']}>
          {fields.map(({ field, from, to }) => (
            <tr key={field}>
              <th scope="row">{field}</th>
              <td class="diff-from">{fieldValue(field, from)}</td>
              <td class="diff-to">{fieldValue(field, to)}</td>
            </tr>
          ))}
        </Table>
      )}
      {output.lines.length === 0 ? null : (
        <>
          <p class="dim">{output.of}</p>
          <pre class="last-words">{output.lines.join('\n')}</pre>
        </>
      )}
    </section>
  );
}
