/** What a reader of a state is told of an SMMU: what its caches may hold, one entry a line, and its command queue. */
import type { Command, Engine, EngineDecl, Smmu, Tag, TlbEntry } from '../machine.ts';
import { cdWordText } from './cd.ts';
import { commandText } from './commands.ts';
import { steWordText } from './ste.ts';

export function shownSmmu(s: Smmu): readonly string[] {
  return [
    ...steLines(s),
    ...cdLines(s),
    ...s.walks.map(
      (e) => `walk cache: ${tagText(e)}from page ${e.page} -> table ${e.table}${doomText(s, e.doom)}`,
    ),
    ...s.tlb.map((e) => `TLB: ${pageText(e)}${doomText(s, e.doom)}`),
    ...(s.atc ?? []).map((e) => {
      const late = e.late === true ? ', came back after an ATC_INV' : '';
      const of = `ATC of stream ${e.sid}${e.ssid === null ? '' : `, SSID ${e.ssid}`}`;
      return `${of}: page ${e.page}${blockText(e)} -> ${e.target}${late}${doomText(s, e.doom)}`;
    }),
    ...(s.held ?? []).map((e) => `in flight of stream ${e.sid}: ${pageText(e)}${doomText(s, e.doom)}`),
    ...s.consumed.map((c) => `consumed, no CMD_SYNC yet: ${commandText(c)}`),
    ...(s.fault === undefined ? [] : [`stopped by ${s.fault.kind}: ${s.fault.why}`]),
  ];
}

/** Every value that may be cached of a word, as any mix of them may be in use. */
function steLines(s: Smmu): readonly string[] {
  return grouped(s.ste, (e) => `STE ${e.sid}`).map(([name, entries]) => {
    const words = grouped(entries, (e) => String(e.q)).map(([, same]) =>
      same.map((e) => steWordText(e.q, e.value) + doomText(s, e.doom)).join(' or '),
    );
    return `${name}: ${words.join('; ')}`;
  });
}

function cdLines(s: Smmu): readonly string[] {
  return grouped(s.cd ?? [], (e) => `CD ${e.sid}.${e.ssid} (${e.table})`).map(([name, entries]) => {
    const words = grouped(entries, (e) => String(e.q)).map(([, same]) =>
      same.map((e) => cdWordText(e.q, e.value) + doomText(s, e.doom)).join(' or '),
    );
    return `${name}: ${words.join('; ')}`;
  });
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): readonly [string, readonly T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

const pageText = (e: TlbEntry): string => `${tagText(e)}page ${e.page}${blockText(e)} -> ${e.target}`;

const tagText = ({ asid, vmid }: Tag): string =>
  `${asid === undefined ? '' : `ASID ${asid}, `}${vmid === null ? 'EL2, ' : `VMID ${vmid}, `}`;

const blockText = ({ below }: { readonly below?: number }): string =>
  below === undefined || below === 0 ? '' : ` (a block ${below} ${below === 1 ? 'level' : 'levels'} up)`;

/** Which consumed commands cover it: it is gone when a CMD_SYNC behind them completes. */
function doomText({ consumed }: Smmu, doom: readonly number[]): string {
  if (doom.length === 0) return '';
  return ` (until CMD_SYNC: ${doom.map((i) => commandText(consumed[i]!)).join(', ')})`;
}

/** The oldest command first. */
export const shownQueue = (queue: readonly Command[]): readonly string[] =>
  queue.map((c, i) => `${i + 1}. ${commandText(c)}`);

export function shownEngine(decl: EngineDecl, engine: Engine): readonly string[] {
  const several = decl.queues.length > 1;
  const queues = engine.queues.flatMap((q, i) => {
    const start = several ? `${decl.queues[i]}: ` : '';
    const list = (what: string, items: readonly string[]): readonly string[] =>
      items.length === 0 ? [] : [`${start}${what}: ${items.join(', ')}`];
    const wrap = q.cons >= 2 ** decl.shift ? ', wrapped' : '';
    return [
      `${start}next is slot ${q.cons % 2 ** decl.shift} (CONS ${q.cons}${wrap})`,
      ...list('must follow', q.rest),
      ...list('consumed, no CMD_SYNC yet', q.consumed),
      ...list(
        'MSI to be written',
        q.msis.map((m) => `${m.command} (slot ${m.slot})`),
      ),
      ...list('not answered', q.unanswered),
      ...(q.stopped ? [`${start}stopped until GERROR is acknowledged`] : []),
    ];
  });
  return [
    ...queues,
    ...(engine.completed.length === 0 ? [] : [`complete: ${engine.completed.join(', ')}`]),
    ...(engine.atc ? ['the ATC may hold what is to be invalidated'] : []),
    ...(engine.misuse === null ? [] : [`${engine.misuse.kind}: ${engine.misuse.why}`]),
  ];
}
