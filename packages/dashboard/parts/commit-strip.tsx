import { authorName } from '@reconcile/core/render';
import { mayAdminister, order } from '../live/act.ts';
import type { AgentState, NodeDocument } from '../model/documents.ts';
import { ago, fullMoment, until } from '../words/when.ts';
import { ActButton } from './button.tsx';

/** Which commit is live, whether the source was asked, and the switch that holds everything back. */
export function CommitStrip({
  node,
  now,
  state,
}: {
  readonly node: NodeDocument;
  readonly state: AgentState | undefined;
  readonly now: number;
}) {
  const { author, commit, committedAt, message, source } = node;
  const checkedAt = state?.source.checkedAt ?? source.checkedAt;
  return (
    <div class="strip">
      <p>
        {commit === '' ? null : <code>{commit.slice(0, 7)}</code>} {message === '' ? null : <b>{message}</b>}{' '}
        <span class="dim" title={committedAt === 0 ? '' : fullMoment(committedAt)}>
          {author === '' ? '' : `${authorName(author)}, `}
          {committedAt === 0 ? '' : ago(committedAt, now)}
        </span>
      </p>
      <p class="dim">
        source {source.text}
        {checkedAt === undefined ? '' : `, checked ${ago(checkedAt, now)}`}
      </p>
      <Freeze state={state} now={now} />
    </div>
  );
}

function Freeze({ now, state }: { readonly state: AgentState | undefined; readonly now: number }) {
  const frozen = state?.overrides.find(({ target, verb }) => verb === 'freeze' && target === '');
  if (frozen === undefined) {
    return mayAdminister() ? (
      <ActButton
        sure="No change is made on this node until you thaw it, or for two hours. What runs is kept running."
        act={() => order('Freeze', '/api/v1/freeze', { forMs: 2 * 3_600_000, why: 'from the dashboard' })}
      >
        Freeze changes
      </ActButton>
    ) : null;
  }
  return (
    <p class="frozen tone-warn">
      <b>Frozen</b> by {frozen.by.issuer}:{frozen.by.subject}
      {frozen.until === undefined ? '' : `, thaws ${until(frozen.until, now)}`}
      {frozen.why === undefined ? '' : `: ${frozen.why}`}{' '}
      {mayAdminister() ? <ActButton act={() => order('Thaw', '/api/v1/thaw')}>Thaw</ActButton> : null}
    </p>
  );
}
