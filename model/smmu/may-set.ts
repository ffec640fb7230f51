/** An SMMU whose component is the set of what it may hold. It consumes its command queue; what it fetches and keeps
 *  is not interleaved: the set is closed again whenever memory or the queue changes it (semantics.md 3.2, 3.3). */
import { type Agent, type Component, component, type Read, type Step, write } from '../contract.ts';
import type { AtcEntry, Command, Smmu, SmmuFault, StoreEvent, TlbEntry } from '../machine.ts';
import { pointeeOf } from '../program/qword.ts';
import { ATS_FIELD, unanswered } from './atc.ts';
import { cdWordText } from './cd.ts';
import { close } from './closure.ts';
import { commandText, completeSync, consume } from './commands.ts';
import { type Context, configsOf, contextsOf, uses, walksFor } from './contexts.ts';
import { stillInFlight } from './in-flight.ts';
import { whyIllegal } from './scopes.ts';
import { shownQueue, shownSmmu } from './shown.ts';
import { COLUMN, columnOf, type Reach, type SmmuModel, type SmmuUnit, smmuStep, withMsi } from './smmu.ts';
import { STE_1_EATS_TRANS, steWordText } from './ste.ts';
import { cellReader, spanOf } from './tables.ts';

export const maySet: SmmuModel = { components, agent, reach };

const closed = (unit: SmmuUnit, s: Smmu, read: Read): Smmu => close(unit, cellReader(unit.layout, read), s);

/** Everything may have been fetched from the initial memory. */
function components(unit: SmmuUnit, initial: Read): readonly Component[] {
  const { decl, layout } = unit;
  return [
    component<Smmu>({
      ref: unit.state,
      initial: closed(unit, { ste: [], walks: [], tlb: [], consumed: [] }, initial),
      column: COLUMN,
      reaction: {
        listens: (e) => e.kind === 'store' && layout.cells[(e as StoreEvent).loc]!.object.device,
        react: (_, own, read) => closed(unit, own, read),
      },
      describe: (before, after) => changes(before, after).map((text) => `${columnOf(decl)} ${text}`),
      show: shownSmmu,
    }),
    component<readonly Command[]>({ ref: unit.queue, initial: [], column: COLUMN, show: shownQueue }),
  ];
}

/** Consumes the oldest command. A CMD_SYNC is consumed when it completes: nothing behind it is looked at before. */
function agent(unit: SmmuUnit): Agent {
  return {
    name: columnOf(unit.decl),
    steps(read) {
      const [head, ...rest] = read(unit.queue);
      if (head === undefined || read(unit.state).fault !== undefined) return [];
      if (head.name === 'CMD_SYNC') return [syncStep(unit, read, head, rest)];
      return commandSteps(unit, read, head, rest);
    },
  };
}

function commandSteps(unit: SmmuUnit, read: Read, c: Command, rest: readonly Command[]): readonly Step[] {
  const fault = faultOf(unit, read, c);
  if (fault !== null) {
    const stopped = write(unit.state, { ...read(unit.state), fault });
    return [smmuStep(unit, `stops at ${commandText(c)}: ${fault.why}`, [write(unit.queue, rest), stopped])];
  }
  const step = (text: string, isAnswered: boolean): Step => {
    const after = consume(read(unit.state), c, ({ below }) => spanOf(unit.layout, below), isAnswered);
    return smmuStep(unit, text, [write(unit.queue, rest), write(unit.state, closed(unit, after, read))]);
  };
  const consumes = step(`consumes ${commandText(c)}`, true);
  return c.name === 'ATC_INV' && unit.hardware.deviceMayNotAnswer === true
    ? [consumes, step(`consumes ${commandText(c)}: the device does not answer`, false)]
    : [consumes];
}

function faultOf(unit: SmmuUnit, read: Read, c: Command): SmmuFault | null {
  const illegal = whyIllegal(c);
  if (illegal !== null) return { kind: 'CERROR_ILL', why: illegal };
  const why = c.name === 'ATC_INV' ? unanswered(unit, cellReader(unit.layout, read), c) : null;
  return why === null ? null : { kind: 'CERROR_ATC_INV_SYNC', why };
}

function syncStep(unit: SmmuUnit, read: Read, c: Command, rest: readonly Command[]): Step {
  // Nothing new can be derived: what is left was closed already.
  const before = read(unit.state);
  const after = stillInFlight(unit, before, completeSync(before, unit.hardware));
  const done = smmuStep(unit, 'completes CMD_SYNC', [write(unit.queue, rest), write(unit.state, after)]);
  return withMsi(unit, read, c, done);
}

/** What usable contexts lead to (semantics.md 3.5, a and b). Entries with a tag that no usable context has are
 *  harmless until the tag is used again. */
function reach(unit: SmmuUnit, read: Read): readonly Reach[] {
  const smmu = read(unit.state);
  const cell = cellReader(unit.layout, read);
  return unit.decl.streams.flatMap(({ sid, ste, device }): readonly Reach[] => {
    const configs = configsOf(smmu, sid);
    const contexts = contextsOf(unit.layout, smmu, sid, configs);
    // Translated transactions are looked up in the STE only: no CD has to be valid for them (IHI 0070 3.9).
    const sendsTranslated =
      device !== undefined &&
      cell(device, ATS_FIELD, 0) === 1 &&
      configs.some(({ meaning }) => meaning.eats === STE_1_EATS_TRANS);
    return [
      { kind: 'STE', object: ste, sid, vmid: null, page: null },
      ...configs.flatMap(({ meaning }) => cdTable(sid, meaning.stage1?.cds ?? null)),
      ...contexts.flatMap((c) => through(smmu, c)),
      ...(sendsTranslated ? (smmu.atc ?? []).filter((e) => e.sid === sid).map(byAtc) : []),
      ...(smmu.held ?? [])
        .filter((e) => e.sid === sid)
        .map((e) => ({ ...pageOf(sid, e), held: 'in flight' as const })),
    ];
  });
}

const cdTable = (sid: number, pointer: string | null): readonly Reach[] => {
  const object = pointer === null ? null : pointeeOf(pointer);
  return object === null ? [] : [{ kind: 'CD', object, sid, vmid: null, page: null }];
};

const pageOf = (sid: number, { vmid, asid, page, target }: TlbEntry): Reach => ({
  kind: 'page',
  object: target,
  sid,
  vmid,
  ...(asid === undefined ? {} : { asid }),
  page,
});

const byAtc = ({ sid, page, target }: AtcEntry): Reach => ({
  kind: 'page',
  object: target,
  sid,
  vmid: null,
  page,
  held: 'by the ATC',
});

function through(smmu: Smmu, c: Context): readonly Reach[] {
  const roots = [c.stage1?.root, c.stage2?.root].flatMap((p) =>
    typeof p === 'string' ? (pointeeOf(p) ?? []) : [],
  );
  const tables = [...roots, ...smmu.walks.filter((e) => walksFor(c, e)).map((e) => e.table)];
  const pages = smmu.tlb.filter((e) => uses(c, e));
  return [
    ...pages.map((e) => pageOf(c.sid, e)),
    ...tables.map((object): Reach => ({ kind: 'table', object, sid: c.sid, vmid: c.vmid, page: null })),
  ];
}

/** What a reader of a trace wants to know of a change of the may-set: what may be cached now that could not be
 *  before, and what is gone for certain. */
function changes(before: Smmu, after: Smmu): readonly string[] {
  const texts = (s: Smmu): readonly string[] => [
    ...s.ste.map((e) => `STE ${e.sid}: ${steWordText(e.q, e.value)}`),
    ...(s.cd ?? []).map((e) => `CD ${e.sid}.${e.ssid}: ${cdWordText(e.q, e.value)}`),
    ...s.tlb.map((e) => `${addressText(e)} -> ${e.target}`),
    ...(s.atc ?? []).map(
      (e) => `page ${e.page} -> ${e.target} in the ATC of stream ${e.sid}${substream(e.ssid)}`,
    ),
  ];
  const [old, now] = [new Set(texts(before)), new Set(texts(after))];
  return [
    ...[...now].filter((x) => !old.has(x)).map((x) => `may cache ${x}`),
    ...[...old].filter((x) => !now.has(x)).map((x) => `can no longer hold ${x}`),
  ];
}

/** An IOVA; under a stage 1 with its ASID. */
const addressText = ({ asid, page }: TlbEntry): string =>
  asid === undefined ? `page ${page}` : `ASID ${asid}, page ${page}`;

const substream = (ssid: number | null): string => (ssid === null ? '' : `, SSID ${ssid}`);
