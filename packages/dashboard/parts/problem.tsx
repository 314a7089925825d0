import { ApiProblem } from '../live/client.ts';

/** What went wrong, and what to do, in the agent's own words. */
export function Problem({ problem }: { readonly problem: Error }) {
  const hint = problem instanceof ApiProblem ? problem.hint : '';
  return (
    <div class="card tone-warn" role="alert">
      <p>{problem instanceof ApiProblem ? problem.message : 'The agent does not answer.'}</p>
      {hint === '' ? null : <p class="dim">{hint}</p>}
    </div>
  );
}
