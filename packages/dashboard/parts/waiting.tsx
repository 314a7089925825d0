import { state, trouble } from '../live/live.ts';
import { useCell } from '../live/store.ts';
import { Problem } from './problem.tsx';

/** Before the first answer; and where the agent cannot answer, why. */
export function Waiting() {
  const problem = useCell(trouble);
  const found = useCell(state);
  if (problem === undefined) return <p class="loading">Asking the agent…</p>;
  const reasons = [found?.source.problem, found?.last?.problem, ...Object.values(found?.problems ?? {})];
  return (
    <>
      <h1>The agent cannot say yet how things are.</h1>
      <ul class="cards">
        <li>
          <Problem problem={problem} />
        </li>
        {reasons.map((reason, i) =>
          reason === undefined ? null : (
            <li class="card tone-warn" key={`${reason.code} ${i}`}>
              <p>{reason.message}</p>
              {reason.hint === undefined ? null : <p class="dim">{reason.hint}</p>}
            </li>
          ),
        )}
      </ul>
    </>
  );
}
