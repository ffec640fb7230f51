/** Sleepable RCU (SRCU) in litmus tests. There is one kind of grace period in the model; SRCU's may take its part as
 *  long as nobody can tell the difference: in one domain, not beside RCU, with sections that do not overlap. */
import type { CCall } from './c-syntax.ts';
import { Unsupported } from './unsupported.ts';

/** Throws Unsupported where there is a difference. `calls`: of each thread, in order. */
export function refuseSleepable(calls: readonly (readonly CCall[])[]): void {
  const all = calls.flat();
  const sleepable = all.filter(({ fn }) => /^(srcu_read_|synchronize_srcu)/.test(fn));
  if (sleepable.length === 0) return;
  const at = sleepable[0]!.at;
  if (all.some(({ fn }) => /^(rcu_read_|synchronize_rcu)/.test(fn)))
    throw new Unsupported('RCU beside SRCU', at);
  const domains = sleepable.map(({ args }) => (args[0]?.kind === 'name' ? args[0].name : null));
  if (domains.includes(null) || new Set(domains).size > 1)
    throw new Unsupported('several domains of SRCU', at);
  if (calls.some(overlaps)) throw new Unsupported('SRCU sections that overlap', at);
}

function overlaps(calls: readonly CCall[]): boolean {
  let inside = 0;
  return calls.some(({ fn }) => {
    if (fn === 'srcu_read_lock') inside++;
    if (fn === 'srcu_read_unlock') inside--;
    return inside > 1;
  });
}
