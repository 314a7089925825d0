import { unitWord, unitWords } from '../render/unit-word.ts';
import type { InstallFacts } from './facts.ts';

export const agentUnit = 'reconcile.service';
export const parachuteUnit = 'reconcile-parachute.service';
export const parachuteTimer = 'reconcile-parachute.timer';

/** First line of whatever we put among a user's units: only what begins so is ours to change. */
export const mark =
  '# Written by `reconcile install`; it is replaced by the next one and removed by `reconcile install --uninstall`.';

export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

/** After a boot the agent has this long to become ready before the fallback starts things, s (product: the parachute). */
const patienceS = 120;
/** Without a sign of life for this long the agent is started again, s. */
const watchdogS = 60;
/** The agent gives back what it holds within 10 s; while the host goes down it stops services first, within 80 s. */
const stopS = 95;

/** The agent's unit, and where there is something to fall back to, the parachute and its timer. Pure. */
export function unitFiles(facts: InstallFacts): UnitFile[] {
  const agent = { name: agentUnit, text: agentText(facts) };
  if (facts.parachute === undefined) return [agent];
  return [
    agent,
    { name: parachuteUnit, text: parachuteText(facts, facts.parachute) },
    { name: parachuteTimer, text: timerText(facts) },
  ];
}

function agentText(facts: InstallFacts): string {
  const { config, hasContainers, node, program, scope } = facts;
  return lines(
    mark,
    '[Unit]',
    `Description=reconcile agent of ${specifiers(node)}`,
    // The machine's own targets are unknown to a user's systemd; there the agent waits for what it needs by itself.
    ...(scope === 'system' ? ['After=network.target local-fs.target'] : []),
    '# It is tried again for ever: whoever repairs it need not also reset a counter.',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=notify',
    '# Node cannot write to the notification socket itself, a child does it.',
    'NotifyAccess=all',
    `ExecStart=${unitWords([...program, '--config', config, 'agent'])}`,
    'ExecReload=/bin/kill -HUP $MAINPID',
    'Restart=always',
    'RestartSec=1',
    `WatchdogSec=${watchdogS}`,
    'TimeoutStartSec=90',
    `TimeoutStopSec=${stopS}`,
    '# Containers, their monitors and the proxy live on when the agent ends, whatever ended it.',
    'KillMode=process',
    'OOMPolicy=continue',
    'UMask=0077',
    // Rootless podman needs newuidmap, which is setuid.
    ...(hasContainers ? [] : ['NoNewPrivileges=yes']),
    ...environment(facts),
    '',
    '[Install]',
    `WantedBy=${wantedBy(facts)}`,
  );
}

function parachuteText(facts: InstallFacts, script: string): string {
  const own = facts.scope === 'user' ? 'systemctl --user' : 'systemctl';
  return lines(
    mark,
    '[Unit]',
    `Description=starts the services of ${specifiers(facts.node)} while its reconcile agent does not`,
    `ConditionPathExists=${specifiers(script)}`,
    '',
    '[Service]',
    'Type=oneshot',
    '# An agent that is ready is `active`; one that starts, fails or is not there is not.',
    `ExecCondition=${unitWords(['/bin/sh', '-c', `! ${own} is-active --quiet ${agentUnit}`])}`,
    `ExecStart=${unitWords(['/bin/sh', script])}`,
    'TimeoutStartSec=infinity',
    '# What it started stays.',
    'KillMode=process',
    'OOMPolicy=continue',
    ...environment(facts),
  );
}

function timerText({ node, scope }: InstallFacts): string {
  const since = scope === 'user' ? 'OnStartupSec' : 'OnBootSec';
  return lines(
    mark,
    '[Unit]',
    `Description=${patienceS} s after a boot, looks whether the reconcile agent of ${specifiers(node)} is ready`,
    '',
    '[Timer]',
    `${since}=${patienceS}`,
    'AccuracySec=1',
    '',
    '[Install]',
    'WantedBy=timers.target',
  );
}

function environment({ env }: InstallFacts): string[] {
  return Object.entries(env).map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}`);
}

function wantedBy({ scope }: InstallFacts): string {
  return scope === 'user' ? 'default.target' : 'multi-user.target';
}

/** `%` begins a specifier in every value (systemd.unit(5)). */
function specifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
