import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkNow } from '../explore/check.ts';
import { toy } from '../explore/toy.ts';
import { temporaryFolder } from '../files/temporary.ts';
import { parseTraceFile } from '../report/trace-file.ts';
import type { System } from '../system.ts';
import { replay } from '../trace/replay.ts';
import { help, parse } from './commands.ts';
import { reply } from './session.ts';
import { step, type Terminal } from './terminal.ts';
import { sessionOf, wayOf } from './way.ts';

/** A waits for the door and goes in; B opens it, and may shut it for good. Nobody is to be in a shut room. */
const door: System = (() => {
  const system = toy({
    start: { door: 'shut', inside: false },
    agents: {
      A: (s) => (s.door === 'open' && !s.inside ? [{ text: 'go_in()', set: { inside: true } }] : []),
      B: (s) =>
        s.door === 'shut'
          ? [
              { text: 'open()', set: { door: 'open' } },
              { text: 'lock()', set: { door: 'locked' } },
            ]
          : s.door === 'open'
            ? [{ text: 'shut()', set: { door: 'shut' } }]
            : [],
    },
    never: { nobodyIsShutIn: (s) => (s.inside && s.door !== 'open' ? 'A cannot get out' : null) },
    stuck: (s) => (s.inside ? null : 'A waits before a locked door'),
  });
  const [state, inside] = system.components;
  const withShow = [
    { ...state!, column: 'B', show: (it: unknown) => [`the door is ${it}`] },
    { ...inside!, show: (it: unknown) => (it === true ? ['A is inside'] : []) },
  ];
  return {
    ...system,
    components: withShow,
    prelude: [{ agent: 'B', lines: [{ text: 'build()', fn: 'door' }] }],
  };
})();

function savedOf(system: System) {
  const { verdict } = checkNow(system, { search: 'bfs' });
  if (!('trace' in verdict)) throw new Error(`no trace: ${verdict.kind}`);
  return { spec: 'rooms', variant: 'door', model: 'sc', trace: verdict.trace };
}

/** What is printed when these lines are typed, without the greeting. */
async function typed(
  lines: readonly string[],
  system: System = door,
  saved = savedOf(system),
): Promise<string> {
  let printed = '';
  const terminal: Terminal = {
    lines: (async function* () {
      yield* lines;
    })(),
    write: (text) => {
      printed += text;
    },
    prompt: (text) => {
      printed += text;
    },
    echoes: true,
  };
  await step(sessionOf(system, saved), 'rooms, "door", sc', terminal);
  return printed.replace(`rooms, "door", sc\n${help}\n\n`, '');
}

test('a session from the start to a branch of its own and back', async () => {
  expect(
    await typed(['', 's', 'n', 'c', 'o', 'n', 'n', 'b 2', 'o', 't 2', 'n', 'o', 'l', 'r', 'l', 'last', 'q']),
  ).toMatchInlineSnapshot(`
    "before the first step, B:
      door():
        build()
    The start: 3 steps follow.
    0/3> 
    step 1 of 3, B:
      open()
      => door: "shut" -> "open"
    1/3> s
    door:
      the door is open
    1/3> n
    step 2 of 3, A:
      go_in()
      => inside: false -> true
    2/3> c
    state:
      + A is inside
    2/3> o
    * 1. B: shut()  // breaks nobodyIsShutIn
    * is how the trace goes on; "t N" takes number N
    2/3> n
    step 3 of 3, B:
      shut()
      => door: "open" -> "shut"
    BROKEN: nobodyIsShutIn: A cannot get out
    3/3> n
    This is the end of the saved trace. "o" shows what can be done from here.
    3/3> b 2
    step 1 of 3, B:
      open()
      => door: "shut" -> "open"
    1/3> o
    * 1. A: go_in()
      2. B: shut()
    * is how the trace goes on; "t N" takes number N
    1/3> t 2
    You leave the saved trace after step 1; "r" leads back to it.
    your step 1 (after 1 of the trace), B:
      shut()
      => door: "open" -> "shut"
    1+1> n
    This is the end of your branch. "o" shows what can be done from here.
    1+1> o
      1. B: open()
      2. B: lock()
    "t N" takes number N
    1+1> l
      1. B: open()
    >+2. B: shut()
    1+1> r
    step 1 of 3, B:
      open()
      => door: "shut" -> "open"
    1/3> l
    > 1. B: open()
      2. A: go_in()
      3. B: shut()
    1/3> last
    step 3 of 3, B:
      shut()
      => door: "open" -> "shut"
    BROKEN: nobodyIsShutIn: A cannot get out
    3/3> q
    "
  `);
});

test('a branch of its own is a trace that can be saved and replayed, and is not written over another file', async () => {
  const file = join(temporaryFolder(), 'own.json');
  const first = await typed(['t 2', `w ${file}`, `w ${file}`]);
  expect(first).toContain(`1 step is saved in ${file}. It ends so: A waits before a locked door`);
  expect(first).toContain(`${file} is there already; "w! ${file}" overwrites it.`);
  const saved = parseTraceFile(readFileSync(file, 'utf8'), file);
  expect(saved).toMatchObject({ spec: 'rooms', variant: 'door', model: 'sc' });
  expect(saved.trace.found).toBe('stepping by hand (heddle trace --step)');
  expect(replay(door, saved.trace.steps).ending).toBe('A waits before a locked door');
  writeFileSync(file, 'something');
  await typed([`w! ${file}`]);
  expect(parseTraceFile(readFileSync(file, 'utf8'), file)).toEqual(savedOf(door));
  expect(await typed([`w ${file}/x`])).toContain(`${file}/x cannot be written: `);
});

test('steps of a branch can be changed again, and one that is the next step anyway is none', async () => {
  const text = await typed(['t 1', 't 2', 't 1', 'b', 't 2', 'l']);
  expect(text).toContain('step 1 of 3, B:\n  open()');
  expect(text).toContain('You leave the saved trace after step 1');
  expect(text).toContain('your step 2 (after 1 of the trace), B:\n  open()');
  expect(text).toContain('l\n  1. B: open()\n +2. B: shut()\n>+3. B: lock()\n1+2> ');
});

describe('what cannot be done is said', () => {
  test.each([
    ['x', 'There is no command "x"; "h" lists them.'],
    ['7', 'There is no step 7: there are 3.'],
    ['g', '"g" takes the number of a step, as in "g 5".'],
    ['g -1', '"g" takes the number of a step, as in "g 5".'],
    ['b', 'This is the start.'],
    ['n x', '"n" takes a number of steps, as in "n 3".'],
    ['b 0', '"b" takes a number of steps, as in "b 3".'],
    ['t', '"t" takes a number that "o" shows, as in "t 2".'],
    ['t 3', 'There is no choice 3 here: "o" lists the 2 that there are.'],
    ['q now', '"q" stands alone.'],
    ['w', '"w" takes the name of a file.'],
    ['r', 'You are on the saved trace.'],
    ['c', 'Nothing has been done yet.'],
    ['s window', 'There is no "window" here. There are: door, inside.'],
    ['constructor', 'There is no command "constructor"; "h" lists them.'],
  ])('%s', async (line, sentence) => {
    expect(await typed([line])).toContain(`0/3> ${line}\n${sentence}\n0/3> `);
  });

  test('at an end', async () => {
    expect(await typed(['last', ''])).toContain(
      'This is the end of the saved trace. "o" shows what can be done',
    );
    expect(await typed(['t 2', ''])).toContain(
      'This is the end of your branch. A waits before a locked door',
    );
    expect(await typed(['t 2', 'o'])).toContain('Nothing can be done here. A waits before a locked door');
    expect(await typed(['t 2', 't 1'])).toContain('Nothing can be done here. A waits before a locked door');
  });
});

test('components are named in whole or in part, and one that shows nothing shows its value', async () => {
  const bare = { ...door, components: door.components.map(({ show: _, ...it }) => it) };
  expect(await typed(['s ins DOOR'])).toContain('inside:\n  (nothing)\ndoor:\n  the door is shut\n');
  expect(await typed(['s inside'], bare)).toContain('inside:\n  inside = false\n');
  expect(await typed(['s'], bare)).toContain('Nothing here says what it holds. There are: door, inside.');
  expect(await typed(['n', 'c'], bare)).toContain('door:\n  - door = "shut"\n  + door = "open"\n');
});

test('a run that never ends says where it goes on', async () => {
  const round = toy({
    start: { at: 0 },
    agents: { A: (s) => [{ text: `to ${(s.at % 3) + 1}`, set: { at: (s.at % 3) + 1 } }] },
    mustEnd: true,
  });
  expect(await typed(['last', 'n'], round)).toContain(
    'From here it goes on for ever with step 2: "g 1" leads there.',
  );
});

test('a model that fails where nobody explored it is told, and the reader stays', async () => {
  const agents = door.agents.map((agent) => ({
    ...agent,
    steps: (read: Parameters<typeof agent.steps>[0]) => {
      if (read(door.components[0]!.ref) === 'locked') throw new Error('no key is modelled');
      return agent.steps(read);
    },
  }));
  const text = await typed(['t 2', 'n'], { ...door, agents }, savedOf(door));
  expect(text).toContain('0/3> t 2\nThe model fails there: no key is modelled\n0/3> n\nstep 1 of 3, B:');
});

test('whatever is typed, the reader stays on a way that the model can go, and lines are no wider than a mail', () => {
  const saved = savedOf(door);
  const letter = fc.constantFrom('', 'n', 'b', 'g', 't', 'o', 'c', 's', 'l', 'r', 'first', 'last', 'w', 'h');
  const number = fc.oneof(fc.constant(''), fc.nat({ max: 4 }).map(String), fc.string({ maxLength: 5 }));
  const line = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(letter, number).map((words) => words.join(' ')) },
    { weight: 1, arbitrary: fc.string() },
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      let session = sessionOf(door, saved);
      for (const typed of lines) {
        const answer = reply(session, parse(typed));
        session = answer.session;
        const way = wayOf(session);
        expect(session.at).toBeLessThanOrEqual(way.length);
        expect(
          replay(
            door,
            way.map(({ step }) => step),
          ).steps,
        ).toEqual(way.map(({ step }) => step));
        if (answer.save === undefined && typed.length < 20)
          for (const row of answer.text.split('\n')) expect(row.length).toBeLessThanOrEqual(80);
      }
    }),
    { seed: 20261123, numRuns: 150 },
  );
});
