/** Pictures of small traces: which accesses, in which order, and who communicates with whom. */
import { expect, test } from 'vitest';
import type { Trace } from '../outcome.ts';
import { sampleTrace as raceTrace } from '../report/sample-trace.ts';
import { traceDot, traceSvg } from './dot.ts';
import { happensBefore } from './happens-before.ts';
import { lanesOf } from './lanes.ts';
import { sampleRun, sampleTrace } from './sample-run.ts';

/** Its edges, nodes named by how their texts begin. */
function edgesOf(trace: Trace): readonly string[] {
  const { nodes, edges } = happensBefore(trace);
  const name = (id: string): string => nodes.find((node) => node.id === id)!.text.slice(0, 14);
  return edges.map(({ kind, from, to }) => `${name(from)} -${kind}-> ${name(to)}`);
}

test('a flag that overtakes its data: program order, who reads what, and what went against the order', () => {
  expect(edgesOf(sampleTrace)).toEqual([
    'data->word = 7 -po-> WRITE_ONCE(fla',
    'smp_load_acqui -po-> smp_rmb()',
    'smp_rmb() -po-> data->word == ',
    'SMMU0 may cach -po-> SMMU0 complete',
    'WRITE_ONCE(fla -reordered-> data->word = 7',
    'WRITE_ONCE(fla -seen-> SMMU0 may cach',
    'WRITE_ONCE(fla -rf-> smp_load_acqui',
    'data->word ==  -fr-> data->word = 7',
  ]);
});

test('a store that the trace does not come to stands where it would be', () => {
  const cut = { ...sampleTrace, steps: sampleTrace.steps.slice(0, 4) };
  const { nodes } = happensBefore(cut);
  expect(nodes[0]).toMatchObject({ kind: 'missing', column: 'CPU0', text: 'data->word = 7', step: null });
  expect(edgesOf(cut)).toEqual([
    'data->word = 7 -po-> WRITE_ONCE(fla',
    'smp_load_acqui -po-> smp_rmb()',
    'smp_rmb() -po-> data->word == ',
    'WRITE_ONCE(fla -reordered-> data->word = 7',
    'WRITE_ONCE(fla -seen-> SMMU0 may cach',
    'WRITE_ONCE(fla -rf-> smp_load_acqui',
    'data->word ==  -fr-> data->word = 7',
  ]);
});

test('a cell that nobody else has to do with is left out, and stores of one cell have an order', () => {
  const [first] = sampleTrace.steps;
  const at = (kind: 'read' | 'write', place: string, value: string, nth: number, agent: string) => {
    const accesses = [{ kind, place, value, pc: nth, nth }];
    return { ...first!, agent, effects: [], lines: [{ text: `${kind} ${place} ${value}`, accesses }] };
  };
  const steps = [
    at('read', 'own', '0', 0, 'CPU0'),
    at('write', 'x', '1', 1, 'CPU0'),
    at('write', 'x', '2', 0, 'CPU1'),
    at('read', 'x', '1', 2, 'CPU0'),
  ];
  expect(edgesOf({ ...sampleTrace, steps })).toEqual([
    'write x 1 -po-> read x 1',
    'write x 1 -co-> write x 2',
    'write x 1 -rf-> read x 1',
    'read x 1 -fr-> write x 2',
  ]);
});

test('a trace that tells nothing of memory is drawn line by line', () => {
  expect(happensBefore(raceTrace).nodes.map(({ text }) => text)).toEqual([
    'invs = rcu_dereference(smmu_domain->invs);',
    'for (i = 0; i < invs->num_invs; i++)',
    'rcu_assign_pointer(smmu_domain->invs, new_invs);',
    'WRITE_ONCE(ste->data[0], target[0]);',
    'may cache STE 1: stage 1 of domain d\nmay cache IOVA 0 -> page 0',
    'WRITE_ONCE(*ptep, 0);',
    'free_page(page 0);',
  ]);
});

test('lanes do not overlap, and time goes down in them but for what was reordered', () => {
  const picture = happensBefore(sampleTrace);
  const sizes = new Map(picture.nodes.map(({ id }) => [id, { width: 100, height: 20 }]));
  const { boxes, frames } = lanesOf(picture, sizes);
  const edges = frames.flatMap(({ x, width }) => [x - width / 2, x + width / 2]);
  expect(edges).toEqual([...edges].sort((a, b) => a - b));
  const order = [...picture.nodes].sort((a, b) => boxes.get(b.id)!.y - boxes.get(a.id)!.y);
  expect(order.map(({ step }) => step! + 1)).toEqual([5, 1, 1, 2, 6, 3, 4]);
});

test('the picture is Graphviz source that Graphviz draws, with everything in it', async () => {
  const dot = traceDot(sampleRun);
  expect(dot).toContain('s4l0a0 -> s0l0a0 [color="#8b95a1"];');
  expect(dot).toContain('SMMU0 may cache data <0>; \\"old\\" #1');
  const svg = await traceSvg(sampleRun);
  expect(svg.match(/<g id="node\d+"/g)).toHaveLength(10);
  expect(svg.match(/<g id="edge\d+"/g)).toHaveLength(8);
  expect(svg).toContain('smp_load_acquire(&amp;flag) == 1');
});
