/** The scenario: a domain in use behind one SMMU; CPUs unmap its pages, each its own; one CPU attaches a device
 *  behind every other SMMU, one after the other; the SMMUs walk whenever they like. */
import {
  abortSte,
  arm_smmu_attach_dev,
  type Ste,
  s2Ste,
  steObject,
  type Version,
} from '../../model/driver/attach.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { invsObject } from '../../model/driver/invs.ts';
import { pageObject, tableObject, unmapAndFree } from '../../model/driver/pgtable.ts';
import type { MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import { compile, type Edit, edit, type Stmt } from '../../model/program/statement.ts';

/** How large, and what is changed. */
export interface Params {
  readonly version: Version;
  /** CPUs that unmap, pages that each unmaps, SMMUs, and how many of these are in use by the domain at first. */
  readonly unmappers: number;
  readonly pages: number;
  readonly smmus: number;
  readonly attached: number;
  /** Changes to the unmappers' and to the attacher's programs. */
  readonly unmapperEdits: readonly Edit[];
  readonly attacherEdits: readonly Edit[];
  /** Words of the STE that the attach finds. */
  readonly oldSte: 'one word differs' | 'all zero';
  /** Reorders the attacher's program. */
  readonly reorder: (attach: readonly Stmt[]) => readonly Stmt[];
  readonly reorderUnmap: (unmap: readonly Stmt[]) => readonly Stmt[];
}

export const small: Params = {
  version: 'v7.1',
  unmappers: 1,
  pages: 1,
  smmus: 2,
  attached: 1,
  unmapperEdits: [],
  attacherEdits: [],
  oldSte: 'one word differs',
  reorder: (s) => s,
  reorderUnmap: (s) => s,
};

export const VMID = 1;
const DOMAIN = 'domain';
const ROOT = 'pgd';
export const LEAF = 'ptes';

export const pageName = (n: number): string => `page${n}`;
export const arrayName = (n: number): string => `invs${n}`;

/** The words of the STE before the attach: abort. In the flagship the words that abort does not use hold their
 *  final values already, so that one store makes the STE valid, with no CFGI and CMD_SYNC before it. */
function oldSte(p: Params): Ste {
  const target = s2Ste(VMID, ROOT);
  return p.oldSte === 'all zero' ? abortSte : target.map((w, q) => (q === 0 ? abortSte[0]! : w));
}

export function scenario(model: MemoryModel, p: Params): Scenario {
  const cpus = p.unmappers + 1;
  const all = p.unmappers * p.pages;
  const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
  const objects: ObjectDecl[] = [
    {
      name: DOMAIN,
      life: 'live',
      cut: 'object',
      device: false,
      fields: [{ name: 'invs', cells: [`&${arrayName(0)}`] }],
    },
    invsObject(
      arrayName(0),
      p.attached,
      range(p.attached).map((n) => ({ smmu: `smmu${n}`, vmid: VMID })),
    ),
    ...range(p.smmus - p.attached).map((n) => invsObject(arrayName(n + 1), p.attached + n + 1, null)),
    ...range(p.smmus).map((n) => smmuObject(`smmu${n}`, cpus)),
    ...range(p.smmus).map((n) => steObject(`ste${n}`, n < p.attached ? s2Ste(VMID, ROOT) : oldSte(p))),
    tableObject(ROOT, [`&${LEAF}`]),
    tableObject(
      LEAF,
      range(all).map((n) => `&${pageName(n)}`),
    ),
    ...range(all).map((n) => pageObject(pageName(n))),
  ];
  const unmap = (cpu: number): readonly Stmt[] =>
    range(p.pages).flatMap((n) => {
      const page = cpu * p.pages + n;
      return p.reorderUnmap(unmapAndFree(LEAF, page, pageName(page), DOMAIN, cpu));
    });
  const attach = range(p.smmus)
    .slice(p.attached)
    .flatMap((n) =>
      p.reorder(
        arm_smmu_attach_dev({
          domain: DOMAIN,
          stream: { smmu: `smmu${n}`, sid: n, ste: `ste${n}` },
          found: oldSte(p),
          target: s2Ste(VMID, ROOT),
          vmid: VMID,
          first: n === 0,
          pool: [arrayName(n - p.attached + 1)],
          cpu: p.unmappers,
          version: p.version,
        }),
      ),
    );
  return {
    model,
    objects,
    programs: [
      ...range(p.unmappers).map((cpu) => compile(`CPU${cpu}`, edited(unmap(cpu), p.unmapperEdits))),
      compile(`CPU${p.unmappers}`, edited(attach, p.attacherEdits)),
    ],
    smmus: range(p.smmus).map((n) => ({
      name: `smmu${n}`,
      streams: [{ sid: n, ste: `ste${n}` }],
      levels: 2,
    })),
  };
}

const edited = (body: readonly Stmt[], edits: readonly Edit[]): readonly Stmt[] =>
  edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), body);
