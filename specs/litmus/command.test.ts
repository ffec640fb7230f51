import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ranWith } from '../../checker/cli/test-io.ts';
import { litmusCommand } from './command.ts';
import { examineAll } from './pool.ts';

const folder = mkdtempSync(join(tmpdir(), 'heddle-litmus-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const mp = (question: string) => `C mp
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r10; int r2; r10 = READ_ONCE(*y); r2 = READ_ONCE(*x); }
locations [x;]
${question}
`;

const heddle = (...argv: readonly string[]) =>
  ranWith([], ['litmus', ...argv], { extensions: [litmusCommand] });

test('a file is printed as herd7 prints it', async () => {
  const { code, stdout } = await heddle(file('mp.litmus', mp('exists (1:r10=1 /\\ 1:r2=0)')));
  expect(stdout.replace(/\d+\.\d\d/, 'T')).toBe(`Test mp Allowed
States 4
1:r2=0; 1:r10=0; [x]=1;
1:r2=0; 1:r10=1; [x]=1;
1:r2=1; 1:r10=0; [x]=1;
1:r2=1; 1:r10=1; [x]=1;
Ok
Witnesses
Positive: 1 Negative: 3
Condition exists (1:r10=1 /\\ 1:r2=0)
Observation mp Sometimes 1 3
Time mp T

`);
  expect(code).toBe(0);
});

test.each([
  ['forall (x=1 \\/ x=2)', 'Test mp Required', 'Ok', 'Condition forall ([x]=1 \\/ [x]=2)', 'Always 1 0'],
  [
    '~exists (1:r10=1 /\\ not (1:r2=1))',
    'Test mp Forbidden',
    'No',
    'Condition ~exists (1:r10=1 /\\ not (1:r2=1))',
    'Sometimes 1 3',
  ],
  ['exists (x=2)', 'Test mp Allowed', 'No', 'Condition exists ([x]=2)', 'Never 0 1'],
])('%s is answered in herd7s words', async (question, ...lines) => {
  const { stdout } = await heddle(file('mp.litmus', mp(question)));
  for (const line of lines) expect(stdout).toContain(`${line}\n`);
});

test('the memory model is that of --model', async () => {
  const path = file('mp.litmus', mp('exists (1:r10=1 /\\ 1:r2=0)'));
  expect((await heddle(path, '--model', 'tso')).stdout).toContain('Observation mp Never 0 3');
});

test('a file that cannot be read is told by name, line and column, without a stack', async () => {
  const broken = file('broken.litmus', 'C t\n{}\nP0(int *x) { WRITE_ONCE(*x 1); }\nexists (x=1)\n');
  const { code, stderr } = await heddle(broken);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^heddle: .*broken\.litmus: unsupported: line 3, column 28: Expected .* but "1" found\.\n {2}P0/,
  );
  expect(stderr).not.toContain('    at ');
});

test('what is not there is a usage error', async () => {
  expect(await heddle(join(folder, 'nowhere'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no'),
  });
  expect((await heddle(folder, '--model', 'armv9')).code).toBe(2);
  expect((await heddle(folder, '--jobs', '0')).code).toBe(2);
});

test('a program that dereferences NULL has no outcomes', async () => {
  const path = file(
    'null.litmus',
    'C t\n{}\nP0(int *x) { r1 = READ_ONCE(*x); WRITE_ONCE(*r1, 1); }\nexists (x=1)\n',
  );
  const { code, stderr } = await heddle(path);
  expect(stderr).toContain('a program that does what none may: P0: dereferences NULL');
  expect(code).toBe(2);
});

test('executions that end in a deadlock are not listed', async () => {
  const inside =
    'C t\n{}\nP0(int *x) { rcu_read_lock(); synchronize_rcu(); rcu_read_unlock(); }\nexists (x=0)\n';
  const twice = 'C t\n{}\nP0(int *x, spinlock_t *l) { spin_lock(l); spin_lock(l); }\nexists (x=0)\n';
  for (const text of [inside, twice])
    expect((await heddle(file('d.litmus', text))).stdout).toContain('States 0\n');
});

test('a folder is summed up against verdicts: agreed, stronger, disagreed with what differs, unsupported', async () => {
  const asked = 'exists (1:r10=1 /\\ 1:r2=0)';
  const table = ['file\tdialect\tlkmm\tarmv8\tlkmm_outcomes\tarmv8_outcomes'];
  const add = (name: string, verdict: string, text = mp(asked)): void => {
    file(name, text);
    table.push(`${name}\tC\t${verdict}`);
  };
  const summed = mkdtempSync(join(folder, 'sum-'));
  const below = (name: string) => `${summed.slice(folder.length + 1)}/${name}`;
  add(below('a.litmus'), 'Sometimes\tSometimes\t4\t4');
  add(below('b.litmus'), 'Sometimes\t\t5\t');
  add(below('c.litmus'), 'Never\t\t3\t');
  add(below('d.litmus'), 'Never\t\t3\t', 'C d\n{}\nP0(int *x) { frobnicate(x); }\nexists (x=1)\n');
  const { code, stdout } = await heddle(summed, '--expect', file('verdicts.tsv', table.join('\n')));
  expect(stdout).toContain('4 tests under armv8: 1 agreed, 1 stronger');
  expect(stdout).toMatch(/stronger: 1 because .*: b\n/);
  expect(stdout).toMatch(/forbidden by the LKMM: 1, of which here allowed: 1\n.*c\.litmus\n/);
  expect(stdout).toContain(
    'c.litmus: herd7 (lkmm) Never with 3 outcomes, here (armv8) Sometimes with 4 outcomes:\n    1:r2=0; 1:r10=0; [x]=1;\n',
  );
  expect(stdout).toContain('unsupported: 1 for the function frobnicate()');
  expect(code).toBe(14);
});

test('several threads give the same reports in the same order as one', async () => {
  const limits = { maxStates: 1000 };
  const jobs = Array.from({ length: 60 }, (_, i) => ({
    path: file(`many-${i}.litmus`, mp(`exists (1:r10=${i % 3})`)),
    model: 'armv8' as const,
    machine: 'lag',
    limits,
  }));
  const untimed = (reports: readonly object[]) => reports.map((report) => ({ ...report, seconds: 0 }));
  expect(untimed(await examineAll(jobs, 2))).toEqual(untimed(await examineAll(jobs, 1)));
});

test('a test that hits a limit says which', async () => {
  const path = file('mp.litmus', mp('exists (x=1)'));
  const [report] = await examineAll([{ path, model: 'armv8', machine: 'lag', limits: { maxStates: 2 } }], 1);
  expect(report).toMatchObject({ kind: 'incomplete', why: 'it has more than 2 states' });
});
