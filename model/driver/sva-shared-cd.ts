/** An ASID that a CPU and the SMMU shared was pinned in the mm, until the last device had gone (arm-smmu-v3-sva.c, before
 *  and after cbd23144f766, "Fix mm use-after-free", Linux 5.18; bugs.md 21). */
import type { ObjectDecl } from '../machine.ts';
import { binary, constant } from '../program/expression.ts';
import {
  atomic_fetch,
  atomic_void,
  kfree,
  load,
  locals,
  place,
  smp_cond_load_acquire,
  smp_store_release,
  store,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';

const field = (name: string, value: number) => ({ name, cells: [value] });
const plain = { life: 'live', cut: 'object', device: false } as const;

/** A process that has exited: what is left of its mm is kept by the notifier, which holds a reference of its own. */
export const exitedMm: readonly ObjectDecl[] = [
  { ...plain, name: 'mm', fields: [field('mm_count', 1), field('pinned', 1)] },
  { ...plain, name: 'srcu', fields: [field('cblist', 0)] },
];

const count = place('&mm', 'mm_count');

/** atomic_inc(&mm->mm_count). */
export const mmgrab = (): Stmt => call('mmgrab', [atomic_void('add', count, 1)]);

/** Frees the mm with the last reference. Which of the two that is depends on who comes last. */
function mmdrop(): Stmt {
  const { mm_count } = locals('mmdrop', 'mm_count');
  return call('mmdrop', [
    atomic_fetch('sub', mm_count, count, 1),
    when(binary('eq', mm_count, constant(1)), [optional([kfree('&mm')])]),
  ]);
}

/** The last device goes: the notifier is put, and then the CD with the pinned ASID. */
export function arm_smmu_mmu_notifier_put(version: 'before cbd23144f766' | 'v5.18'): readonly Stmt[] {
  const holds = version === 'v5.18';
  const { pinned } = locals('arm64_mm_context_put', 'pinned');
  const at = place('&mm', 'pinned');
  const queue = smp_store_release(place('&srcu', 'cblist'), 1);
  return [
    ...(holds ? [call('arm_smmu_alloc_shared_cd', [mmgrab()])] : []),
    call('arm_smmu_mmu_notifier_put', [
      call('mmu_notifier_put', [{ ...queue, text: 'call_srcu(&srcu, mmu_notifier_free_srcu)' } as Stmt]),
      call('arm_smmu_free_shared_cd', [
        call('arm64_mm_context_put', [load(pinned, at), store(at, binary('sub', pinned, constant(1)))]),
        ...(holds ? [mmdrop()] : []),
      ]),
    ]),
  ];
}

/** The callback, at any time after it was queued: nobody is in a section. */
export function mmu_notifier_free_srcu(): readonly Stmt[] {
  const { queued } = locals('srcu_invoke_callbacks', 'queued');
  const wait = smp_cond_load_acquire(queued, place('&srcu', 'cblist'), queued);
  return [call('srcu_invoke_callbacks', [wait, call('mmu_notifier_free_srcu', [mmdrop()])])];
}
