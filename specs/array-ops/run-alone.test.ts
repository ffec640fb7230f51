/** runAlone() is a second, sequential meaning of programs: held to what the machine makes of the same program. */
import { expect, test } from 'vitest';
import { checkNow } from '../../checker/explore/check.ts';
import { INV_TYPE_ATS, INV_TYPE_S2_VMID, invsArray } from '../../model/driver/inv-entries.ts';
import {
  arm_smmu_invs_merge,
  arm_smmu_invs_purge,
  arm_smmu_invs_unref,
} from '../../model/driver/invs-ops.ts';
import type { Version } from '../../model/driver/version.ts';
import { locals } from '../../model/program/kernel.ts';
import { runAlone } from '../../model/program/run-alone.ts';
import { compile } from '../../model/program/statement.ts';
import { buildMachine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { entry } from './arrays.ts';

test.each(['v9', 'v7.1'] as const)(
  'merge, unref and purge leave the same in memory, %s',
  (version: Version) => {
    const { a, b } = locals('test', 'a', 'b');
    const list = [entry(INV_TYPE_S2_VMID, 1), entry(INV_TYPE_ATS, 2)];
    const from = { pool: ['one', 'two'], mayFail: false };
    const objects = [
      invsArray({ name: 'base', max: 2, invs: [list[0]!, entry(INV_TYPE_ATS, 4)] }),
      invsArray({ name: 'list', max: 2, invs: list }),
      ...from.pool.map((name) => invsArray({ name, max: 3, invs: null })),
      { name: 'smmu0', life: 'live', cut: 'object', device: false, fields: [] } as const,
    ];
    const body = [
      arm_smmu_invs_merge(a, '&base', '&list', from, version),
      arm_smmu_invs_unref(a, '&list', version),
      arm_smmu_invs_purge(b, a, from, version),
    ];
    const machine = buildMachine({ model: 'armv8', objects, programs: [compile('CPU0', body)], smmus: [] });
    const left = runAlone(objects, body);
    let ends = 0;
    checkNow(systemOf('alone', machine, [], []), {
      search: 'bfs',
      onTerminal: (read) => {
        ends += 1;
        for (const { loc, object, field, index, group, slot } of machine.layout.cells) {
          expect([loc, read(group).values[slot]]).toEqual([loc, left.cell(object.name, field, index)]);
        }
      },
    });
    expect(ends).toBe(1);
    expect(left.life.get('two')).toBe('live');
  },
);
