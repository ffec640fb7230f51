/** Expressions and places as the kernel's C would write them. */
import { match } from 'ts-pattern';
import type { BinaryOp, Expr } from './expression.ts';
import { type Address, SCALAR } from './instruction.ts';

const SYMBOLS: Readonly<Record<BinaryOp, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  and: '&',
  or: '|',
  xor: '^',
  shl: '<<',
  shr: '>>',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

/** `arm_smmu_domain_inv_range.invs` is the local variable `invs` of that function. */
export const localName = (register: string): string => register.slice(register.lastIndexOf('.') + 1);

export function exprText(e: Expr): string {
  return match(e)
    .with({ kind: 'const' }, ({ value }) => String(value))
    .with({ kind: 'reg' }, ({ name }) => localName(name))
    .with({ kind: 'pending' }, ({ index }) => `load#${index}`)
    .with({ kind: 'binary' }, ({ op, left, right }) => `${exprText(left)} ${SYMBOLS[op]} ${exprText(right)}`)
    .with({ kind: 'not' }, ({ operand }) => `!${exprText(operand)}`)
    .with({ kind: 'select' }, (s) => `${exprText(s.cond)} ? ${exprText(s.then)} : ${exprText(s.else)}`)
    .exhaustive();
}

/** `invs->inv[i].users`, `domain.invs`, `x`. */
export function placeText({ base, field, index }: Address): string {
  const whole = base.kind === 'const' ? String(base.value).slice(1) : exprText(base);
  if (field === 'v') return base.kind === 'const' ? whole : `*${whole}`;
  const arrow = base.kind === 'const' ? '.' : '->';
  const [head, ...rest] = field.split('.');
  return `${whole}${arrow}${head}${index === SCALAR ? '' : `[${exprText(index)}]`}${rest.map((r) => `.${r}`).join('')}`;
}
