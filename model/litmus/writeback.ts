/** AArch64 accesses that move their base register on: `LDR W1,[X0],#4`. What they leave there points behind the
 *  variable, which is no place here; that does not matter as long as nobody uses it. */
import { liveRegisters, usesOf } from '../program/flow.ts';
import type { Instruction } from '../program/instruction.ts';
import type { AssemblyLine, Operand } from './syntax.ts';
import { Unsupported } from './unsupported.ts';

/** Operands without the immediate behind the address: the access of `W1,[X0],#4` is that of `W1,[X0]`. */
export function postIndexed(operands: readonly Operand[]): readonly Operand[] {
  const [data, address, by] = operands;
  const isPlain = address?.kind === 'memory' && address.parts.length === 1 && !address.writeback;
  return isPlain && by?.kind === 'immediate' ? [data!, address] : operands;
}

/** Throws Unsupported if the base of such an access is used again. `lines`: where each instruction comes from;
 *  `observed`: registers whose final values are asked for. */
export function refuseMovedAddresses(
  code: readonly Instruction[],
  lines: readonly AssemblyLine[],
  observed: readonly string[],
): void {
  const moved = lines.map(movedBase);
  if (moved.every((register) => register === null)) return;
  const live = liveRegisters({ name: '', code, initial: {}, observed }, observed, usesOf);
  moved.forEach((register, pc) => {
    if (register !== null && live[pc + 1]!.has(register))
      throw new Unsupported('an address that moved on and is used again', lines[pc]!.at);
  });
}

function movedBase({ operands }: AssemblyLine): string | null {
  const at = operands.findIndex((operand) => operand.kind === 'memory');
  const [address, by] = [operands[at], operands[at + 1]];
  const base = address?.kind === 'memory' ? address.parts[0] : undefined;
  return base?.kind === 'register' && by?.kind === 'immediate' && by.value !== 0 ? base.text : null;
}
