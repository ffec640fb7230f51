/** Designs in which the guest does not call whoever consumes its queue: CPU0 is the guest's, CPU1 the host's. */
import { smmuObject } from '../../model/driver/cmdq.ts';
import { arm_smmu_make_s1_cd, cdTableObject } from '../../model/driver/make-cd.ts';
import { arm_smmu_make_nested_cd_table_ste, steObject } from '../../model/driver/make-ste.ts';
import { arm_lpae_unmap, pageObject, tableObject } from '../../model/driver/pgtable.ts';
import { guest_free_page, guestFreeObject } from '../../model/driver/vsmmu.ts';
import {
  doorbell,
  encoded,
  guest_overwrites,
  guest_queue_poll,
  guest_queue_write,
  vcmdq_poll,
  vcmdq_thread,
  vcmdqObject,
  vmm_first_pass,
} from '../../model/driver/vsmmu-queue.ts';
import type { MemoryModel, Scenario } from '../../model/machine.ts';
import { call, compile, type Edit, edit, type Stmt } from '../../model/program/statement.ts';
import { ASID, guest, VMID, vsmmu } from './scenario.ts';

export interface QueueParams {
  readonly design:
    | { readonly kind: 'the kernel parses'; readonly fetch: 'once' | 'twice' }
    | { readonly kind: 'first pass'; readonly before: 'the rest' | 'CMD_SYNC' }
    | { readonly kind: 'thread'; readonly order: 'acquire' | 'relaxed' };
  readonly guestEdits: readonly Edit[];
  readonly hostEdits: readonly Edit[];
}

const edited = (body: readonly Stmt[], edits: readonly Edit[]): readonly Stmt[] =>
  edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), body);

/** Unmaps page 0, waits until the command is consumed, and uses the page for something else. */
const unmaps = (rings: boolean): readonly Stmt[] => [
  call('guest_iommu_unmap', [
    arm_lpae_unmap('gpt', 0),
    guest_queue_write(guest.NH_VA(0), rings ? doorbell() : []),
    guest_queue_poll(),
    guest_free_page(0),
  ]),
];

/** Queues a command that it may have, and puts one that it may not have in its place. */
const attacks: readonly Stmt[] = [
  guest_queue_write(guest.NH_ASID),
  guest_overwrites(guest.EL2_ALL),
  guest_queue_poll(),
];

export function queueScenario(model: MemoryModel, { design, guestEdits, hostEdits }: QueueParams): Scenario {
  const isAttack = design.kind === 'the kernel parses';
  const host =
    design.kind === 'the kernel parses'
      ? vcmdq_poll(vsmmu, 1, design.fetch)
      : design.kind === 'first pass'
        ? vmm_first_pass(vsmmu, 1, design.before)
        : vcmdq_thread(vsmmu, 1, design.order);
  return {
    model,
    objects: [
      // The slot holds the guest's last command still, which was for another page.
      vcmdqObject(encoded(guest.NH_VA(1))),
      guestFreeObject(1),
      smmuObject('smmu0', 2),
      steObject(
        'ste4',
        arm_smmu_make_nested_cd_table_ste({ cdtab: '&cds', vmid: VMID, ttb: '&s2', ats: false }),
      ),
      cdTableObject('cds', [arm_smmu_make_s1_cd(ASID, '#0')]),
      tableObject('s2', ['&gpt', '&page0', '&page1']),
      tableObject('gpt', ['#1', '#2']),
      ...['page0', 'page1'].map(pageObject),
    ],
    programs: [
      compile('CPU0', edited(isAttack ? attacks : unmaps(design.kind === 'thread'), guestEdits)),
      compile('CPU1', edited(host, hostEdits)),
    ],
    smmus: [{ name: 'smmu0', streams: [{ sid: 4, ste: 'ste4' }], levels: 1 }],
  };
}
