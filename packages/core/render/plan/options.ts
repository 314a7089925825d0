/** What the plan alone does not know: where it comes from. */
export interface PlanMeta {
  readonly stages: readonly string[];
  readonly fromCommit?: string;
  readonly message?: string;
  readonly author?: string;
  readonly observedAgoMs?: number;
  readonly tookMs?: number;
  /** The command that applies exactly this plan. */
  readonly applyHint?: string;
}

export interface RenderOptions {
  readonly width: number;
  readonly ascii: boolean;
  readonly verbose: boolean;
}
