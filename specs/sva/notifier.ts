/** CPU0 unmaps a page of a process and gives it back; CPU1 binds a PASID of a device to the process. */
import { smmuObject } from '../../model/driver/cmdq.ts';
import { CMDQ_OP, INV_TYPE_S1_ASID, type Inv, invsArray } from '../../model/driver/inv-entries.ts';
import { arm_smmu_make_sva_cd, cdTableObject, clearedCd } from '../../model/driver/make-cd.ts';
import { arm_smmu_make_cdtable_ste, steObject } from '../../model/driver/make-ste.ts';
import { domainObject, masterDomainObject } from '../../model/driver/master-domains.ts';
import { pageObject, tableObject } from '../../model/driver/pgtable.ts';
import { lockObject } from '../../model/driver/remove.ts';
import { arm_smmu_sva_set_dev_pasid, zap_pte_range } from '../../model/driver/sva-bind.ts';
import type { MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import { compile, type Edit, edit, type Stmt } from '../../model/program/statement.ts';

const ASID = 3;
const SID = 0;
const SSID = 1;
const bound = arm_smmu_make_sva_cd(ASID, '&pgd1');

const tag = (users: number): Inv => ({
  smmu: 'smmu0',
  type: INV_TYPE_S1_ASID,
  size_opcode: CMDQ_OP.TLBI_NH_VA,
  nsize_opcode: CMDQ_OP.TLBI_NH_ASID,
  id: ASID,
  pgsize: 12,
  ssid: 0,
  users,
});

const variable = (name: string, field: string, value: number | string): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'object',
  device: false,
  fields: [{ name: field, cells: [value] }],
});

export interface BindParams {
  /** Whether CPU1 binds the device, or it is bound all the time. */
  readonly binds: boolean;
  readonly zapEdits: readonly Edit[];
  readonly bindEdits: readonly Edit[];
  readonly reorder: (bind: readonly Stmt[]) => readonly Stmt[];
  readonly reorderZap: (zap: readonly Stmt[]) => readonly Stmt[];
}

export const plainBind: BindParams = {
  binds: true,
  zapEdits: [],
  bindEdits: [],
  reorder: (s) => s,
  reorderZap: (s) => s,
};

const edited = (body: readonly Stmt[], edits: readonly Edit[]): readonly Stmt[] =>
  edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), body);

const ste0 = steObject('ste0', arm_smmu_make_cdtable_ste({ cdtab: '&cdtab', ats: false }));

export function bindScenario(model: MemoryModel, p: BindParams): Scenario {
  const zap = p.reorderZap([zap_pte_range('pgd1', 0, 'page0', 'mm', 0)]);
  const bind = p.reorder(
    arm_smmu_sva_set_dev_pasid({
      domain: 'domain',
      md: 'md',
      cd: { smmu: 'smmu0', sids: [SID], cdtab: 'cdtab', ssid: SSID, cpu: 1 },
      found: clearedCd,
      target: bound,
      build: 'build',
      pool: ['invs1'],
    }),
  );
  return {
    model,
    smmus: [{ name: 'smmu0', streams: [{ sid: SID, ste: 'ste0' }], levels: 1 }],
    objects: [
      variable('mm', 'notifiers', '&domain'),
      domainObject('domain', 'invs0', p.binds ? 0 : '&md'),
      masterDomainObject('md', SSID, 0),
      invsArray({ name: 'invs0', max: 1, invs: p.binds ? [] : [tag(1)] }),
      ...(p.binds ? [invsArray({ name: 'invs1', max: 1, invs: null })] : []),
      invsArray({ name: 'build', max: 1, invs: [tag(0)] }),
      lockObject('arm_smmu_asid_lock'),
      smmuObject('smmu0', 2),
      ste0,
      cdTableObject('cdtab', [clearedCd, p.binds ? clearedCd : bound]),
      tableObject('pgd1', ['&page0']),
      pageObject('page0'),
    ],
    programs: [
      compile('CPU0', edited(zap, p.zapEdits)),
      ...(p.binds ? [compile('CPU1', edited(bind, p.bindEdits))] : []),
    ],
  };
}
