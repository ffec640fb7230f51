/** What AArch64 instructions are in our instruction set. W and X forms name the same register (values in litmus
 *  tests are small and not negative), flags are a pseudo register that holds the difference that CMP made. */
import { match, P } from 'ts-pattern';
import { type BinaryOp, binary, constant, type Expr, reg, select } from '../program/expression.ts';
import type { Address, AtomicFn, Instruction, Operation, Program } from '../program/instruction.ts';
import type { AssemblyLine, Cell, Operand } from './syntax.ts';
import { type Position, Unsupported } from './unsupported.ts';
import { postIndexed, refuseMovedAddresses } from './writeback.ts';

/** Where results go that nobody wants (WZR, XZR as a destination); never read. */
const DISCARD = 'XZR';
const FLAGS = 'flags';

/** A branch to a label that has no index yet. */
type Unlinked = Operation | { readonly op: 'goto'; readonly label: string; readonly unless: Expr | null };

type Code = Pick<Program, 'code'>;

/** Translates one thread's column of the table; the final values of the registers `observed` are asked for. */
export function assemble(column: readonly Cell[], observed: readonly string[]): Code {
  const labels = new Map<string, number>();
  const unlinked: { readonly operation: Unlinked; readonly line: AssemblyLine }[] = [];
  for (const { labels: here, instruction: line } of column) {
    for (const label of here) labels.set(label, unlinked.length);
    if (line === null) continue;
    for (const operation of operationsOf(line)) unlinked.push({ operation, line });
  }
  const code = unlinked.map(({ operation, line }) => link(operation, line, labels));
  refuseMovedAddresses(
    code,
    unlinked.map(({ line }) => line),
    observed,
  );
  return { code };
}

function link(operation: Unlinked, line: AssemblyLine, labels: ReadonlyMap<string, number>): Instruction {
  const at = { fn: 'litmus', text: line.text };
  if (operation.op !== 'goto') return { ...operation, at };
  const target = labels.get(operation.label);
  if (target === undefined) throw new Unsupported(`no label ${operation.label}`, line.at);
  if (operation.unless === null) return { op: 'jump', to: target, at };
  return { op: 'branch', cond: operation.unless, otherwise: target, at };
}

function operationsOf(line: AssemblyLine): readonly Unlinked[] {
  const { mnemonic, operands } = line;
  const operations =
    arithmetic(mnemonic, operands, line.at) ??
    control(mnemonic, operands) ??
    access(mnemonic, operands, line.at) ??
    atomic(mnemonic, operands, line.at);
  if (operations === null)
    throw new Unsupported(`the instruction ${mnemonic} with ${shape(operands)}`, line.at);
  return operations;
}

const shape = (operands: readonly Operand[]): string =>
  operands.length === 0 ? 'no operands' : `operands ${operands.map((operand) => operand.kind).join(', ')}`;

const register = P.shape({ kind: 'register' } as const);
const immediate = P.shape({ kind: 'immediate' } as const);
const memory = P.shape({ kind: 'memory' } as const);
const word = P.shape({ kind: 'word' } as const);
const source = P.union(register, immediate);
const extension = P.shape({ kind: 'word', text: P.union('SXTW', 'UXTW', 'SXTX', 'UXTX', 'LSL #0') } as const);

type Register = Extract<Operand, { kind: 'register' }>;
type Memory = Extract<Operand, { kind: 'memory' }>;

const ARITHMETIC: Readonly<Record<string, BinaryOp>> = {
  ADD: 'add',
  SUB: 'sub',
  EOR: 'xor',
  AND: 'and',
  ORR: 'or',
};

function arithmetic(
  mnemonic: string,
  operands: readonly Operand[],
  at: Position,
): readonly Unlinked[] | null {
  const operator = ARITHMETIC[mnemonic.replace(/^(ADD|SUB|AND)S$/, '$1')];
  const setsFlags = /^(ADD|SUB|AND)S$/.test(mnemonic);
  return match([mnemonic, ...operands] as readonly [string, ...Operand[]])
    .returnType<readonly Unlinked[] | null>()
    .with(['NOP'], () => [])
    .with(['MOV', register, source], ([, dst, value]) => assign(dst, operandValue(value, at)))
    .with([P.union('SXTW', 'UXTW'), register, register], ([, dst, value]) =>
      assign(dst, operandValue(value, at)),
    )
    .with(['CMP', register, source], ([, left, right]) => [
      { op: 'set', dst: FLAGS, value: binary('sub', operandValue(left, at), operandValue(right, at)) },
    ])
    .with(
      [P.string, register, register, source],
      [P.string, register, register, register, extension],
      ([, dst, left, right]) => {
        if (operator === undefined) return null;
        const value = binary(operator, operandValue(left, at), operandValue(right, at));
        const flags: Unlinked = { op: 'set', dst: FLAGS, value };
        return setsFlags ? [flags, ...assign(dst, reg(FLAGS))] : assign(dst, value);
      },
    )
    .with(['CSEL', register, register, register, word], ([, dst, left, right, code]) => {
      const holds = flagCondition(code.text);
      return holds && assign(dst, select(holds, operandValue(left, at), operandValue(right, at)));
    })
    .otherwise(() => null);
}

const assign = (dst: Register, value: Expr): readonly Unlinked[] =>
  dst.text === DISCARD ? [] : [{ op: 'set', dst: dst.text, value }];

function operandValue(operand: Operand, at: Position): Expr {
  if (operand.kind === 'register') return operand.text === DISCARD ? constant(0) : reg(operand.text);
  if (operand.kind !== 'immediate') throw new Unsupported(`a ${operand.kind} as an operand`, at);
  if (operand.value < 0) throw new Unsupported('negative numbers', at);
  return constant(operand.value);
}

/** A condition code over the difference that CMP left; signed comparisons only. */
function flagCondition(code: string): Expr | null {
  const compare = (op: BinaryOp): Expr => binary(op, reg(FLAGS), constant(0));
  return match(code)
    .with('EQ', () => compare('eq'))
    .with('NE', () => compare('ne'))
    .with('LT', () => compare('lt'))
    .with('LE', () => compare('le'))
    .with('GT', () => compare('gt'))
    .with('GE', () => compare('ge'))
    .otherwise(() => null);
}

function control(mnemonic: string, operands: readonly Operand[]): readonly Unlinked[] | null {
  return match([mnemonic, ...operands] as readonly [string, ...Operand[]])
    .returnType<readonly Unlinked[] | null>()
    .with(['B', word], ([, { label }]) => [{ op: 'goto', label, unless: null }])
    .with(['CBZ', register, word], ([, tested, { label }]) => [
      { op: 'goto', label, unless: binary('ne', zeroOrRegister(tested), constant(0)) },
    ])
    .with(['CBNZ', register, word], ([, tested, { label }]) => [
      { op: 'goto', label, unless: binary('eq', zeroOrRegister(tested), constant(0)) },
    ])
    .with([P.string.startsWith('B.'), word], ([, { label }]) => {
      const holds = flagCondition(mnemonic.slice(2));
      return holds && [{ op: 'goto', label, unless: { kind: 'not', operand: holds } }];
    })
    .with(['ISB'], ['ISB', word], () => [{ op: 'isb' }])
    .with([P.union('DMB', 'DSB'), word], ([, { text }]) => barrier(mnemonic === 'DMB' ? 'dmb' : 'dsb', text))
    .otherwise(() => null);
}

const zeroOrRegister = (operand: Register): Expr =>
  operand.text === DISCARD ? constant(0) : reg(operand.text);

function barrier(kind: 'dmb' | 'dsb', option: string): readonly Unlinked[] | null {
  const parts = /^(?:(ISH|OSH|NSH)?(SY|LD|ST)|(ISH|OSH|NSH))$/.exec(option);
  const name = parts?.[1] ?? parts?.[3];
  if (parts === null || name === 'NSH') return null;
  const domain = name === 'ISH' ? 'inner' : name === 'OSH' ? 'outer' : 'system';
  const access = parts[2] === 'LD' ? 'load' : parts[2] === 'ST' ? 'store' : 'full';
  return [{ op: 'fence', kind, access, domain }];
}

function access(mnemonic: string, operands: readonly Operand[], at: Position): readonly Unlinked[] | null {
  const load = (
    dst: Register,
    from: Memory,
    order: 'plain' | 'acquire' | 'acquirePC',
    exclusive = false,
  ): Unlinked => ({ op: 'load', dst: dst.text, addr: address(from, at), order, exclusive });
  const store = (
    src: Register,
    to: Memory,
    order: 'plain' | 'release',
    status: string | null = null,
  ): Unlinked => ({ op: 'store', addr: address(to, at), value: operandValue(src, at), order, status });
  const direct = /^(LDR|STR)$/.test(mnemonic) && operands.length === 3 ? postIndexed(operands) : operands;
  return match([mnemonic, ...direct] as readonly [string, ...Operand[]])
    .returnType<readonly Unlinked[] | null>()
    .with(['LDR', register, memory], ([, dst, from]) => [load(dst, from, 'plain')])
    .with(['LDAR', register, memory], ([, dst, from]) => [load(dst, from, 'acquire')])
    .with(['LDAPR', register, memory], ([, dst, from]) => [load(dst, from, 'acquirePC')])
    .with(['LDXR', register, memory], ([, dst, from]) => [load(dst, from, 'plain', true)])
    .with(['LDAXR', register, memory], ([, dst, from]) => [load(dst, from, 'acquire', true)])
    .with(['STR', register, memory], ([, src, to]) => [store(src, to, 'plain')])
    .with(['STLR', register, memory], ([, src, to]) => [store(src, to, 'release')])
    .with(['STXR', register, register, memory], ([, status, src, to]) => [
      store(src, to, 'plain', status.text),
    ])
    .with(['STLXR', register, register, memory], ([, status, src, to]) => [
      store(src, to, 'release', status.text),
    ])
    .otherwise(() => null);
}

/** `[X1]`, `[X1,#0]`, `[X1,#0]!`, `[X1,X2]`, `[X1,W2,SXTW]`: the offset is a dependency, its value must turn out to be 0. */
function address(operand: Memory, at: Position): Address {
  const cell = (base: Expr): Address => ({ base, field: 'v', index: constant(0) });
  if (operand.writeback && operand.parts[1]?.kind !== 'immediate')
    throw new Unsupported('a register offset that is written back', at);
  return match(operand.parts)
    .with([register], ([base]) => cell(reg(base.text)))
    .with([register, { kind: 'immediate', value: 0 }], ([base]) => cell(reg(base.text)))
    .with([register, register], [register, register, extension], ([base, offset]) =>
      cell(offset.text === DISCARD ? reg(base.text) : binary('add', reg(base.text), reg(offset.text))),
    )
    .otherwise(() => {
      throw new Unsupported('an address that is not a variable plus a register that is 0', at);
    });
}

const ATOMICS: Readonly<Record<string, AtomicFn>> = { ADD: 'add', SET: 'or', CLR: 'andnot', EOR: 'xor' };

/** SWP, CAS, LD<op> and ST<op> with any of A, L, AL. A result that goes to the zero register loses the acquire
 *  (semantics.md 5, trap 3) and, as in aarch64.cat's NoRet, the order by a later DMB LD. */
function atomic(mnemonic: string, operands: readonly Operand[], at: Position): readonly Unlinked[] | null {
  const parts = /^(SWP|CAS|(?:LD|ST)(?:ADD|SET|CLR|EOR))(A?)(L?)$/.exec(mnemonic);
  if (parts === null) return null;
  const [, name = '', a, l] = parts;
  const fn = name === 'SWP' ? 'swap' : ATOMICS[name.slice(2)];
  const release = l === 'L';
  const rmw = (dst: string | null, operand: Register, to: Memory): readonly Unlinked[] | null => {
    if (fn === undefined) return null;
    const noReturn = dst === null || dst === DISCARD;
    const acquire = a === 'A' && !noReturn;
    return [
      {
        op: 'rmw',
        fn,
        dst: noReturn ? null : dst,
        addr: address(to, at),
        operand: operandValue(operand, at),
        acquire,
        release,
        noReturn,
      },
    ];
  };
  return match([name, ...operands] as readonly [string, ...Operand[]])
    .returnType<readonly Unlinked[] | null>()
    .with(['CAS', register, register, memory], ([, dst, desired, to]) => {
      const noReturn = dst.text === DISCARD;
      return [
        {
          op: 'cas',
          dst: noReturn ? null : dst.text,
          addr: address(to, at),
          expected: operandValue(dst, at),
          desired: operandValue(desired, at),
          acquire: a === 'A' && !noReturn,
          release,
        },
      ];
    })
    .with([P.string.startsWith('ST'), register, memory], ([, operand, to]) => rmw(null, operand, to))
    .with([P.union('SWP', P.string.startsWith('LD')), register, register, memory], ([, operand, dst, to]) =>
      rmw(dst.text, operand, to),
    )
    .otherwise(() => null);
}
