/** The functions that make and change arrays, while an invalidation walks what is published.
 *
 *  Two CPUs are enough: writers are serialised by arm_smmu_asid_lock, and readers change nothing that another reader
 *  looks at (two of them at once only count the lock up). One SMMU and one page are enough: what is asked is which
 *  entries a reader takes, not what they do. Three devices at most: a trash in the middle needs a live entry behind
 *  it. Two detaches in a row are needed for a reader of an array that was superseded; a third adds nothing new to it. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System, Witness } from '../../checker/system.ts';
import { isFinished } from '../../model/cpu/work.ts';
import { arm_smmu_invs_unref_v3, uninitialisedCmp } from '../../model/driver/invs-unref-v3.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { kfree, locals, place, WRITE_ONCE } from '../../model/program/kernel.ts';
import { drop, type Edit, replace } from '../../model/program/statement.ts';
import { arrayWellFormed } from '../../model/property/array-well-formed.ts';
import { atcAfterTlb, atsFence } from '../../model/property/commands.ts';
import { memorySafety } from '../../model/property/properties.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { replaceCalls } from '../calls.ts';
import { systemOf } from '../join.ts';
import { provided, readsStale } from '../reorder.ts';
import { atc, type Deed, type Params, scenario, tag } from './scenario.ts';

const holds: Expectation = { kind: 'holds' };
const by = (invariant: string): Expectation => ({ kind: 'violated', by: invariant });
type Expected = Readonly<Partial<Record<MemoryModel, Expectation>>>;
const always = (e: Expectation): Expected => ({ sc: e, armv8: e });
/** Where which steps there are is the point, and not how they are ordered: `detach` and its twins ask that. */
const anywhere = (e: Expectation): Expected => ({ sc: e });

interface Claims extends Params {
  /** Where v9 breaks S9 already: what comes of it. */
  readonly judgedBy: 'everything' | 'everything but S9';
}

const base: Claims = {
  version: 'v7.1',
  invs: [tag(2), atc(1)],
  deeds: [],
  reader: 'at any time',
  mayFail: false,
  unused: ['flush'],
  judgedBy: 'everything',
  readerEdits: [],
  writerEdits: [],
  rewrite: (s) => s,
  extra: [],
};
const attach = (sid: number, ssid = 0): Deed => ({ do: 'attach', sid, ssid });
const detach = (sid: number, ssid = 0): Deed => ({ do: 'detach', sid, ssid });
const reset = (sid: number): Deed => ({ do: 'reset', sid });
const letGo: Deed = { do: 'let CPU0 begin' };

/** The system at any size. */
export function arrayOps(model: string, params: Claims, witnesses: readonly Seen[] = []): System {
  const machine = buildMachine(scenario(model as MemoryModel, params));
  const lock = machine.layout.cells[machine.layout.locate('arm_smmu_asid_lock', 'v', 0, 'an invariant')]!;
  const properties = [
    memorySafety(machine),
    ...(params.reader === 'never' ? [] : [atsFence(machine), atcAfterTlb(machine)]),
  ];
  const wellFormed = arrayWellFormed(
    machine,
    ['domain'],
    (read) => read(lock.group).values[lock.slot] === 0,
    (read) => (machine.cpus.every((cpu) => isFinished(cpu, read(cpu.thread))) ? needed(params) : null),
  );
  return systemOf(
    'array-ops',
    machine,
    params.judgedBy === 'everything' ? [wellFormed, ...properties] : properties,
    witnesses.map((w) => w(machine)),
  );
}

/** What the attachments need that are there in the end, if no allocation fails: those of devices with an ATC, and of
 *  the others that have the tag at first. */
function needed({ invs, deeds, mayFail }: Params): readonly (readonly ReturnType<typeof tag>[])[] | null {
  if (mayFail) return null;
  const at = (d: { sid: number; ssid?: number }): string => `${d.sid}.${d.ssid ?? 0}`;
  const now = new Map(
    invs.filter((e) => e.type === 3).map((e) => [at({ sid: e.id, ssid: e.ssid }), e] as const),
  );
  for (const d of deeds) {
    if (d.do === 'attach') now.set(at(d), atc(d.sid, d.ssid));
    if (d.do === 'detach') now.delete(at(d));
  }
  const others = invs.length === 0 ? 0 : invs[0]!.users - (invs.length - 1);
  return [...[...now.values()].map((e) => [tag(), e]), ...Array.from({ length: others }, () => [tag()])];
}

type Seen = (machine: Machine) => Witness;

/** CPU0 walks this array. */
const uses =
  (array: string): Seen =>
  ({ cpus }) => ({
    name: `CPU0 invalidates through ${array}`,
    reached: (read) => {
      const value = read(cpus[0]!.thread).regs['arm_smmu_domain_inv_range.invs']?.value;
      return value?.kind === 'const' && value.value === `&${array}`;
    },
  });

/** An ATC_INV is issued to the stream. */
const reaches =
  (sid: number): Seen =>
  ({ smmus }) => ({
    name: `an ATC_INV is issued to stream ${sid}`,
    reached: (read) => read(smmus[0]!.queue).some((c) => c.name === 'ATC_INV' && c.operands.sid === sid),
  });

/** CPU0 is in the walk while CPU1 is past its fence. */
const atOnce: Seen = ({ cpus }) => ({
  name: 'CPU0 is in the walk when CPU1 has done',
  reached: (read) => {
    const [reader, writer] = [read(cpus[0]!.thread), read(cpus[1]!.thread)];
    return (
      writer.pc >= cpus[1]!.program.code.length &&
      reader.regs['__arm_smmu_domain_inv_range.end'] !== undefined
    );
  },
});

function variant(
  name: string,
  about: string,
  expect: Expected,
  change: Partial<Claims>,
  witnesses: readonly Seen[] = [],
): Variant {
  const params = { ...base, ...change };
  return {
    name,
    about,
    expect: expect as Variant['expect'],
    build: (model) => arrayOps(model, params, witnesses),
  };
}

const inRange = 'arm_smmu_domain_inv_range';
const unref = 'arm_smmu_invs_unref';
const noReadLock = [drop(inRange, 'read_lock(&invs->rwlock)'), drop(inRange, 'read_unlock(&invs->rwlock)')];
const noWriteLock: readonly Edit[] = [
  drop(unref, 'write_lock(&old_invs->rwlock)'),
  drop(unref, 'write_unlock(&old_invs->rwlock)'),
];
const { old_invs, new_invs } = locals('arm_smmu_attach_dev', 'old_invs', 'new_invs');
const one = { deeds: [detach(1), reset(1)], unused: ['flush', 'purge'] as const };
const middle = { invs: [tag(2), atc(1), atc(2)], deeds: [detach(1), reset(1)] };
const two = { deeds: [detach(1), letGo, detach(2), reset(2)], invs: [tag(3), atc(1), atc(2)] };
const late = { reader: 'when it is let' as const };

/** The second unref() of a v3 or v4 detach: only what differs. */
const unrefOf = (version: 'v3' | 'v4'): Partial<Params> => ({
  version: 'v9',
  ...one,
  extra: [uninitialisedCmp],
  rewrite: (s) => replaceCalls(s, unref, () => [arm_smmu_invs_unref_v3(old_invs, '&build1_0', version)]),
});

const staleUsers = readsStale('an unmap reads users that a detach has changed', {
  fn: '__arm_smmu_domain_inv_range',
  text: 'READ_ONCE(invs->inv[cur].users)',
});

export const spec: Spec = {
  name: 'array-ops',
  title: 'an invalidation walks the array while devices come and go',
  source:
    'arm_smmu_invs_merge(), _unref() and _purge() against arm_smmu_domain_inv_range(), v3, v9 and Linux 7.1',
  merged: ['detach', 'attach'],
  variants: [
    provided(
      variant('detach', 'v7.1: the last entry goes, and its device is reset', always(holds), one, [
        reaches(1),
        atOnce,
      ]),
      staleUsers,
    ),
    variant('detach, v9', 'as before, in v9', anywhere(holds), { ...one, version: 'v9' }, [
      reaches(1),
      atOnce,
    ]),
    variant(
      'last device',
      'v7.1: with the last device goes the tag, which is flushed from the TLB',
      anywhere(holds),
      { invs: [tag(1), atc(1)], deeds: [detach(1), reset(1)], unused: ['purge'] },
      [reaches(1)],
    ),
    variant(
      'detach, trash in the middle',
      'v7.1: an entry goes that has a live one behind it; the array is purged',
      anywhere(holds),
      middle,
      [reaches(1), uses('invs1')],
    ),
    variant('no write_lock', 'unref() does not take the lock', always(by('atsFence')), {
      ...one,
      writerEdits: noWriteLock,
    }),
    variant('no read_lock', 'inv_range does not take the lock', always(by('atsFence')), {
      ...one,
      readerEdits: noReadLock,
    }),
    variant(
      'attach',
      'v7.1: a device is attached that has its own ATC and shares the tag',
      always(holds),
      { deeds: [attach(2)] },
      [uses('invs0'), uses('invs1'), reaches(2)],
    ),
    variant(
      'attach, plain publication',
      'as before, with WRITE_ONCE() instead of rcu_assign_pointer()',
      { sc: holds, tso: holds, armv8: by('arrayWellFormed') },
      {
        deeds: [attach(2)],
        writerEdits: [
          replace('arm_smmu_install_new_domain_invs', 'rcu_assign_pointer(domain.invs, new_invs)', [
            WRITE_ONCE(place('&domain', 'invs'), new_invs),
          ]),
        ],
      },
    ),
    variant(
      'attach, kfree',
      'as before, with kfree() of the old array instead of kfree_rcu()',
      always(by('memorySafety')),
      {
        deeds: [attach(2)],
        writerEdits: [replace('arm_smmu_install_new_domain_invs', 'kfree_rcu(old_invs)', [kfree(old_invs)])],
      },
    ),
    variant(
      'detach and attach again',
      'v7.1: trash is left where purge() finds no memory, and dropped by the next merge()',
      anywhere(holds),
      { ...middle, deeds: [detach(1), attach(1)], mayFail: true },
      [uses('invs0'), uses('invs1')],
    ),
    variant(
      'purge without memory',
      'v7.1: purge() returns NULL, and the array keeps its trash',
      anywhere(holds),
      { ...middle, mayFail: true },
      [uses('invs0'), uses('invs1')],
    ),
    variant(
      'purge without memory, v9',
      'v9: purge() returns ERR_PTR(-ENOMEM), and that is published (bugs.md 3)',
      anywhere(by('memorySafety')),
      { ...middle, mayFail: true, version: 'v9', judgedBy: 'everything but S9' },
    ),
    variant(
      'detach after a purge',
      'v7.1: an invalidation that begins between two detaches',
      anywhere(holds),
      { ...two, ...late },
      [uses('invs1'), reaches(2)],
    ),
    variant(
      'detach after a purge, v9',
      'v9: the array that purge() made does not say that it has ATS entries (bugs.md 2)',
      anywhere(by('arrayWellFormed')),
      { ...two, ...late, version: 'v9' },
    ),
    variant(
      'detach after a purge, v9, the fence',
      'as before: the invalidation takes no lock, and its ATC_INV reaches a device under reset',
      anywhere(by('atsFence')),
      { ...two, ...late, version: 'v9', judgedBy: 'everything but S9' },
    ),
    variant(
      'two detaches',
      'v7.1: the fence of the second detach is that of the array which the first has made; an invalidation that found ' +
        'the array before it goes on unfenced (bugs.md 6)',
      anywhere(by('atsFence')),
      { ...two, deeds: two.deeds.filter((d) => d !== letGo) },
    ),
    variant(
      'two PASIDs',
      'v7.1: a device is attached with two PASIDs, each of which has an entry',
      anywhere(holds),
      { invs: [], deeds: [attach(1, 1), attach(1, 2)], reader: 'never' },
    ),
    variant(
      'two PASIDs, v9',
      'v9: the second PASID gets no entry, so that nothing invalidates what its ATC holds (bugs.md 4)',
      anywhere(by('arrayWellFormed')),
      { invs: [], deeds: [attach(1, 1), attach(1, 2)], reader: 'never', version: 'v9' },
    ),
    variant(
      'unref of v4',
      'v4: entries are compared before cmp is looked at',
      anywhere(holds),
      unrefOf('v4'),
      [reaches(1)],
    ),
    variant(
      'unref of v3',
      'v3: cmp is looked at before anything was compared (bugs.md 10)',
      anywhere(by('memorySafety')),
      unrefOf('v3'),
    ),
  ],
};

export default spec;
