/** How an SMMU came to be told what it should not be: who gave it the command, going by which array, and who had made it
 *  wrong by then. */
import { registersOf } from '../driver/remove.ts';
import type { Command } from '../machine.ts';
import { ATS_FIELD } from '../smmu/atc.ts';
import { commandText } from '../smmu/commands.ts';
import { columnOf, type SmmuUnit } from '../smmu/smmu.ts';
import { arrayRead } from './array.ts';
import type { Past } from './past.ts';

export function commandStory(past: Past, invariant: string): readonly string[] {
  if (invariant === 'atsFence') return past.machine.smmus.flatMap((unit) => fenced(past, unit));
  if (invariant === 'noCommandAfterRemoval') return past.machine.smmus.flatMap((unit) => removed(past, unit));
  return [];
}

/** An ATC_INV that no device answers: who issued it, and who had turned ATS off. */
function fenced(past: Past, unit: SmmuUnit): readonly string[] {
  if (past.history.state(past.end)(unit.state).fault === undefined || past.end === 0) return [];
  const command = past.history.state(past.end - 1)(unit.queue)[0];
  if (command?.name !== 'ATC_INV') return [];
  const stream = unit.decl.streams.find(({ sid }) => sid === command.operands.sid);
  if (stream?.device === undefined) return [];
  const { layout } = past.machine;
  const cells = layout.cellsOf(stream.device, ATS_FIELD);
  return [
    ...givenBy(past, unit, command),
    ...cells.flatMap((loc) => {
      const on = past.lastState((i) => past.memory(loc, i) === 1);
      return on < 0 || on === past.end
        ? []
        : [`ATS was on until ${past.deed(on, ({ place }) => place === layout.cells[loc]!.name)}.`];
    }),
  ];
}

function removed(past: Past, unit: SmmuUnit): readonly string[] {
  const { layout } = past.machine;
  const registers = registersOf(unit.decl.name);
  const [command] = past.history.state(past.end)(unit.queue);
  if (command === undefined || !layout.objects.has(registers)) return [];
  const loc = layout.cellsOf(registers, 'CR0')[0]!;
  if (past.memory(loc, past.end) !== 0) return [];
  const off = past.lastState((i) => past.memory(loc, i) !== 0);
  const by =
    off < 0
      ? []
      : [
          `${columnOf(unit.decl)} was on until ${past.deed(off, ({ place }) => place === layout.cells[loc]!.name)}.`,
        ];
  return [...givenBy(past, unit, command), ...by];
}

function givenBy(past: Past, unit: SmmuUnit, command: Command): readonly string[] {
  const push = past.pushes(unit).findLast(({ commands }) => commands.includes(command));
  if (push === undefined) return [];
  const array = arrayRead(past, push.agent, push.step);
  const from = array === undefined ? '' : `, going by ${array.text}`;
  return [`${push.agent} gave ${columnOf(unit.decl)} ${commandText(command)}${from}.`];
}
