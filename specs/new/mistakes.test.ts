/** What the author of a spec does wrong is said with the line where it is written, and with what was expected there. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ranWith, temporaryFolder } from '../../checker/cli/test-io.ts';
import { checkNow } from '../../checker/explore/check.ts';
import { resultOf } from '../../checker/jobs/task.ts';
import type { Invariant, System } from '../../checker/system.ts';
import { arm_lpae_unmap } from '../../model/driver/pgtable.ts';
import { binary, constant, not } from '../../model/program/expression.ts';
import {
  kzalloc,
  load,
  locals,
  place,
  READ_ONCE,
  smp_wmb,
  store,
  WRITE_ONCE,
} from '../../model/program/kernel.ts';
import { call, drop, type Edit, replace, type Stmt, when, whilst } from '../../model/program/statement.ts';
import { memorySafety } from '../../model/property/properties.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { holds, invariant, programs, struct, type witness } from '../kit.ts';

const source = readFileSync(fileURLToPath(import.meta.url), 'utf8').split('\n');
/** The place of a text in this file that stands here once, behind a mark, as messages name it. */
function lineOf(mark: string): string {
  const at = source.findIndex((line) => line.endsWith(`// ${mark}`));
  expect(at, mark).toBeGreaterThan(0);
  return `specs/new/mistakes.test.ts:${at + 1}:`;
}

const { own, addr } = locals('f', 'own', 'addr');

interface Parts {
  readonly body?: readonly Stmt[];
  readonly edits?: readonly Edit[];
  readonly claims?: (machine: Machine) => readonly Invariant[];
  readonly objects?: Parameters<typeof struct>[];
}

/** What is said of a spec made of these. */
async function said({ body = [], edits = [], claims = () => [], objects = [] }: Parts): Promise<string> {
  const build = (): System => {
    const machine = buildMachine({
      model: 'armv8',
      objects: [struct('desc', { addr: 0, own: 1 }), ...objects.map((o) => struct(...o))],
      programs: programs({ CPU0: [call('f', [WRITE_ONCE(place('&desc', 'own'), 1), ...body])] }, edits, [
        own,
      ]),
      smmus: [],
    });
    return systemOf('wrong', machine, [claims(machine)], []);
  };
  const result = await resultOf(build, async (system) => checkNow(system, { search: 'bfs' }));
  if (result.kind !== 'fault') throw new Error(`nothing was wrong: ${JSON.stringify(result)}`);
  return result.message.split('\n  after these steps')[0]!;
}

describe('a statement', () => {
  test('about an object that is not there', async () => {
    const body = [
      load(addr, place('&dsec', 'addr')), // unknown object
    ];
    const message = await said({ body });
    expect(message).toMatch(/^there is no object named 'dsec': in f\(\): dsec\.addr \(/);
    expect(message).toContain(lineOf('unknown object'));
  });

  test('about an object without its &', async () => {
    const body = [
      load(addr, place('desc', 'addr')), // no ampersand
    ];
    const message = await said({ body });
    expect(message).toContain("there is no object named 'esc'; is '&desc' meant, with '&'?");
    expect(message).toContain(lineOf('no ampersand'));
  });

  test('about a field that is not there', async () => {
    const body = [
      store(place('&desc', 'adr'), 1), // unknown field
    ];
    const message = await said({ body });
    expect(message).toContain("desc has no field 'adr' (its fields: addr, own): in f(): desc.adr = 1");
    expect(message).toContain(lineOf('unknown field'));
  });

  test('about an index out of bounds', async () => {
    const body = [
      load(addr, place('&desc', 'addr', 2)), // out of bounds
    ];
    const message = await said({ body });
    expect(message).toContain(
      'index 2 is out of bounds for desc->addr, which has 1 cells: in f(): desc.addr[2]',
    );
    expect(message).toContain(lineOf('out of bounds'));
  });

  test('that uses a local before it is set, be it in a condition', async () => {
    const body = [
      when(own, [smp_wmb()]), // unset condition
    ];
    const message = await said({ body });
    expect(message).toContain("'f.own' is read before it is given a value, in f(): branch");
    expect(message).toContain(lineOf('unset condition'));
    const edited = await said({ body, edits: [replace('f', 'smp_wmb()', [])] });
    expect(edited).toContain(lineOf('unset condition'));
  });

  test('that reckons with a pointer', async () => {
    const body = [
      store(place('&desc', 'addr'), binary('add', constant('&desc'), constant(1))), // no meaning
    ];
    const message = await said({ body });
    expect(message).toContain('&desc add 1 has no meaning, in f(): desc.addr = &desc + 1');
    expect(message).toContain(lineOf('no meaning'));
  });

  test('of a function of the driver that the spec calls: both places', async () => {
    const body = [
      arm_lpae_unmap('desc', 0), // calls
    ];
    const message = await said({ body });
    expect(message).toMatch(/desc has no field 'pte'.*\(model\/driver\/pgtable\.ts:\d+:\d+, used at specs/);
    expect(message).toContain(`used at ${lineOf('calls')}`);
  });

  test('that goes round for ever without looking at memory', async () => {
    const spin = [
      READ_ONCE(own, place('&desc', 'own')),
      whilst(own, []), // spins
    ];
    const message = await said({ body: spin });
    expect(message).toContain('loops forever without touching memory, in f()');
  });

  test('that allocates more than there is', async () => {
    const body = [
      kzalloc(own, ['desc']), // pool
    ];
    const message = await said({ body });
    expect(message).toContain('no object is left in the pool desc, in f(): kzalloc()');
    expect(message).toContain(lineOf('pool'));
  });
});

describe('a change', () => {
  test('of a statement that is not there lists those that are', async () => {
    const edits = [
      drop('f', 'WRITE_ONCE(desc.own,1)'), // no statement
    ];
    const message = await said({ edits, body: [smp_wmb()] });
    expect(message).toMatch(/^no statement 'WRITE_ONCE\(desc\.own,1\)' in f\(\) to change \(/);
    expect(message).toMatch(/\n {2}f\(\) has:\n {4}WRITE_ONCE\(desc\.own, 1\)\n {4}smp_wmb\(\)$/);
    expect(message).toContain(lineOf('no statement'));
  });

  test('of a function that is not there lists those that are', async () => {
    const edits = [
      drop('g', 'smp_wmb()'), // no function
    ];
    const message = await said({ edits });
    expect(message).toMatch(/\n {2}there is no g\(\); there are:\n {4}f\(\)$/);
    expect(message).toContain(lineOf('no function'));
  });
});

describe('a claim', () => {
  const broken =
    (look: (l: Parameters<Parameters<typeof witness>[2]>[0]) => unknown) => (machine: Machine) => [
      invariant(machine, 'mine', { broken: (l) => (look(l) === 'never' ? 'never' : null) }),
    ];

  test('about a CPU that is not there names those that are', async () => {
    const claims = broken(({ local }) => {
      return local('CPU1', own); // unknown CPU
    });
    const message = await said({ claims });
    expect(message).toContain("there is no CPU named 'CPU1': in invariant 'mine'; there are CPU0");
    expect(message).toContain(lineOf('unknown CPU'));
  });

  test('about a local that the program may forget', async () => {
    const claims = broken(({ local }) => {
      return local('CPU0', addr); // not observed
    });
    const message = await said({ claims });
    expect(message).toContain(
      "the local 'f.addr' of CPU0 is not among those that are observed: in invariant 'mine'",
    );
    expect(message).toContain(lineOf('not observed'));
  });

  test('about a cell or an object that is not there', async () => {
    const cell = broken((l) => {
      return l.cell('desc', 'adr'); // unknown cell
    });
    const message = await said({ claims: cell });
    expect(message).toContain("desc has no field 'adr' (its fields: addr, own): in invariant 'mine'");
    expect(message).toContain(lineOf('unknown cell'));
    expect(await said({ claims: broken(({ life }) => life('dsec')) })).toContain(
      "there is no object named 'dsec': in invariant 'mine'",
    );
  });

  test('that throws', async () => {
    const claims = broken(({ cell }) => {
      return (cell('desc', 'addr') as unknown as { x: { y: number } }).x.y; // throws
    });
    const message = await said({ claims });
    expect(message).toContain("TypeError: Cannot read properties of undefined (reading 'y')");
    expect(message).toContain(lineOf('throws'));
  });
});

describe('a verdict that is not the expected one', () => {
  const printed = async (body: readonly Stmt[]): Promise<string> => {
    const build = (): System => {
      const machine = buildMachine({
        model: 'armv8',
        objects: [struct('desc', { addr: 0, own: 1 })],
        programs: programs({ CPU0: [call('f', body)] }),
        smmus: [],
      });
      return systemOf('wrong', machine, [memorySafety(machine)], []);
    };
    const variant = { name: 'v', about: '', expect: { armv8: holds }, build };
    const spec = { name: 'wrong', title: '', source: '', variants: [variant] };
    const { stdout } = await ranWith([spec], ['check', '--out', temporaryFolder()]);
    return stdout;
  };

  test('names the statement that was the last one: a pointer that is none', async () => {
    const text = await printed([
      READ_ONCE(own, place('&desc', 'own')),
      load(addr, place(own, 'addr')), // no pointer
    ]);
    expect(text).toContain('bad pointer on CPU0 in f(): dereferences 1, which is no pointer');
    expect(text).toContain(`the last statement: f(): own->addr (${lineOf('no pointer')}`);
  });

  test('names statements that were never executed', async () => {
    const text = await printed([
      READ_ONCE(own, place('&desc', 'own')),
      when(not(own), [
        smp_wmb(), // never
      ]),
    ]);
    expect(text).toContain('found vacuous');
    expect(text).toContain(`never executed: f(): smp_wmb() (${lineOf('never')}`);
  });

  test('says nothing of places where none are known, or all is well', async () => {
    expect(await printed([smp_wmb()])).not.toContain('specs/');
  });
});

test('two objects of one name are refused', async () => {
  expect(await said({ objects: [['desc', {}]] })).toContain("there are two objects named 'desc'");
});
